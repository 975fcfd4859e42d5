// Package artifact is the only one that touches the output folder: it writes what generators return, atomically, and compares
// it with what stands there.
package artifact

import "io/fs"

// File is a file to be written. Path is relative to the output folder, with slashes; Mode is 0o644 or 0o755.
type File struct {
	Path string
	Data []byte
	Mode fs.FileMode
}
