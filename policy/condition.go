package policy

import (
	"encoding/base64"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/pzgen/pzgen/internal/pattern"
)

// holds reports whether a condition is true of a request. Its operator and its values were checked
// before.
//
// Of several values of the policy one must fit; under a negated operator none may
// (reference_policies_condition-logic-multiple-context-keys-or-values). A key that is absent makes
// a condition false, a negated one true, and one with IfExists true
// (reference_policies_elements_condition_operators); under ForAllValues it is true and under
// ForAnyValue false (reference_policies_condition-single-vs-multi-valued-context-keys, "Set
// operators").
func (c Condition) holds(w words) bool {
	op, err := parseOperator(c.Operator)
	if err != nil {
		return false
	}
	given, present := w.context.get(c.Key)
	// An empty set of values, "such as an empty string", is as none for these two
	// (reference_policies_elements_condition_operators, "Multivalued ARN condition operators").
	empty := !present || strings.Join(given, "") == ""
	switch {
	case op.class == classNull:
		return anyText(c.Values, func(t Text) bool {
			s, _ := w.exact(t)
			return strings.EqualFold(s, "true") == empty
		})
	case !present && op.ifExists:
		return true
	case op.set == forAllValues && empty:
		return true
	case !present && op.set == forAnyValue:
		return false
	case !present:
		return op.negated
	}
	fits := func(value string) bool {
		return anyText(c.Values, func(t Text) bool { return op.compare(w, t, value) })
	}
	some, all := false, true
	for _, v := range given {
		f := fits(v)
		if op.set != anyOne {
			f = f != op.negated
		}
		some, all = some || f, all && f
	}
	switch op.set {
	case forAllValues:
		return all
	case forAnyValue:
		return some
	}
	return some != op.negated
}

func anyText(t Texts, f func(Text) bool) bool {
	for _, v := range t.Values {
		if f(v) {
			return true
		}
	}
	return false
}

// compare compares one value of the policy with one of the request, without negation. A value of
// the request that is not one of the operator's class, and a variable that has no value, fit
// nothing (reference_policies_variables, "Policy variables with no value").
func (op operator) compare(w words, t Text, value string) bool {
	if op.how == likePattern {
		p, ok := w.pattern(t)
		if op.class == classARN {
			return ok && matchARN(p, value)
		}
		return ok && match(p, value)
	}
	want, ok := w.exact(t)
	if !ok {
		return false
	}
	switch op.class {
	case classNumeric:
		a, okA := parseNumber(value)
		b, okB := parseNumber(want)
		return okA && okB && ordered(op.how, a.Cmp(b))
	case classDate:
		a, okA := parseDate(value)
		b, okB := parseDate(want)
		return okA && okB && ordered(op.how, a.Compare(b))
	case classBool:
		return strings.EqualFold(value, want)
	case classBinary:
		// The value of the request is given as its Base64 too, or as the bytes themselves.
		a, err := base64.StdEncoding.DecodeString(want)
		b, errB := base64.StdEncoding.DecodeString(value)
		return err == nil && (string(a) == value || errB == nil && string(a) == string(b))
	case classIP:
		p, okP := parseNetwork(want)
		a, err := netip.ParseAddr(value)
		return okP && err == nil && a.Zone() == "" && p.Contains(a)
	}
	if op.how == equalFold {
		return strings.EqualFold(value, want)
	}
	return value == want
}

func ordered(how comparison, cmp int) bool {
	switch how {
	case less:
		return cmp < 0
	case lessOrEqual:
		return cmp <= 0
	case greater:
		return cmp > 0
	case greaterOrEqual:
		return cmp >= 0
	}
	return cmp == 0
}

var numberShape = pattern.Lazy(`^[+-]?([0-9]{1,100}(\.[0-9]{0,100})?|\.[0-9]{1,100})$`)

// parseNumber reads an integer or decimal number, exactly.
func parseNumber(s string) (*big.Rat, bool) {
	if !numberShape().MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

var (
	dateShape  = pattern.Lazy(`^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?$`)
	epochShape = pattern.Lazy(`^-?[0-9]{1,12}(\.[0-9]{1,9})?$`)
)

// parseDate reads the date formats of W3C's profile of ISO 8601 (year; month; day; time with a
// zone, its seconds and their fraction optional), and seconds since 1970
// (reference_policies_elements_condition_operators, "Date condition operators"). Four digits are a
// year.
func parseDate(s string) (time.Time, bool) {
	if dateShape().MatchString(s) {
		for _, layout := range []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", time.RFC3339Nano} {
			if t, err := time.Parse(layout, s); err == nil {
				return t, true
			}
		}
		return time.Time{}, false
	}
	if !epochShape().MatchString(s) {
		return time.Time{}, false
	}
	whole, frac, _ := strings.Cut(s, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	nano, err2 := strconv.ParseInt((frac + "000000000")[:9], 10, 64)
	if strings.HasPrefix(s, "-") {
		nano = -nano
	}
	return time.Unix(sec, nano), err == nil && err2 == nil
}

// parseNetwork reads an address or a range in CIDR notation. An address alone is a range of one
// (reference_policies_elements_condition_operators, "IP address condition operators").
func parseNetwork(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}

// checkValue says what is wrong with a value that the policy gives a condition key under op, or "".
func (op operator) checkValue(t Text) string {
	s, ok := t.OnlyLit()
	if !ok {
		switch op.class {
		case classString, classARN, classBool:
			return ""
		}
		// reference_policies_variables, "Condition element"; Bool has them by
		// reference_policies_elements_condition_operators.
		return "has a policy variable or a dollar sign, which " + op.name + " does not take"
	}
	switch op.class {
	case classNumeric:
		if _, ok := parseNumber(s); !ok {
			return "is no number"
		}
	case classDate:
		if _, ok := parseDate(s); !ok {
			return "is no date: write 2006-01-02T15:04:05Z or seconds since 1970"
		}
	case classBool, classNull:
		if !strings.EqualFold(s, "true") && !strings.EqualFold(s, "false") {
			return "is neither true nor false"
		}
	case classBinary:
		if _, err := base64.StdEncoding.DecodeString(s); err != nil {
			return "is no Base64"
		}
	case classIP:
		if _, ok := parseNetwork(s); !ok {
			return "is no IP address or range"
		}
	}
	return ""
}
