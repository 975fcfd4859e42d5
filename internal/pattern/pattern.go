// Package pattern holds regular expressions that are compiled when they are first used. Those of a package are otherwise all compiled when the program starts,
// which takes longer than most commands.
package pattern

import (
	"regexp"
	"sync"
)

// Lazy returns a function that returns the regular expression, for any number of goroutines. It
// panics at its first call when expr is not valid.
func Lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
