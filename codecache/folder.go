package codecache

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Variable is the environment variable that names another folder; "off" keeps
// no code.
const Variable = "MMM_CACHE"

// errNotOurs says that something belongs to another user or can be changed by one.
var errNotOurs = errors.New("it is not this user's alone")

// Dir returns the folder of this user, by MMM_CACHE, XDG_CACHE_HOME or the home
// folder. An error means that there is none or that none is wanted.
func Dir() (string, error) {
	switch dir := os.Getenv(Variable); {
	case dir == "off":
		return "", errors.New("no cache is wanted")
	case filepath.IsAbs(dir):
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "mmm", "code"), nil
}

// openFolder opens dir, which it makes if it is not there.
func openFolder(dir string) (*os.Root, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	link, err := os.Lstat(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	// what is open is looked at, not what has that name by now
	info, err := root.Stat(".")
	if err == nil && (!link.IsDir() || !ours(info) || info.Mode().Perm()&0o077 != 0) {
		err = &os.PathError{Op: "open", Path: dir, Err: errNotOurs}
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return root, nil
}

// ours reports whether a file belongs to this user.
func ours(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

const (
	secretName  = "secret"
	secretBytes = 32
)

// openSecret returns the folder's secret; one that is missing or damaged is made
// anew, and with it all code that there was is void.
func openSecret(root *os.Root) ([]byte, error) {
	for range 3 { // another process may be making one just now
		secret, err := readOwn(root, secretName, secretBytes+1)
		if err == nil && len(secret) == secretBytes {
			if info, err := root.Lstat(secretName); err == nil && info.Mode().Perm()&0o077 == 0 {
				return secret, nil
			}
		}
		if !errors.Is(err, os.ErrNotExist) {
			root.Remove(secretName)
		}
		if err := makeSecret(root); err != nil {
			return nil, err
		}
	}
	return nil, errNotOurs
}

// makeSecret gives the folder a secret unless it has one: the name is given to
// a complete file only, in one step.
func makeSecret(root *os.Root) error {
	secret := make([]byte, secretBytes+8)
	rand.Read(secret) // it never fails
	name := ".mmm-" + hex.EncodeToString(secret[secretBytes:])
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer root.Remove(name)
	_, err = f.Write(secret[:secretBytes])
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = root.Link(name, secretName)
	}
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}

// abandoned is the age of a draft that nobody will complete.
const abandoned = time.Hour

// evict deletes what was not used for longest until a quarter of the folder is
// free, if it holds more than its limit.
func (c *Cache) evict() {
	list, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	var files []os.FileInfo
	var size int64
	for _, item := range list {
		info, err := item.Info()
		switch {
		case err != nil:
		case strings.HasSuffix(item.Name(), suffix) && !strings.HasPrefix(item.Name(), "."):
			files = append(files, info)
			size += info.Size()
		case strings.HasPrefix(item.Name(), ".mmm-") && time.Since(info.ModTime()) > abandoned:
			c.root.Remove(item.Name())
		}
	}
	if size <= c.limit {
		return
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, f := range files {
		if size <= c.limit/4*3 {
			return
		}
		c.root.Remove(f.Name())
		size -= f.Size()
	}
}
