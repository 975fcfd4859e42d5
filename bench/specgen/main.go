// Specgen prints the spec of the benchmarks: specgen N.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/pzgen/pzgen/bench/internal/setups"
)

func main() {
	n := 0
	if len(os.Args) == 2 {
		n, _ = strconv.Atoi(os.Args[1])
	}
	if n < 1 {
		fmt.Fprintln(os.Stderr, "usage: specgen N")
		os.Exit(2)
	}
	if err := setups.Write(os.Stdout, n); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}
