package spec

import (
	"slices"
	"strings"
)

// suggest returns a hint with the candidate that s was probably meant to be, or "".
func suggest(s string, candidates []string) string {
	if best := nearest(s, candidates); best != "" {
		return didYouMean(best)
	}
	return ""
}

func didYouMean(s string) string { return "did you mean `" + s + "`?" }

// nearest returns the candidate that s was probably meant to be, or "".
func nearest(s string, candidates []string) string {
	best, least := "", max(1, len(s)/4)
	if len(s) > 64 {
		return ""
	}
	for _, c := range candidates[:min(len(candidates), 1000)] {
		if d := distance(strings.ToLower(s), strings.ToLower(c), least+1); d < least || d == least && best == "" {
			best, least = c, d
		}
	}
	return best
}

// suggestOr returns the hint of suggest, or else the whole list of what there is.
func suggestOr(s, what string, candidates []string) string {
	if h := suggest(s, candidates); h != "" {
		return h
	}
	if len(candidates) == 0 {
		return ""
	}
	sorted := slices.Clone(candidates)
	slices.Sort(sorted)
	if len(sorted) > 25 {
		sorted = append(sorted[:25], "…")
	}
	return what + ": " + strings.Join(sorted, ", ")
}

// distance is the number of letters to put in, take out, replace or swap with their neighbour that turns a into b; limit when it is more.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
