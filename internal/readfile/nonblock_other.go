//go:build !unix

package readfile

// nonblock: elsewhere an open does not wait for a writer.
const nonblock = 0
