package policy

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestDecodeJSON(t *testing.T) {
	d, err := DecodeJSON([]byte(`{
  "Statement": [
    {
      "Sid": "One", "Effect": "Allow",
      "Principal": {"AWS": ["111122223333", "*"], "Service": "s3.amazonaws.com"},
      "Action": "s3:GetObject", "NotResource": ["arn:aws:s3:::b/${aws:username}", "*"],
      "Condition": {"Bool": {"aws:SecureTransport": true}, "NumericLessThan": {"s3:max-keys": [10, "2.5"]}}
    },
      {"Effect": "Deny", "NotPrincipal": "*", "NotAction": ["a:b"], "Resource": "*"}
  ],
  "Id": "x", "Version": "2012-10-17"
}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Document{Version: Version2012, ID: "x", Statements: []Statement{
		{
			Sid: "One", Effect: Allow,
			Principal: &Principal{Types: []PrincipalType{
				{"AWS", List(Literal("111122223333"), Literal("*"))}, {"Service", One(Literal("s3.amazonaws.com"))}}},
			Action:      One(Literal("s3:GetObject")),
			NotResource: List(NewText(Lit("arn:aws:s3:::b/"), Var{Name: "aws:username"}), Literal("*")),
			Condition: []Condition{{"Bool", "aws:SecureTransport", One(Literal("true"))},
				{"NumericLessThan", "s3:max-keys", List(Literal("10"), Literal("2.5"))}},
			Pos: Pos{3, 5},
		},
		{Effect: Deny, NotPrincipal: &Principal{Any: true}, NotAction: List(Literal("a:b")), Resource: One(Literal("*")), Pos: Pos{9, 7}},
	}}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
	single, err := DecodeJSON([]byte(`{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"${x"}}`))
	if err != nil || !single.Single || single.Statements[0].Resource.Values[0].plain() != "${x" {
		t.Errorf("%+v, %v", single, err)
	}
}

// TestDecodeErrors wants each fault at its place: line, column and a piece of the message.
func TestDecodeErrors(t *testing.T) {
	in := func(statement string) string {
		return "{\"Version\":\"2012-10-17\",\n\"Statement\":[" + statement + "]}"
	}
	st := func(more string) string { return in(`{"Effect":"Allow","Action":"a:b",` + more + `}`) }
	for _, c := range []struct {
		data      string
		line, col int
		msg       string
	}{
		{``, 1, 1, "end of input"},
		{`[]`, 1, 1, "is an object"},
		{`{}`, 1, 1, "no Statement"},
		{`{"Statement":[]}`, 1, 14, "empty"},
		{`{"Statement":"x"}`, 1, 14, "object or an array"},
		{`{"statement":[]}`, 1, 2, `write "Statement"`},
		{`{"Version":"2012-10-17","Foo":1}`, 1, 25, `no element "Foo"`},
		{`{"Version":"2012-10-18","Statement":[]}`, 1, 12, "2012-10-18"},
		{`{"Version":20121017,"Statement":[]}`, 1, 12, "is a string"},
		{`{"Version":"2012-10-17","Version":"2012-10-17"}`, 1, 25, "twice"},
		{`{"Id":null}`, 1, 7, "is a string"},
		{in(allowAll) + " x", 2, 63, `'x' after the end`},
		{in(allowAll) + "{}", 2, 62, `after the end`},
		{in(`[]`), 2, 14, "statement is an object"},
		{in(`{}`), 2, 14, "no Effect"},
		{in(`{"Effect":"allow"}`), 2, 24, "case-sensitive"},
		{in(`{"effect":"Allow"}`), 2, 15, `write "Effect"`},
		{in(`{"Effect":"Allow","Effect":"Deny"}`), 2, 32, "twice"},
		{in(`{"Effect":"Allow","Resource":"*"}`), 2, 14, "neither Action nor NotAction"},
		{in(`{"Effect":"Allow","Action":"*","NotAction":"x:y"}`), 2, 14, "both Action and NotAction"},
		{st(`"Resource":"*","NotResource":"*"`), 2, 14, "both Resource and NotResource"},
		{st(`"Principal":"*","NotPrincipal":"*"`), 2, 14, "both Principal and NotPrincipal"},
		{st(`"Resource":""`), 2, 58, "empty string"},
		{st(`"Resource":[]`), 2, 58, "is empty"},
		{st(`"Resource":["*",""]`), 2, 63, "empty string"},
		{st(`"Resource":5`), 2, 58, "not a number"},
		{st(`"Resource":null`), 2, 58, "not null"},
		{st(`"Resource":{"a":1}`), 2, 58, "not an object"},
		{st(`"Resource":"${aws:username"`), 2, 58, "not closed"},
		{st(`"Resource":"${}"`), 2, 58, "no name"},
		{st(`"Principal":"123"`), 2, 59, `only be "*"`},
		{st(`"Principal":["*"]`), 2, 59, "not an array"},
		{st(`"Principal":{}`), 2, 59, "is empty"},
		{st(`"Principal":{"aws":"*"}`), 2, 60, `write "AWS"`},
		{st(`"Principal":{"User":"*"}`), 2, 60, "no element"},
		{st(`"Principal":{"AWS":""}`), 2, 66, "empty string"},
		{st(`"Principal":{"AWS":"*","AWS":"*"}`), 2, 70, "twice"},
		{st(`"Condition":[]`), 2, 59, "is an object"},
		{st(`"Condition":{"StringIs":{"a":"b"}}`), 2, 60, "does not exist"},
		{st(`"Condition":{"stringEquals":{"a":"b"}}`), 2, 60, "write StringEquals"},
		{st(`"Condition":{"NullIfExists":{"a":"true"}}`), 2, 60, "Null takes no IfExists"},
		{st(`"Condition":{"ForSomeValues:StringEquals":{"a":"b"}}`), 2, 60, "does not exist"},
		{st(`"Condition":{"ForAnyValue:ForAllValues:Bool":{"a":"b"}}`), 2, 60, "does not exist"},
		{st(`"Condition":{"StringEqualsIfExistsIfExists":{"a":"b"}}`), 2, 60, "does not exist"},
		{st(`"Condition":{"Bool":"x"}`), 2, 67, "object of keys"},
		{st(`"Condition":{"Bool":{"":"x"}}`), 2, 68, "empty string"},
		{st(`"Condition":{"Bool":{"a:b":"true","A:B":"true"}}`), 2, 81, "twice"},
		{st(`"Condition":{"Bool":{"a:b":null}}`), 2, 74, "not null"},
		{st(`"Condition":{"Bool":{"a:b":[["x"]]}}`), 2, 75, "not an array"},
		{`{"Statement":` + "\"\xff\"}", 1, 15, "not UTF-8"},
		{"\xef\xbb\xbf{}", 1, 1, "no Statement"}, // a byte order mark is passed over
		{"{}\xef\xbb\xbf", 1, 3, "after the end"},
		{"\xff\xfe{\x00}\x00", 1, 1, "UTF-16"},
		{"\xfe\xff\x00{\x00}", 1, 1, "UTF-16"},
		{"{\x00}\x00", 1, 1, "UTF-16"},
		{"\x00{\x00}", 1, 1, "UTF-16"},
		{"\xff\xfe\x00\x00{\x00\x00\x00", 1, 1, "UTF-32"},
		{"\x00\x00\xfe\xff\x00\x00\x00{", 1, 1, "UTF-32"},
		{`{"ä":` + "\n", 2, 1, "end of input"},
		{`{"ää":x}`, 1, 7, "'x'"}, // columns are characters
		{`{"a":"` + "\t" + `"}`, 1, 7, "control character"},
		{`{"a":"\x"}`, 1, 7, "escape"},
		{`{"a":"\ud800"}`, 1, 7, "surrogate"},
		{`{"a":"\ud800A"}`, 1, 7, "surrogate"},
		{`{"a":"\u12"}`, 1, 7, "escape"},
		{`{"a":"x`, 1, 6, "not closed"},
		{`{"a" 1}`, 1, 6, `":" is expected`},
		{`{"a":1,}`, 1, 8, "name in double quotes"},
		{`{a:1}`, 1, 2, "name in double quotes"},
		{`{"a":1 "b":2}`, 1, 8, `"," or "}"`},
		{`{"a":[1 2]}`, 1, 9, `"," or "]"`},
		{`{"a":[1,]}`, 1, 9, "value is expected"},
		{`{"a":01}`, 1, 6, "not a JSON number"},
		{`{"a":1.}`, 1, 6, "not a JSON number"},
		{`{"a":-}`, 1, 6, "not a JSON number"},
		{`{"a":1e}`, 1, 6, "not a JSON number"},
		{`{"a":nul}`, 1, 6, "value is expected"},
		{`{"a":'x'}`, 1, 6, "value is expected"},
		{"{\"a\":1 // c\n}", 1, 8, `"," or "}"`},
		{strings.Repeat("[", 100000), 1, 42, "inside each other"},
		{`{"a":` + strings.Repeat(" ", 1<<20) + `}`, 1, 1, "larger than any policy"},
	} {
		_, err := DecodeJSON([]byte(c.data))
		var se *Error
		if !errors.As(err, &se) {
			t.Errorf("%.80q: %v", c.data, err)
			continue
		}
		if se.Line != c.line || se.Col != c.col || !strings.Contains(se.Message, c.msg) {
			t.Errorf("%.120q:\n got  %v\n want %d:%d: …%s…", c.data, err, c.line, c.col, c.msg)
		}
	}
}

func TestDecodeStrings(t *testing.T) {
	d, err := DecodeJSON([]byte(`{"Statement":[{"Sid":"\"\\\/\b\f\n\r\té😀€","Effect":"Allow","Action":"a:b","Resource":"*"}]}`))
	if err != nil || d.Statements[0].Sid != "\"\\/\b\f\n\r\té😀€" {
		t.Errorf("%+v, %v", d.Statements, err)
	}
}

// The place of a value in a large document on one line is counted on from the place before it: to count
// from the line's beginning each time would be work for the square of its length.
func TestPlaceCountsOn(t *testing.T) {
	s := scanner{data: []byte("[é, é]\n x"), line: 1}
	for _, c := range []struct {
		i    int
		want Pos
	}{{1, Pos{1, 2}}, {3, Pos{1, 3}}, {7, Pos{1, 6}}} {
		s.i = c.i
		if got := s.here(); got != c.want || s.mark != c.i {
			t.Errorf("byte %d is at %v, counted up to byte %d", c.i, got, s.mark)
		}
	}
	s.i = 8
	if s.space(); s.here() != (Pos{2, 2}) || s.mark != s.i {
		t.Errorf("the second line is at %v, counted up to byte %d", s.here(), s.mark)
	}
}

// A large document on one line is read: were its places counted from the start of the line each time, the
// tests would not end within their time.
func TestDecodeLargeLine(t *testing.T) {
	data := `{"Version":"2012-10-17","Statement":[` + strings.Repeat(allowAll+",", 15000) + allowAll + `]}`
	d, err := DecodeJSON([]byte(data))
	if err != nil || len(d.Statements) != 15001 {
		t.Fatalf("%d statements, %v", len(d.Statements), err)
	}
}

// What was decoded is encoded as it was written.
func TestDecodeEncode(t *testing.T) {
	for _, s := range []string{
		`{"Version":"2012-10-17","Id":"i","Statement":{"Sid":"s","Effect":"Allow","Principal":"*","Action":"a:b","Resource":["*"]}}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":["1"],"Service":"s"},"NotAction":["a:b","c:d"],"NotResource":"*","Condition":{"StringLike":{"k":["a${aws:username}","${$}${*}${x, 'y'}"],"l":"m"},"Null":{"k":"true"}}}]}`,
		`{"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"${aws:username} $ ${"}]}`,
		`{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"a:b","Condition":{"StringEquals":{"k":[]}}}]}`,
	} {
		d, err := DecodeJSON([]byte(s))
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if got := string(d.Compact()); got != s {
			t.Errorf("got  %s\nwant %s", got, s)
		}
		again, err := DecodeJSON(d.JSON())
		if err != nil || !d.Equal(again) {
			t.Errorf("%s, indented: %v", s, err)
		}
	}
}
