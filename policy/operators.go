package policy

import (
	"fmt"
	"strings"
)

// class says what the operands of a condition operator are.
type class byte

const (
	classString class = iota
	classNumeric
	classDate
	classBool
	classBinary
	classIP
	classARN
	classNull
)

// base is a condition operator without prefix and suffix.
type base struct {
	name    string
	class   class
	negated bool   // true where the operator without "Not" is false
	how     string // which comparison of its class
}

// bases are the condition operators of the IAM User Guide (reference_policies_elements_condition_operators), all of them.
var bases = []base{
	{"StringEquals", classString, false, "equals"},
	{"StringNotEquals", classString, true, "equals"},
	{"StringEqualsIgnoreCase", classString, false, "fold"},
	{"StringNotEqualsIgnoreCase", classString, true, "fold"},
	{"StringLike", classString, false, "like"},
	{"StringNotLike", classString, true, "like"},
	{"NumericEquals", classNumeric, false, "="},
	{"NumericNotEquals", classNumeric, true, "="},
	{"NumericLessThan", classNumeric, false, "<"},
	{"NumericLessThanEquals", classNumeric, false, "<="},
	{"NumericGreaterThan", classNumeric, false, ">"},
	{"NumericGreaterThanEquals", classNumeric, false, ">="},
	{"DateEquals", classDate, false, "="},
	{"DateNotEquals", classDate, true, "="},
	{"DateLessThan", classDate, false, "<"},
	{"DateLessThanEquals", classDate, false, "<="},
	{"DateGreaterThan", classDate, false, ">"},
	{"DateGreaterThanEquals", classDate, false, ">="},
	{"Bool", classBool, false, "equals"},
	{"BinaryEquals", classBinary, false, "equals"},
	{"IpAddress", classIP, false, "in"},
	{"NotIpAddress", classIP, true, "in"},
	{"ArnEquals", classARN, false, "like"},
	{"ArnLike", classARN, false, "like"},
	{"ArnNotEquals", classARN, true, "like"},
	{"ArnNotLike", classARN, true, "like"},
	{"Null", classNull, false, "null"},
}

// operator is a condition operator with its prefix and suffix taken apart.
type operator struct {
	base
	set      string // "", "ForAllValues" or "ForAnyValue"
	ifExists bool
}

// parseOperator reads the name of a condition operator, which is case-sensitive. Null takes no IfExists
// (access-analyzer-reference-policy-checks, "Null with if exists").
func parseOperator(s string) (operator, error) {
	var op operator
	name := s
	for _, p := range []string{"ForAllValues", "ForAnyValue"} {
		if rest, ok := strings.CutPrefix(name, p+":"); ok {
			op.set, name = p, rest
			break
		}
	}
	if rest, ok := strings.CutSuffix(name, "IfExists"); ok {
		op.ifExists, name = true, rest
	}
	for _, b := range bases {
		if b.name != name {
			continue
		}
		if b.class == classNull && op.ifExists {
			return operator{}, fmt.Errorf("condition operator %q: Null takes no IfExists, it asks itself whether the key exists", s)
		}
		op.base = b
		return op, nil
	}
	for _, b := range bases {
		if strings.EqualFold(b.name, name) {
			return operator{}, fmt.Errorf("condition operator %q does not exist; operators are case-sensitive, write %s", s, b.name)
		}
	}
	return operator{}, fmt.Errorf("condition operator %q does not exist", s)
}
