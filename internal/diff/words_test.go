package diff

import (
	"strings"
	"testing"

	"github.com/pzgen/pzgen/policy"
)

// No text of a file is a command to the terminal that shows it.
func TestConditionIsPlain(t *testing.T) {
	got := condition(policy.Condition{Operator: "StringEquals", Key: "k:\x1b[2J", Values: policy.List(policy.Literal("\x1b[2J"))})
	if strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
}
