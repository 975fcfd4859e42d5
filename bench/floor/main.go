//go:build unix

// Floor tells what only the writing costs: it holds the files of one setup and writes them N times, with two workers and nothing between it and the system.
//
//	floor N SETUP-FOLDER OUT
//
// OUT has to be there and empty.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

const workers = 2

type file struct {
	name string
	data []byte
	mode uint32
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: floor N SETUP-FOLDER OUT")
		os.Exit(2)
	}
	n, err := strconv.Atoi(os.Args[1])
	check(err)
	var folders []string
	var files []file
	check(filepath.WalkDir(os.Args[2], func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(os.Args[2], p)
		if err != nil || name == "." {
			return err
		}
		if d.IsDir() {
			folders = append(folders, name)
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(p)
		files = append(files, file{name, data, uint32(info.Mode().Perm())})
		return err
	}))
	out, err := unix.Open(os.Args[3], unix.O_DIRECTORY|unix.O_RDONLY, 0)
	check(err)
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				write(out, "setup-"+strconv.FormatInt(i, 10), folders, files)
			}
		})
	}
	group.Wait()
}

func write(out int, name string, folders []string, files []file) {
	check(unix.Mkdirat(out, name, 0o755))
	dir, err := unix.Openat(out, name, unix.O_DIRECTORY|unix.O_RDONLY|unix.O_CLOEXEC, 0)
	check(err)
	for _, f := range folders {
		check(unix.Mkdirat(dir, f, 0o755))
	}
	for _, f := range files {
		fd, err := unix.Openat(dir, f.name, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC, f.mode)
		check(err)
		_, err = unix.Write(fd, f.data)
		check(err)
		check(unix.Close(fd))
	}
	check(unix.Close(dir))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(3)
	}
}
