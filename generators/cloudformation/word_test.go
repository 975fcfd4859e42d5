package cloudformation

import (
	"testing"

	"gopkg.in/yaml.v3"
)

// What is written without quotes is the same string to YAML, and none of the words and numbers of
// YAML 1.1.
func TestWord(t *testing.T) {
	for s, plain := range map[string]bool{
		"String": true, "AWS::S3::Bucket": true, "s3:GetObject": true, "personalize.amazonaws.com": true,
		"RetainExceptOnCreate": true, "events.amazonaws.com.cn": true, "AES256": true,
		"on": false, "No": false, "Y": false, "n": false, "NULL": false, "True": false, "off": false,
		"": false, "*": false, "s3:*": false, "s3:Get Object": false, "a: b": false, "a:": false, ":a": false,
		"1e3": false, "0x1f": false, "12:30": false, "2012-10-17": false, "-x": false, "~": false, ".inf": false,
		"a #b": false, "a\nb": false, "é": false, "a,b": false, "[a]": false, "a:::b": false, "a.": false,
	} {
		n := word(s)
		if got := n.Style == 0; got != plain {
			t.Errorf("%q without quotes: %v", s, got)
		}
		text, err := yaml.Marshal(map[string]*yaml.Node{"k": n})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]any
		if err := yaml.Unmarshal(text, &back); err != nil || back["k"] != s {
			t.Errorf("%q comes back as %v: %v", s, back["k"], err)
		}
	}
}
