package editor

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"mmm/session"
)

// page is one session that can be edited.
type page struct {
	token   string
	session *session.Session
}

// server is the one server of the process.
type server struct {
	mu    sync.Mutex
	host  string // "127.0.0.1:port", "" until it listens
	port  string
	pages []*page
}

var process server

// URL returns the address of a session's page, its token included. The first
// call starts the server.
func URL(s *session.Session) (string, error) { return process.url(s) }

// Forget takes a session's page away; its token is worth nothing from then on.
func Forget(s *session.Session) { process.forget(s) }

func (v *server) url(s *session.Session) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.host == "" {
		if err := v.listen(); err != nil {
			return "", err
		}
	}
	for _, p := range v.pages {
		if p.session == s {
			return v.address(p), nil
		}
	}
	var secret [16]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return "", err
	}
	p := &page{hex.EncodeToString(secret[:]), s}
	v.pages = append(v.pages, p)
	return v.address(p), nil
}

// address is the page's URL.
func (v *server) address(p *page) string {
	return fmt.Sprintf("http://%s/?token=%s", v.host, p.token)
}

func (v *server) forget(s *session.Session) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i, p := range v.pages {
		if p.session == s {
			v.pages = append(v.pages[:i], v.pages[i+1:]...)
			return
		}
	}
}

// listen starts the server on a free port. The lock is held.
func (v *server) listen() error {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	v.host = l.Addr().String()
	_, v.port, _ = net.SplitHostPort(v.host)
	h := &http.Server{
		Handler:           v,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          nil,
	}
	go func() {
		defer func() { _ = recover() }()
		_ = h.Serve(l) // ends with the process
	}()
	return nil
}

// find returns the page of a token, nil for an unknown one.
func (v *server) find(token string) *page {
	v.mu.Lock()
	defer v.mu.Unlock()
	var found *page
	for _, p := range v.pages {
		if subtle.ConstantTimeCompare([]byte(p.token), []byte(token)) == 1 {
			found = p
		}
	}
	return found
}

// local reports whether name is this server as a browser on this machine calls
// it; a name that merely resolves to it is not.
func (v *server) local(name string) bool {
	host, port, err := net.SplitHostPort(name)
	v.mu.Lock()
	defer v.mu.Unlock()
	return err == nil && port == v.port && (host == "127.0.0.1" || strings.EqualFold(host, "localhost"))
}

// ServeHTTP checks who asks before anything else.
func (v *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if recover() != nil {
			http.Error(w, "internal error", http.StatusInternalServerError)
		}
	}()
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	if !v.local(r.Host) {
		http.Error(w, "wrong host", http.StatusForbidden)
		return
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		name, ok := strings.CutPrefix(origin, "http://")
		if !ok || !v.local(name) {
			http.Error(w, "wrong origin", http.StatusForbidden)
			return
		}
	}
	p := v.find(r.URL.Query().Get("token"))
	if p == nil {
		http.Error(w, "wrong token", http.StatusForbidden)
		return
	}
	p.serve(w, r)
}
