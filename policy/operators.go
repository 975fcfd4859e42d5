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

// comparison is how an operator compares the operands of its class.
type comparison byte

const (
	equal comparison = iota
	equalFold
	likePattern
	less
	lessOrEqual
	greater
	greaterOrEqual
	inRange
	isNull
)

// quantifier says how an operator takes the values of a key that has several.
type quantifier string

const (
	anyOne       quantifier = ""
	forAllValues quantifier = "ForAllValues"
	forAnyValue  quantifier = "ForAnyValue"
)

// base is a condition operator without prefix and suffix.
type base struct {
	name    string
	class   class
	negated bool // true where the operator without "Not" is false
	how     comparison
}

// bases are the condition operators of the IAM User Guide
// (reference_policies_elements_condition_operators), all of them.
var bases = []base{
	{"StringEquals", classString, false, equal},
	{"StringNotEquals", classString, true, equal},
	{"StringEqualsIgnoreCase", classString, false, equalFold},
	{"StringNotEqualsIgnoreCase", classString, true, equalFold},
	{"StringLike", classString, false, likePattern},
	{"StringNotLike", classString, true, likePattern},
	{"NumericEquals", classNumeric, false, equal},
	{"NumericNotEquals", classNumeric, true, equal},
	{"NumericLessThan", classNumeric, false, less},
	{"NumericLessThanEquals", classNumeric, false, lessOrEqual},
	{"NumericGreaterThan", classNumeric, false, greater},
	{"NumericGreaterThanEquals", classNumeric, false, greaterOrEqual},
	{"DateEquals", classDate, false, equal},
	{"DateNotEquals", classDate, true, equal},
	{"DateLessThan", classDate, false, less},
	{"DateLessThanEquals", classDate, false, lessOrEqual},
	{"DateGreaterThan", classDate, false, greater},
	{"DateGreaterThanEquals", classDate, false, greaterOrEqual},
	{"Bool", classBool, false, equal},
	{"BinaryEquals", classBinary, false, equal},
	{"IpAddress", classIP, false, inRange},
	{"NotIpAddress", classIP, true, inRange},
	{"ArnEquals", classARN, false, likePattern},
	{"ArnLike", classARN, false, likePattern},
	{"ArnNotEquals", classARN, true, likePattern},
	{"ArnNotLike", classARN, true, likePattern},
	{"Null", classNull, false, isNull},
}

// operator is a condition operator with its prefix and suffix taken apart.
type operator struct {
	base
	set      quantifier
	ifExists bool
}

// parseOperator reads the name of a condition operator, which is case-sensitive. Null takes no
// IfExists (access-analyzer-reference-policy-checks, "Null with if exists").
func parseOperator(s string) (operator, error) {
	var op operator
	name := s
	for _, p := range []quantifier{forAllValues, forAnyValue} {
		if rest, ok := strings.CutPrefix(name, string(p)+":"); ok {
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
