// Package bench holds a benchmark of each stage from a spec to files, and, below it, whole programs that `make bench` measures side by side.
package bench
