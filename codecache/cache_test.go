package codecache

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// opened opens a cache in dir.
func opened(t *testing.T, dir string, limit int64) *Cache {
	t.Helper()
	c, err := Open(dir, limit)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func key(text string) Key { return sha256.Sum256([]byte(text)) }

// keep saves code and waits for it to be written.
func keep(c *Cache, name string, code []byte) {
	c.Save(key(name), code)
	c.Flush()
}

func TestCodeComesBackInThisAndTheNextProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	c := opened(t, dir, DefaultLimit)
	code := bytes.Repeat([]byte("machine"), 1000)
	if got := c.Load(key("a")); got != nil {
		t.Fatalf("an empty cache holds %d bytes", len(got))
	}
	keep(c, "a", code)
	for _, c := range []*Cache{c, opened(t, dir, DefaultLimit)} {
		if got := c.Load(key("a")); !bytes.Equal(got, code) {
			t.Errorf("%d bytes came back of %d", len(got), len(code))
		}
		if got := c.Load(key("b")); got != nil {
			t.Errorf("another key gave %d bytes", len(got))
		}
	}
}

func TestNothingDamagedOrForeignIsGivenBack(t *testing.T) {
	code := bytes.Repeat([]byte("machine"), 1000)
	for what, damage := range map[string]func(dir, path string) error{
		"a flipped bit": func(_, path string) error {
			data, err := os.ReadFile(path)
			data[len(data)/2] ^= 1
			return errOr(err, os.WriteFile(path, data, 0o600))
		},
		"a flipped bit of the signature": func(_, path string) error {
			data, err := os.ReadFile(path)
			data[len(magic)+3] ^= 1
			return errOr(err, os.WriteFile(path, data, 0o600))
		},
		"a cut":           func(_, path string) error { return os.Truncate(path, 100) },
		"no bytes at all": func(_, path string) error { return os.Truncate(path, 0) },
		"more at the end": func(_, path string) error {
			data, err := os.ReadFile(path)
			return errOr(err, os.WriteFile(path, append(data, 0), 0o600))
		},
		"a file that others can write": func(_, path string) error { return os.Chmod(path, 0o666) },
		"a link": func(dir, path string) error {
			return errOr(os.Rename(path, path+"x"), os.Symlink(path+"x", path))
		},
		"a folder":             func(_, path string) error { return errOr(os.Remove(path), os.Mkdir(path, 0o700)) },
		"a fifo nobody writes": func(_, path string) error { return errOr(os.Remove(path), syscall.Mkfifo(path, 0o600)) },
		"the code of another key": func(dir, path string) error {
			return os.Rename(filepath.Join(dir, fileName(key("other"))), path)
		},
		"code signed with another secret": func(dir, path string) error {
			other := filepath.Join(dir, "elsewhere")
			c, err := Open(other, DefaultLimit)
			if err != nil {
				return err
			}
			keep(c, "a", code)
			return os.Rename(filepath.Join(other, fileName(key("a"))), path)
		},
	} {
		t.Run(what, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "code")
			c := opened(t, dir, DefaultLimit)
			keep(c, "a", code)
			keep(c, "other", []byte("other code"))
			path := filepath.Join(dir, fileName(key("a")))
			if err := damage(dir, path); err != nil {
				t.Fatal(err)
			}
			if got := c.Load(key("a")); got != nil {
				t.Fatalf("%d bytes were given back", len(got))
			}
			keep(c, "a", code)
			if got := c.Load(key("a")); !bytes.Equal(got, code) {
				t.Errorf("after compiling again %d bytes came back", len(got))
			}
		})
	}
}

func errOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func TestALostOrExposedSecretVoidsTheCode(t *testing.T) {
	for what, spoil := range map[string]func(path string) error{
		"lost":    os.Remove,
		"cut":     func(path string) error { return os.Truncate(path, 5) },
		"exposed": func(path string) error { return os.Chmod(path, 0o644) },
	} {
		t.Run(what, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "code")
			keep(opened(t, dir, DefaultLimit), "a", []byte("code"))
			if err := spoil(filepath.Join(dir, secretName)); err != nil {
				t.Fatal(err)
			}
			c := opened(t, dir, DefaultLimit)
			if got := c.Load(key("a")); got != nil {
				t.Fatal("code of the old secret was given back")
			}
			keep(c, "a", []byte("code"))
			if got := opened(t, dir, DefaultLimit).Load(key("a")); string(got) != "code" {
				t.Errorf("the new secret gives %q", got)
			}
			info, err := os.Stat(filepath.Join(dir, secretName))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the secret: %v, %v", info.Mode(), err)
			}
		})
	}
}

func TestAFolderThatOthersCanEnterIsRefused(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "code")
	opened(t, dir, DefaultLimit)
	for _, mode := range []os.FileMode{0o770, 0o707, 0o750, 0o777} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, DefaultLimit); err == nil {
			t.Errorf("a folder of mode %v was opened", mode)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	opened(t, dir, DefaultLimit)
	link := filepath.Join(top, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(link, DefaultLimit); err == nil {
		t.Error("a link was followed")
	}
	file := filepath.Join(top, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "below")} {
		if _, err := Open(path, DefaultLimit); err == nil {
			t.Errorf("%s was opened", filepath.Base(path))
		}
	}
}

func TestAFolderOfAnotherUserIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("giving a folder to another user takes root: the check of the owner is not run")
		return
	}
	dir := filepath.Join(t.TempDir(), "code")
	c := opened(t, dir, DefaultLimit)
	keep(c, "a", []byte("code"))
	if err := os.Chown(filepath.Join(dir, fileName(key("a"))), 1234, 1234); err != nil {
		t.Fatal(err)
	}
	if c.Load(key("a")) != nil {
		t.Error("a file of another user was given back")
	}
	if err := os.Chown(dir, 1234, 1234); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, DefaultLimit); err == nil {
		t.Error("a folder of another user was opened")
	}
}

func TestTheLongestUnusedGoesWhenTheFolderIsFull(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "code")
	const limit, size = 100_000, 10_000
	c := opened(t, dir, limit)
	begin := time.Now().Add(-time.Hour)
	for i := range 9 {
		name := fmt.Sprint(i)
		keep(c, name, make([]byte, size))
		at := begin.Add(time.Duration(i) * time.Second)
		if err := os.Chtimes(filepath.Join(dir, fileName(key(name))), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if c.Load(key("0")) == nil { // and with that it is the newest
		t.Fatal("code is gone before the folder is full")
	}
	keep(c, "9", make([]byte, size))
	var total int64
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range list {
		info, _ := item.Info()
		total += info.Size()
	}
	if total > limit {
		t.Errorf("the folder holds %d bytes, more than %d", total, limit)
	}
	for name, want := range map[string]bool{"0": true, "1": false, "2": false, "8": true, "9": true} {
		if got := c.Load(key(name)) != nil; got != want {
			t.Errorf("entry %s is there: %v, want %v", name, got, want)
		}
	}
	c.Save(key("huge"), make([]byte, limit))
	c.Flush()
	if c.Load(key("9")) == nil || c.Load(key("huge")) != nil {
		t.Error("a piece larger than the folder drove others out")
	}
}

func TestAFolderThatCannotBeWrittenStillGivesNothingWrong(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "code")
	c := opened(t, dir, DefaultLimit)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	keep(c, "a", []byte("code"))
	if c.Load(key("a")) != nil {
		t.Error("code came from a folder that is gone")
	}
}

func TestDirFollowsTheEnvironment(t *testing.T) {
	t.Setenv(Variable, "")
	t.Setenv("XDG_CACHE_HOME", "/x/cache")
	if dir, err := Dir(); err != nil || dir != filepath.FromSlash("/x/cache/mmm/code") {
		t.Errorf("XDG_CACHE_HOME gives %q, %v", dir, err)
	}
	t.Setenv(Variable, "/y")
	if dir, err := Dir(); err != nil || dir != "/y" {
		t.Errorf("MMM_CACHE gives %q, %v", dir, err)
	}
	t.Setenv(Variable, "off")
	if dir, err := Dir(); err == nil {
		t.Errorf("off gives %q", dir)
	}
	t.Setenv(Variable, "")
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if dir, err := Dir(); err == nil {
		t.Errorf("no home gives %q", dir)
	}
}

func TestManyAtOnceShareOneFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "code")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			c, err := Open(dir, 50_000)
			if err != nil {
				t.Error(err)
				return
			}
			for k := range 40 {
				name := fmt.Sprint((i + k) % 12)
				if got := c.Load(key(name)); got != nil && !bytes.Equal(got, bytes.Repeat([]byte(name), 2000)) {
					t.Errorf("entry %s came back as something else", name)
				}
				c.Save(key(name), bytes.Repeat([]byte(name), 2000))
			}
			c.Flush()
		})
	}
	all.Wait()
}
