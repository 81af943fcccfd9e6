package editor

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mmm/session"
)

// open returns a session and the address of its page.
func open(t *testing.T) (*session.Session, *url.URL) {
	t.Helper()
	s := session.New(session.Effect, session.Host{})
	t.Cleanup(func() { Forget(s); s.Close() })
	address, err := URL(s)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return s, u
}

// send makes a request of the page; change may spoil it.
func send(t *testing.T, u *url.URL, method, path, body string, change func(*http.Request)) (code int, answer string) {
	t.Helper()
	to := *u
	to.Path = path
	r, err := http.NewRequest(method, to.String(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, _ := io.ReadAll(a.Body)
	return a.StatusCode, string(text)
}

func TestServerListensOnTheLoopbackAddressOnly(t *testing.T) {
	_, u := open(t)
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		t.Errorf("address %s", u)
	}
	if len(u.Query().Get("token")) != 32 {
		t.Errorf("token %q", u.Query().Get("token"))
	}
}

func TestStrangersAreRefused(t *testing.T) {
	s, u := open(t)
	patch := s.Patch()
	for name, change := range map[string]func(*http.Request){
		"no token":     func(r *http.Request) { r.URL.RawQuery = "" },
		"wrong token":  func(r *http.Request) { r.URL.RawQuery = "token=" + strings.Repeat("0", 32) },
		"other host":   func(r *http.Request) { r.Host = "evil.example:" + u.Port() },
		"other port":   func(r *http.Request) { r.Host = "127.0.0.1:1" },
		"no port":      func(r *http.Request) { r.Host = "127.0.0.1" },
		"other origin": func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
		"null origin":  func(r *http.Request) { r.Header.Set("Origin", "null") },
		"https origin": func(r *http.Request) { r.Header.Set("Origin", "https://"+u.Host) },
	} {
		for path, method := range map[string]string{"/": "GET", "/page.js": "GET", "/api/state": "GET", "/api/swap": "POST"} {
			if code, answer := send(t, u, method, path, "fn dsp(){ 1 }", change); code != http.StatusForbidden {
				t.Errorf("%s %s: %d %.100s", name, path, code, answer)
			}
		}
	}
	if s.Patch() != patch {
		t.Error("a stranger changed the patch")
	}
}

func TestOwnOriginIsWelcome(t *testing.T) {
	_, u := open(t)
	for _, host := range []string{u.Host, "localhost:" + u.Port()} {
		code, _ := send(t, u, "GET", "/api/state", "", func(r *http.Request) {
			r.Host = host
			r.Header.Set("Origin", "http://"+host)
		})
		if code != http.StatusOK {
			t.Errorf("%s: %d", host, code)
		}
	}
}

func TestOnlyThePageItselfIsServed(t *testing.T) {
	_, u := open(t)
	for _, path := range []string{"/page.html", "/etc/passwd", "/../../etc/passwd", "/page/page.html", "/server.go", "/api", "/api/"} {
		if code, _ := send(t, u, "GET", path, "", nil); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
	for path, want := range map[string]string{"/": "text/html", "/page.css": "text/css", "/page.js": "text/javascript"} {
		to := *u
		to.Path = path
		a, err := http.Get(to.String())
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if !strings.HasPrefix(a.Header.Get("Content-Type"), want) || !strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: headers %v", path, a.Header)
		}
	}
	if code, _ := send(t, u, "GET", "/api/swap", "", nil); code != http.StatusMethodNotAllowed {
		t.Errorf("GET of a swap: %d", code)
	}
}

func TestSwapThroughThePageChangesTheStatus(t *testing.T) {
	s, u := open(t)
	var status session.Status
	code, answer := send(t, u, "POST", "/api/swap", "fn dsp(l, r){\n  l + nothing\n}", nil)
	if err := json.Unmarshal([]byte(answer), &status); code != 200 || err != nil || status.OK {
		t.Fatalf("%d %s", code, answer)
	}
	var list []struct {
		Line, Column int
		Message      string
	}
	if err := json.Unmarshal(status.Diagnostics, &list); err != nil || len(list) != 1 || list[0].Line != 2 || list[0].Column != 7 {
		t.Errorf("diagnostics %s", status.Diagnostics)
	}
	const text = "fn dsp(l, r){ l * Slider!(\"amp\", 0.5, 0, 1) }"
	code, answer = send(t, u, "POST", "/api/swap", text, nil)
	if err := json.Unmarshal([]byte(answer), &status); code != 200 || err != nil || !status.OK || s.Patch() != text {
		t.Fatalf("%d %s", code, answer)
	}
	var view session.View
	_, answer = send(t, u, "GET", "/api/state", "", nil)
	if err := json.Unmarshal([]byte(answer), &view); err != nil || view.Text != text || len(view.Knobs) != 1 || !view.Status.OK {
		t.Errorf("state %s", answer)
	}
}

func TestThePageOffersTheExamples(t *testing.T) {
	s, u := open(t)
	code, answer := send(t, u, "GET", "/api/examples", "", nil)
	var list []struct{ Shelf, Title, Text string }
	if err := json.Unmarshal([]byte(answer), &list); code != http.StatusOK || err != nil || len(list) < 30 {
		t.Fatalf("%d %v, %d examples", code, err, len(list))
	}
	shelves := map[string]bool{}
	for _, e := range list {
		shelves[e.Shelf] = true
		if e.Title == "" {
			t.Errorf("an example of %s has no title", e.Shelf)
		}
	}
	if len(shelves) != 4 {
		t.Errorf("shelves: %v", shelves)
	}
	if send(t, u, "POST", "/api/swap", list[0].Text, nil); s.Patch() != list[0].Text {
		t.Error("the first example does not become the patch")
	}
}

func TestErrorsInFilesOfThePatchSayWhere(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("patch.mmm", "use voice::tone\nfn dsp(l, r){ tone(1) }\n")
	put("voice.mmm", "pub fn tone(x){ x }\n")
	s, u := open(t)
	if !s.Watch(filepath.Join(dir, "patch.mmm")) {
		t.Fatal(s.Status().Rendered)
	}
	var view session.View
	_, answer := send(t, u, "GET", "/api/state", "", nil)
	if err := json.Unmarshal([]byte(answer), &view); err != nil || len(view.Files) != 1 || view.Files[0] != "voice.mmm" {
		t.Errorf("state %s", answer)
	}
	put("voice.mmm", "pub fn tone(x){\n  x + nothing\n}\n")
	_, answer = send(t, u, "POST", "/api/swap", "use voice::tone\nfn dsp(l, r){ tone(2) + also }\n", nil)
	var status session.Status
	if err := json.Unmarshal([]byte(answer), &status); err != nil || status.OK {
		t.Fatal(answer)
	}
	var list []struct {
		File         string
		Line, Column int
	}
	if err := json.Unmarshal(status.Diagnostics, &list); err != nil || len(list) != 2 {
		t.Fatalf("diagnostics %s", status.Diagnostics)
	}
	if at := list[0]; at.File != view.Name || at.Line != 2 {
		t.Errorf("the patch's own error is at %v, the patch is %s", at, view.Name)
	}
	if at := list[1]; at.File != "voice.mmm" || at.Line != 2 || at.Column != 7 {
		t.Errorf("the file's error is at %v", at)
	}
}

func TestKnobsAndEngineCanBeSet(t *testing.T) {
	s, u := open(t)
	if _, answer := send(t, u, "POST", "/api/param", `{"path":"gain","value":1.5}`, nil); !strings.Contains(answer, "true") {
		t.Error(answer)
	}
	if v, _ := s.ParamValue(0); v != 0.75 {
		t.Errorf("value %v", v)
	}
	kinds := ""
	for {
		g, ok := s.TakeGesture()
		if !ok {
			break
		}
		kinds += string(rune('0' + g.Kind))
	}
	if kinds != "012" {
		t.Errorf("gestures %s", kinds)
	}
	for _, body := range []string{`{"kind":"turn","path":"gain"}`, `{"kind":"value","path":"loud","value":1}`} {
		if _, answer := send(t, u, "POST", "/api/gesture", body, nil); !strings.Contains(answer, "false") {
			t.Error(body, answer)
		}
	}
	if _, answer := send(t, u, "POST", "/api/engine", `{"engine":"vm"}`, nil); !strings.Contains(answer, "true") || s.Engine() != session.VM {
		t.Error(answer)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	s, u := open(t)
	patch := s.Patch()
	if code, _ := send(t, u, "POST", "/api/swap", strings.Repeat("x", maxPatch+1), nil); code != http.StatusRequestEntityTooLarge {
		t.Errorf("code %d", code)
	}
	for _, body := range []string{"", "{", `{"path":"` + strings.Repeat("x", maxSmall) + `"}`} {
		if code, _ := send(t, u, "POST", "/api/param", body, nil); code != http.StatusBadRequest {
			t.Errorf("%.20s: %d", body, code)
		}
	}
	if s.Patch() != patch {
		t.Error("the patch changed")
	}
}

func TestForgottenSessionHasNoPage(t *testing.T) {
	s, u := open(t)
	_, other := open(t)
	if u.Query().Get("token") == other.Query().Get("token") || u.Host != other.Host {
		t.Errorf("two sessions at %s and %s", u, other)
	}
	Forget(s)
	if code, _ := send(t, u, "GET", "/", "", nil); code != http.StatusForbidden {
		t.Errorf("code %d", code)
	}
	if code, _ := send(t, other, "GET", "/", "", nil); code != http.StatusOK {
		t.Errorf("the other page: %d", code)
	}
}

func TestOpenStartsTheUsersBrowser(t *testing.T) {
	dir := t.TempDir()
	browser, told := filepath.Join(dir, "browser"), filepath.Join(dir, "told")
	if err := os.WriteFile(browser, []byte("#!/bin/sh\nprintf '%s %s' \"$1\" \"$2\" >\"$TOLD\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TOLD", told)
	t.Setenv("BROWSER", browser+" --app")
	if err := Open("http://127.0.0.1/"); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if text, _ := os.ReadFile(told); string(text) == "--app http://127.0.0.1/" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the browser was not told the address")
}
