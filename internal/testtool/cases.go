package testtool

import (
	"os"
	"testing"
)

// AllCases is the variable of the environment that makes tests try all their cases: =1.
const AllCases = "PZGEN_ALL_CASES"

// Cases returns how many cases a test tries that has more of them than it needs each time, random
// edits for example: usual ones, a tenth of them with -short (at least one), and all with
// PZGEN_ALL_CASES=1.
func Cases(usual, all int) int {
	switch {
	case os.Getenv(AllCases) == "1":
		return all
	case testing.Short():
		return max(1, usual/10)
	}
	return usual
}
