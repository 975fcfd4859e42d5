package findings

import (
	"encoding/json"
	"strings"
	"testing"
)

// What acts on a terminal is escaped, and means the same.
func TestWriteJSON(t *testing.T) {
	hostile := "a\u202eb\u009bc\x7fd\u200fe\x1bf\U000e0001g é 日 <b>"
	var b strings.Builder
	if err := WriteJSON(&b, map[string]string{hostile: hostile}); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.String() {
		if r != '\n' && (r < ' ' || r >= 0x7f && strings.ContainsRune("\u202e\u009b\x7f\u200f\x1b\U000e0001", r)) {
			t.Errorf("%U is written as it is", r)
		}
	}
	if !strings.Contains(b.String(), "é 日 <b>") {
		t.Errorf("%s", b.String())
	}
	var back map[string]string
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil || back[hostile] != hostile {
		t.Errorf("%q: %v", back, err)
	}
}

// The formats that are JSON escape alike.
func TestFormatsEscape(t *testing.T) {
	r := Report{Command: "pzgen check", Findings: []Finding{{Rule: "x", Level: Error, File: "a\u202e.json", Message: "m\u009b"}}}
	for _, format := range []string{"json", "sarif"} {
		var b strings.Builder
		if err := r.Write(&b, format); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "\u202e\u009b") {
			t.Errorf("%s: %q", format, b.String())
		}
	}
}
