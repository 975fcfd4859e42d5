package output

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
)

// benchmark runs f for 1,000 folders of 20 files, 4 kB each, from two goroutines.
func benchmark(b *testing.B, f func([]File) error) {
	const folders = 1000
	data := make([]byte, 4096)
	var group sync.WaitGroup
	for half := range 2 {
		group.Go(func() {
			for i := half; i < folders; i += 2 {
				files := make([]File, 20)
				for j := range files {
					files[j] = File{Path: fmt.Sprintf("setup-%d/part%d/file%d", i, j%4, j), Data: data, Mode: 0o644}
				}
				if err := f(files); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func writeAll(b *testing.B, root string) {
	w, err := Create(b.Context(), root, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Abort()
	benchmark(b, func(files []File) error {
		_, err := w.Put(files)
		return err
	})
	if _, err := w.Commit(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWrite writes into a fresh folder each time.
func BenchmarkWrite(b *testing.B) {
	dir := b.TempDir()
	for i := 0; b.Loop(); i++ {
		writeAll(b, filepath.Join(dir, fmt.Sprint(i)))
	}
}

// BenchmarkUnchanged writes what is there already.
func BenchmarkUnchanged(b *testing.B) {
	dir := b.TempDir()
	writeAll(b, dir)
	for b.Loop() {
		writeAll(b, dir)
	}
}

// BenchmarkCompare holds against what is there.
func BenchmarkCompare(b *testing.B) {
	dir := b.TempDir()
	writeAll(b, dir)
	for b.Loop() {
		c, err := Open(dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		benchmark(b, func(files []File) error {
			changes, err := c.Put(files)
			if len(changes) > 0 {
				b.Error(changes[0])
			}
			return err
		})
		if _, err := c.Close(true); err != nil {
			b.Fatal(err)
		}
	}
}
