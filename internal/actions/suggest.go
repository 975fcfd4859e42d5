package actions

import "strings"

// nearest returns the name that s was probably meant to be, or "": the first that goes on where s
// ends, or else the one that differs in the fewest letters.
func nearest(s string, names []string) string {
	if len(s) > 64 {
		return ""
	}
	const telling = 5 // letters; fewer begin anything
	for _, name := range names {
		if len(s) >= telling && strings.HasPrefix(strings.ToLower(name), strings.ToLower(s)) {
			return name
		}
	}
	best, least := "", max(2, len(s)/4)
	for _, name := range names {
		d := distance(strings.ToLower(s), strings.ToLower(name), least+1)
		if d < least || d == least && best == "" {
			best, least = name, d
		}
	}
	return best
}

// distance is how many letters have to be put in, taken out or replaced to turn a into b; limit
// when it is more.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	last, row := make([]int, len(b)+1), make([]int, len(b)+1)
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
		}
		last, row = row, last
	}
	return min(last[len(b)], limit)
}
