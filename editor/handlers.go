package editor

import (
	"embed"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"mmm/examples"
	"mmm/session"
)

//go:embed page
var files embed.FS

// Limits of a request's body.
const (
	maxPatch = session.MaxPatchBytes + 1 // one more, so that the compiler tells what is wrong
	maxSmall = 4 << 10
)

// serve answers a request whose sender has shown the page's token.
func (p *page) serve(w http.ResponseWriter, r *http.Request) {
	want := http.MethodPost
	var answer func(http.ResponseWriter, *http.Request)
	switch r.URL.Path {
	case "/", "/page.css", "/page.js":
		want, answer = http.MethodGet, p.file
	case "/api/state":
		want, answer = http.MethodGet, p.state
	case "/api/examples":
		want, answer = http.MethodGet, p.examples
	case "/api/swap":
		answer = p.swap
	case "/api/param":
		answer = p.param
	case "/api/gesture":
		answer = p.gesture
	case "/api/engine":
		answer = p.engine
	default:
		http.NotFound(w, r)
		return
	}
	if r.Method != want {
		w.Header().Set("Allow", want)
		http.Error(w, "wrong method", http.StatusMethodNotAllowed)
		return
	}
	answer(w, r)
}

// file answers with a part of the page.
func (p *page) file(w http.ResponseWriter, r *http.Request) {
	name := "page/page.html"
	if r.URL.Path != "/" {
		name = "page" + r.URL.Path
	}
	data, err := files.ReadFile(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	// The page's own links need the token, for no request goes without.
	text := strings.ReplaceAll(string(data), "{{token}}", p.token)
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	_, _ = io.WriteString(w, text)
}

// reply writes v as JSON.
func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// state answers with all that the page shows.
// The text is left out for one who has that revision.
func (p *page) state(w http.ResponseWriter, r *http.Request) {
	have, err := strconv.Atoi(r.URL.Query().Get("have"))
	if err != nil {
		have = -1
	}
	reply(w, p.session.View(have))
}

// examples answers with the patches that come with mmm: [{shelf, title, about,
// text}].
func (p *page) examples(w http.ResponseWriter, _ *http.Request) {
	type example struct {
		Shelf string `json:"shelf"`
		Title string `json:"title"`
		About string `json:"about"`
		Text  string `json:"text"`
	}
	var list []example
	for _, e := range examples.All() {
		list = append(list, example{e.Shelf, e.Title, e.Description, e.Text})
	}
	reply(w, list)
}

// swap takes the body as the patch and answers when it is published.
func (p *page) swap(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPatch))
	if err != nil {
		http.Error(w, "the patch is too long", http.StatusRequestEntityTooLarge)
		return
	}
	p.session.Swap(string(text), p.session.Name(), true)
	reply(w, p.session.Status())
}

// decode reads a small JSON body into v.
func decode(w http.ResponseWriter, r *http.Request, v any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxSmall)).Decode(v); err != nil {
		http.Error(w, "not the expected JSON", http.StatusBadRequest)
		return false
	}
	return true
}

// done answers whether something was done.
func done(w http.ResponseWriter, ok bool) {
	reply(w, struct {
		OK bool `json:"ok"`
	}{ok})
}

// param sets a knob in one step: a whole gesture. The body is {path, value},
// value plain.
func (p *page) param(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Path  string
		Value float64
	}
	if !decode(w, r, &in) {
		return
	}
	done(w, p.session.Gesture(session.GestureBegin, in.Path, 0) &&
		p.session.Gesture(session.GestureValue, in.Path, in.Value) &&
		p.session.Gesture(session.GestureEnd, in.Path, 0))
}

// gesture makes one step of a movement. The body is {kind, path, value}: kind
// "begin", "value" or "end".
func (p *page) gesture(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Kind  string
		Path  string
		Value float64
	}
	if !decode(w, r, &in) {
		return
	}
	kind, ok := map[string]session.GestureKind{
		"begin": session.GestureBegin, "value": session.GestureValue, "end": session.GestureEnd,
	}[in.Kind]
	done(w, ok && p.session.Gesture(kind, in.Path, in.Value))
}

// engine chooses the engine. The body is {engine}.
func (p *page) engine(w http.ResponseWriter, r *http.Request) {
	var in struct{ Engine string }
	if decode(w, r, &in) {
		done(w, p.session.SetEngine(in.Engine))
	}
}
