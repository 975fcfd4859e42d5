package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	action  = regexp.MustCompile(`^[a-z0-9-]+:[A-Z*][A-Za-z*]*$`)
	service = regexp.MustCompile(`arn:[^\s"]*`)
)

// arns are the beginnings of ARNs that code may hold: those of what a reference stands for.
// Permissions are in templates/ alone.
var arns = map[string]string{
	"internal/model":            "the ARNs of the role, of buckets and of keys, which references stand for",
	"generators/cloudformation": "what Fn::GetAtt gives for a resource, and the form of a parameter",
	"generators/terraform":      "what attributes of resources give",
	"generators/shell":          "the ARN of the role, of policies and of the dataset group, which the AWS CLI asks for",
}

// actions are strings of the form of an action that are none.
var actions = map[string]string{
	"aws:SourceAccount": "a condition key",
	"aws:SourceArn":     "a condition key",
	"aws:PrincipalArn":  "a condition key",
}

// Every permission is in templates/: no code that makes documents holds a string of the form of an
// IAM action, and ARNs are made in few places.
func TestNoPermissionInCode(t *testing.T) {
	root := filepath.Join("..", "..")
	files, literals := 0, 0
	for _, dir := range []string{"internal/model", "generators"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files++
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			rel, _ := filepath.Rel(root, filepath.Dir(path))
			ast.Inspect(f, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				literals++
				s, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				if action.MatchString(s) && actions[s] == "" {
					t.Errorf("%s: %q has the form of an action: permissions stand in templates/", set.Position(lit.Pos()), s)
				}
				if service.MatchString(s) && arns[filepath.ToSlash(rel)] == "" {
					t.Errorf("%s: %q holds an ARN", set.Position(lit.Pos()), s)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 15 || literals < 300 {
		t.Errorf("only %d files with %d strings were looked at", files, literals)
	}
}

// The test above finds what it is there for.
func TestPatterns(t *testing.T) {
	for s, want := range map[string]bool{
		"s3:GetObject": true, "kms:*": true, "personalize:Create*": true, "iam:PassRole": true, "s3-outposts:PutObject": true,
		"aws:kms": false, "AWS::S3::Bucket": false, "policy: %v": false, "": false,
	} {
		if action.MatchString(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
	if !service.MatchString("arn:aws:s3:::x") || !service.MatchString(`"arn:"`) || service.MatchString("an ARN") {
		t.Error("ARNs are not found")
	}
}
