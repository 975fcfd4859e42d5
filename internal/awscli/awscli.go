// Package awscli reads what commands of the AWS CLI print about roles, buckets, keys and jobs into a
// [deployed.State]: answers in files of any names, those of errors too.
//
// Many answers do not say what they are about: what get-bucket-policy prints has no bucket in it. Then
// the name of the file says it, where a bucket's, role's or key's name is in its path, or there is
// only one that it can be. What cannot be told apart is in State.Unknown, never guessed.
//
// Reading order: awscli.go, answers.go, subject.go, iam.go, managed.go, resources.go, jobs.go, controls.go,
// unseen.go.
package awscli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// maxAnswer is the most bytes of one answer: those of an account with some thousand roles.
const maxAnswer = 64 << 20

// Names are what the answers are known to be about, beside what they say themselves.
type Names struct {
	Roles   []string // names
	Buckets []string
	Keys    []string // ARNs, IDs or aliases
}

// Is reports whether data is an answer of the AWS CLI that Read understands, or one of its errors.
func Is(data []byte) bool {
	if _, ok := failure(data); ok {
		return true
	}
	_, kind := recognize(data)
	return kind != nil
}

// Read reads answers. What it does not understand, a file without content too, is in State.Unknown.
// The error is a [*policy.Error] for a file that is JSON and has a policy in it which is none, or
// which is neither JSON nor an error of the AWS CLI.
func Read(files []output.File, names Names) (deployed.State, error) {
	r := &reader{roles: map[string]*deployed.Role{}, buckets: map[string]*deployed.Bucket{},
		keys: map[string]*deployed.Key{}, users: map[string]*deployed.Person{}, seen: map[string]bool{}, told: map[string]told{}, inlineOf: map[string][]string{}, keyIDs: map[string]string{}}
	answers, err := r.parse(files)
	if err != nil {
		return deployed.State{}, err
	}
	r.learn(answers, names)
	// What says which things there are comes before what is about one of them.
	sort.SliceStable(answers, func(i, j int) bool { return answers[i].kind.order < answers[j].kind.order })
	for _, a := range answers {
		if err := r.read(a); err != nil {
			return deployed.State{}, err
		}
	}
	return r.finish(), nil
}

// reader collects what answers say.
type reader struct {
	state   deployed.State
	roles   map[string]*deployed.Role // by name
	buckets map[string]*deployed.Bucket
	keys    map[string]*deployed.Key // by ARN or, as long as it is not known, ID
	users   map[string]*deployed.Person

	known    Names
	seen     map[string]bool     // "bucket/x policy": it was looked for
	told     map[string]told     // what was said of it
	inlineOf map[string][]string // names of a role's inline policies, by its name
	versions []answer            // policies without a name, for what is attached
	keyIDs   map[string]string   // ARN by ID or alias
}

// answer is one file.
type answer struct {
	path string
	data []byte
	kind *kind
	body map[string]json.RawMessage
	tree policy.Answer
	fail *fail
}

func (a answer) at() deployed.Place { return deployed.Place{Path: a.path, Line: 1, Col: 1} }

// decode decodes the answer, whose types are those of AWS.
func (a answer) decode(into any) error {
	if err := json.Unmarshal(a.data, into); err != nil {
		return deployed.Errorf(a.at(), "it is not what the AWS CLI prints: %v", err)
	}
	return nil
}

// document returns a policy in the answer; nil where there is none.
func (a answer) document(path ...string) (*deployed.Document, error) {
	d, pos, ok, err := a.tree.Document(path...)
	if !ok {
		return nil, nil
	}
	if err != nil {
		return nil, policy.InFile(a.path, err)
	}
	out := &deployed.Document{Name: strings.Join(path, "."), Document: d,
		At: deployed.Place{Path: a.path, Line: pos.Line, Col: pos.Col}}
	for _, s := range d.Statements {
		out.Statements = append(out.Statements, deployed.Place{Path: a.path, Line: s.Pos.Line, Col: s.Pos.Col})
	}
	return out, nil
}

// parse recognizes files.
func (r *reader) parse(files []output.File) ([]answer, error) {
	var all []answer
	for _, f := range files {
		a := answer{path: f.Path, data: bytes.TrimPrefix(f.Data, []byte("\ufeff"))}
		if len(bytes.TrimSpace(a.data)) == 0 {
			r.unknown(a, "the file is empty: the command failed and what it said was not kept; call it again with 2>&1")
			continue
		}
		if f, ok := failure(a.data); ok {
			a.fail, a.kind = &f, failureKind
			all = append(all, a)
			continue
		}
		var err error
		if a.tree, err = policy.ReadAnswer(a.data, maxAnswer); err != nil {
			return nil, policy.InFile(a.path, err)
		}
		if a.body, a.kind = recognize(a.data); a.kind == nil {
			r.unknown(a, "it is no answer of the AWS CLI that is known here")
			continue
		}
		all = append(all, a)
	}
	return all, nil
}

func (r *reader) unknown(a answer, why string) {
	sum := sha256.Sum256(a.data)
	r.state.Unknown = append(r.state.Unknown, deployed.Unknown{Kind: "file", What: a.path, Why: why, At: a.at(),
		Content: hex.EncodeToString(sum[:])})
}

func (r *reader) read(a answer) error {
	err := a.kind.read(r, a)
	var unclear *unclearError
	if errors.As(err, &unclear) {
		r.unknown(a, unclear.Error())
		return nil
	}
	return err
}

// unclearError says that an answer does not tell what it is about.
type unclearError struct{ what, hint string }

func (e *unclearError) Error() string {
	return fmt.Sprintf("it does not say which %s it is about: %s", e.what, e.hint)
}

// role returns a role, which is made when it is new.
func (r *reader) role(name string, at deployed.Place) *deployed.Role {
	if r.roles[name] == nil {
		r.roles[name] = &deployed.Role{Name: deployed.Lit(name), At: at}
	}
	return r.roles[name]
}

func (r *reader) bucket(name string, at deployed.Place) *deployed.Bucket {
	if r.buckets[name] == nil {
		r.buckets[name] = &deployed.Bucket{Name: deployed.Lit(name), At: at}
	}
	return r.buckets[name]
}

// key returns a key by its ARN, its ID or an alias.
func (r *reader) key(name string, at deployed.Place) *deployed.Key {
	if arn := r.keyIDs[name]; arn != "" {
		name = arn
	}
	if r.keys[name] == nil {
		r.keys[name] = &deployed.Key{ARN: deployed.Lit(name), At: at}
	}
	return r.keys[name]
}

// told is what an answer says of something.
type told struct{ path, content string }

// again reports whether another answer says something else of a thing than this one: the two are of
// different times, or of two things of one name. The second is in State.Unknown then.
func (r *reader) again(a answer, kind, name, what, content string) bool {
	key := kind + "/" + name + " " + what
	before, ok := r.told[key]
	if !ok {
		r.told[key] = told{a.path, content}
	}
	if !ok || before.content == content {
		return false
	}
	r.unknown(a, fmt.Sprintf("it says something else of the %s of %s %q than %q does: keep the newer one",
		what, kind, name, before.path))
	return true
}

// saw notes that something was looked for.
func (r *reader) saw(kind, name, what string) { r.seen[kind+"/"+name+" "+what] = true }

func (r *reader) hasSeen(kind, name, what string) bool { return r.seen[kind+"/"+name+" "+what] }
