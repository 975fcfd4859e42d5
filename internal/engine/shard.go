package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
)

// Shard is a part of the setups, so that several machines can share the work. The zero value is
// all of them. Which shard a setup is in depends on its name alone.
type Shard struct{ i, n uint64 }

// ParseShard reads a shard as I/N, I from 1 to N; "" is all setups. An error is an [InputError].
func ParseShard(s string) (Shard, error) {
	if s == "" {
		return Shard{}, nil
	}
	first, second, ok := strings.Cut(s, "/")
	i, err := strconv.ParseUint(first, 10, 32)
	n, err2 := strconv.ParseUint(second, 10, 32)
	if !ok || err != nil || err2 != nil || i < 1 || i > n {
		return Shard{}, refusef("write I/N with I from 1 to N, 2/4 for example",
			"--shard %q is not a shard", s)
	}
	return Shard{i, n}, nil
}

// has reports whether a setup belongs to the shard: the first 8 bytes of the SHA-256 of its name,
// a big-endian number, modulo N are I-1.
func (s Shard) has(setup string) bool {
	if s.n <= 1 {
		return true
	}
	sum := sha256.Sum256([]byte(setup))
	return binary.BigEndian.Uint64(sum[:])%s.n == s.i-1
}
