// Package codecache keeps machine code in a folder of the user's, so that the
// next process need not compile again what this one has compiled.
//
// Input: code under a key that names everything it was made from. Output: the
// same bytes, or nothing. Loading machine code is running it, so nothing leaves a
// Cache that this user's mmm has not put there: the folder is the user's alone
// and is refused otherwise; each file carries a code of authentication, made with
// a secret of 32 random bytes that lies beside the files; a file is read into
// memory first and verified there. What fails is deleted and made anew. This
// keeps out damaged and foreign files; a process of the same user that can read
// the secret could write into mmm's own files as well.
//
// The folder holds at most so many bytes: the files that were not used for
// longest go. Nothing here is an error to the user: without a folder everything is
// compiled.
//
// A Cache may be used by any goroutines and processes at once.
package codecache

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"mmm/draft"
)

// Key names a piece of code.
type Key = [sha256.Size]byte

// DefaultLimit is the size of a user's folder in bytes.
const DefaultLimit = 128 << 20

// maxEntry is the largest piece of code that is kept.
const maxEntry = 32 << 20

// waiting is how many pieces may wait to be written.
const waiting = 16

// magic begins every file.
const magic = "mmmcode1"

// suffix ends the names of files with code.
const suffix = ".code"

// Cache is an open folder.
type Cache struct {
	dir    string
	root   *os.Root
	secret []byte
	limit  int64
	queue  chan entry
	idle   sync.WaitGroup
}

// entry is code on its way to the disk.
type entry struct {
	key  Key
	code []byte
}

// Open opens the folder dir, which is made if it is not there, for at most limit
// bytes. An error means that it cannot be used or is not this user's alone.
func Open(dir string, limit int64) (*Cache, error) {
	root, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	secret, err := openSecret(root)
	if err != nil {
		root.Close()
		return nil, err
	}
	c := &Cache{dir: dir, root: root, secret: secret, limit: limit, queue: make(chan entry, waiting)}
	go c.write()
	return c, nil
}

// Load returns the code of that key, nil if there is none.
func (c *Cache) Load(key Key) []byte {
	name := fileName(key)
	data, err := readOwn(c.root, name, maxEntry)
	if os.IsNotExist(err) {
		return nil
	}
	head := len(magic) + sha256.Size
	if err != nil || len(data) < head || string(data[:len(magic)]) != magic ||
		!hmac.Equal(data[len(magic):head], c.sign(key, data[head:])) {
		c.root.Remove(name)
		return nil
	}
	now := time.Now()
	c.root.Chtimes(name, now, now) // it was used
	return data[head:]
}

// Save keeps code under a key. It returns at once; code that cannot be written,
// or comes faster than it is written, is dropped.
func (c *Cache) Save(key Key, code []byte) {
	if len(code) == 0 || int64(len(code)) > min(maxEntry/2, c.limit/2) {
		return
	}
	c.idle.Add(1)
	select {
	case c.queue <- entry{key, code}:
	default:
		c.idle.Done()
	}
}

// Flush returns when everything saved so far is written.
func (c *Cache) Flush() { c.idle.Wait() }

// write writes what is saved, one after the other.
func (c *Cache) write() {
	for e := range c.queue {
		c.store(e)
		c.idle.Done()
	}
}

// store writes one piece and makes room.
func (c *Cache) store(e entry) {
	path := filepath.Join(c.dir, fileName(e.key))
	f, err := draft.Create(path)
	if err != nil {
		return
	}
	_, err = f.Write([]byte(magic))
	if err == nil {
		_, err = f.Write(c.sign(e.key, e.code))
	}
	if err == nil {
		_, err = f.Write(e.code)
	}
	if f.Commit(err) == nil {
		c.evict()
	}
}

// sign returns the code of authentication of a piece.
func (c *Cache) sign(key Key, code []byte) []byte {
	m := hmac.New(sha256.New, c.secret)
	m.Write([]byte(magic))
	m.Write(key[:])
	m.Write(code)
	return m.Sum(nil)
}

func fileName(key Key) string { return hex.EncodeToString(key[:]) + suffix }

// readOwn reads a regular file of this user's that nobody else can write, of at
// most limit bytes. A link is not followed.
func readOwn(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || !ours(info) || info.Mode().Perm()&0o022 != 0 || info.Size() > limit {
		return nil, errNotOurs
	}
	return io.ReadAll(io.LimitReader(f, limit))
}
