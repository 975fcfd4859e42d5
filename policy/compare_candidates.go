package policy

import (
	"encoding/base64"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// candidates returns values of a condition key, one at least for each case that numeric, date, IP
// address and binary operators tell apart: the values that the policies name, what lies between,
// below and above them, and a value of no class.
func candidates(operands []operand) []string {
	var numbers []*big.Rat
	var dates []time.Time
	var networks []netip.Prefix
	out := []string{"x"}
	for _, o := range operands {
		s := o.value
		switch o.class {
		case classNumeric:
			if n, ok := parseNumber(s); ok {
				numbers = append(numbers, n)
			}
		case classDate:
			if d, ok := parseDate(s); ok {
				dates = append(dates, d)
			}
		case classIP:
			if p, ok := parseNetwork(s); ok {
				networks = append(networks, p)
			}
		case classBinary:
			if raw, err := base64.StdEncoding.DecodeString(s); err == nil {
				out = append(out, base64.StdEncoding.EncodeToString(raw), string(raw))
				out = append(out, base64.StdEncoding.EncodeToString(raw)+"\n")
			}
		case classString, classARN, classBool:
			out = append(out, strings.NewReplacer("*", "", "?", "x").Replace(s))
		}
	}
	out = append(out, numberCandidates(numbers)...)
	out = append(out, dateCandidates(dates)...)
	out = append(out, addressCandidates(networks)...)
	out = slices.DeleteFunc(out, func(s string) bool { return s == "" })
	slices.SortStableFunc(out, func(a, b string) int { return compare(a, b) })
	return slices.Compact(out)
}

// numberCandidates returns the numbers, one between each two, one below and one above.
func numberCandidates(numbers []*big.Rat) []string {
	if len(numbers) == 0 {
		return nil
	}
	slices.SortFunc(numbers, (*big.Rat).Cmp)
	one := big.NewRat(1, 1)
	last := numbers[len(numbers)-1]
	all := []*big.Rat{new(big.Rat).Sub(numbers[0], one), new(big.Rat).Add(last, one)}
	for i, n := range numbers {
		all = append(all, n)
		if i > 0 {
			middle := new(big.Rat).Add(numbers[i-1], n)
			all = append(all, middle.Quo(middle, big.NewRat(2, 1)))
		}
	}
	var out []string
	for _, n := range all {
		// Exact: a number of a policy has 100 digits behind the point at most.
		s := n.FloatString(101)
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
		if s == "-0" {
			s = "0"
		}
		// What has more digits than a request can have lies between two numbers that no number
		// lies between.
		if _, ok := parseNumber(s); ok {
			out = append(out, s)
		}
	}
	return out
}

// dateCandidates does the same for dates, whose steps are nanoseconds.
func dateCandidates(dates []time.Time) []string {
	if len(dates) == 0 {
		return nil
	}
	slices.SortFunc(dates, time.Time.Compare)
	all := []time.Time{dates[0].Add(-time.Hour), dates[len(dates)-1].Add(time.Hour)}
	for i, d := range dates {
		all = append(all, d)
		if i > 0 {
			// Seconds and nanoseconds apart, since a Duration spans 292 years only.
			a, b := dates[i-1], d
			seconds, nanos := b.Unix()-a.Unix(), int64(b.Nanosecond()-a.Nanosecond())
			half := seconds / 2
			rest := (seconds%2*1e9 + nanos) / 2
			all = append(all, time.Unix(a.Unix()+half, int64(a.Nanosecond())+rest))
		}
	}
	var out []string
	for _, d := range all {
		d = d.UTC()
		s := d.Format(time.RFC3339Nano)
		if d.Year() < 1 || d.Year() > 9999 {
			sec := d.Unix()
			s = big.NewInt(sec).String() + "." + "0"
			if n := d.Nanosecond(); n != 0 {
				r := new(big.Rat).SetInt64(sec)
				s = r.Add(r, big.NewRat(int64(n), 1e9)).FloatString(9)
			}
		}
		if _, ok := parseDate(s); ok {
			out = append(out, s)
		}
	}
	return out
}

// addressCandidates returns the first address of each range and the one behind it: no range begins
// or ends between two of them.
func addressCandidates(networks []netip.Prefix) []string {
	if len(networks) == 0 {
		return nil
	}
	out := []string{"0.0.0.0", "::"}
	for _, p := range networks {
		out = append(out, p.Addr().String())
		last := p.Addr().AsSlice()
		for i := p.Bits(); i < 8*len(last); i++ {
			last[i/8] |= 1 << (7 - i%8)
		}
		if a, ok := netip.AddrFromSlice(last); ok && a.Next().IsValid() {
			out = append(out, a.Next().String())
		}
	}
	return out
}
