package main

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
)

// shard is a part of the setups, so that several machines can share the work. The zero value is all of them.
type shard struct{ i, n uint64 }

func shardFlag() cli.Flag {
	return &cli.StringFlag{Name: "shard", Usage: "only part `I/N` of the setups, 1/4 to 4/4 for example: by their names, whatever else the spec holds"}
}

// parseShard reads the value of --shard.
func parseShard(s string) (shard, error) {
	if s == "" {
		return shard{}, nil
	}
	first, second, ok := strings.Cut(s, "/")
	i, err := strconv.ParseUint(first, 10, 32)
	n, err2 := strconv.ParseUint(second, 10, 32)
	if !ok || err != nil || err2 != nil || i < 1 || i > n {
		return shard{}, usagef("write I/N with I from 1 to N, 2/4 for example", "--shard %q is not a shard", s)
	}
	return shard{i, n}, nil
}

// has tells whether a setup belongs to the shard: the first 8 bytes of the SHA-256 of its name, a big-endian number, modulo N are I-1.
func (s shard) has(setup string) bool {
	if s.n <= 1 {
		return true
	}
	sum := sha256.Sum256([]byte(setup))
	return binary.BigEndian.Uint64(sum[:])%s.n == s.i-1
}
