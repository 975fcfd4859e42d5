package terraform

import (
	"strconv"
	"strings"
)

// code is Terraform syntax. A string does not become code by itself, so that what has to be escaped is so by its type: quoted makes code of the
// strings of a setup, and comment makes comments of them. Everything else takes identifiers: words of Terraform and of the provider, and names.
type code string

// expr is an expression. One that stands on one line is all in first; else the lines of inner stand between first and last.
type expr struct {
	first code
	inner *lines
	last  code
}

// ref is a reference: ref("aws_s3_bucket", "data", "arn").
func ref(path ...string) expr { return expr{first: code(strings.Join(path, "."))} }

func boolean(b bool) expr { return expr{first: code(strconv.FormatBool(b))} }

func number(n int) expr { return expr{first: code(strconv.Itoa(n))} }

// equal is a == b. Both stand on one line.
func equal(a, b expr) expr { return expr{first: a.first + " == " + b.first} }

// index is an element of a list that stands on one line.
func index(of expr, n int) expr { return expr{first: of.first + "[" + number(n).first + "]"} }

// member is a member of an object that stands on one line.
func member(of expr, name code) expr { return expr{first: of.first + "." + name} }

// call is a function call. Only its last argument may have several lines.
func call(name string, args ...expr) expr {
	before := code(name) + "("
	last := len(args) - 1
	for _, a := range args[:last] {
		before += a.first + ", "
	}
	return wrapped(before, args[last], ")")
}

// list is a list on one line when it has one element, else a line an element.
func list(elems []expr) expr {
	switch len(elems) {
	case 0:
		return expr{first: "[]"}
	case 1:
		return wrapped("[", elems[0], "]")
	}
	return rows(elems)
}

// rows is a list with a line for each element, however many there are.
func rows(elems []expr) expr {
	in := make(lines, len(elems))
	for i, e := range elems {
		in[i].value = wrapped("", e, ",")
	}
	return expr{first: "[", inner: &in, last: "]"}
}

// object is an object with a line for each member.
func object(members lines) expr {
	if len(members) == 0 {
		return expr{first: "{}"}
	}
	return expr{first: "{", inner: &members, last: "}"}
}

// wrapped puts code around an expression.
func wrapped(before code, e expr, after code) expr {
	if e.inner == nil {
		return expr{first: before + e.first + after}
	}
	return expr{first: before + e.first, inner: e.inner, last: e.last + after}
}
