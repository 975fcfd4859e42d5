package shell

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// Parse reads the scripts of a setup, in folder in.Dir, as what apply.sh makes in an account in
// which nothing is but what it says exists. It runs nothing: names and policies are read, and
// each step stands for what the function of the library does, which tests hold against each
// other. The library itself has to be the one of this pzgen. Other files in the folder mean
// nothing to a script.
//
// What destroy.sh leaves of it is protected in the State; what else it would do, or leaves
// undone, is unknown. What people are told at the end is an output. A key that apply.sh creates
// has the name that its ARN is assigned to for the ID of its reference.
//
// Parse itself returns no error: a script that is not of the form is read as far as it is. It does
// not ask whether AWS would accept what the steps do.
func Parse(in deployed.Input) (func(deployed.Values) (deployed.State, error), error) {
	return parse(in, stepTable).under, nil
}

// scripts are the scripts of a setup, read: what they mean in terms of the names that they assign.
type scripts struct {
	state deployed.State
	apply *program
}

func parse(in deployed.Input, table stepsOf) scripts {
	unknown := strangeLibrary(in)
	read := func(entry string) *run {
		p := path.Join(in.Dir, entry)
		i := slices.IndexFunc(in.Files, func(f output.File) bool { return f.Path == p })
		if i < 0 {
			unknown = append(unknown, fileUnknown(p, "it is missing"))
			return nil
		}
		return &run{program: readScript(p, entry, in.Files[i].Data), table: table,
			safes: map[string]bool{}, files: map[string]bool{}}
	}
	apply, destroy := read("apply.sh"), read("destroy.sh")
	if apply == nil {
		return scripts{deployed.State{Unknown: unknown}, &program{}}
	}
	apply.apply()
	unknown = append(unknown, apply.unknown...)
	state := apply.state
	if destroy != nil {
		destroy.made = &made{state: state, removed: map[string]bool{}, told: map[string]bool{}}
		destroy.destroy(apply.program)
		state = destroy.state
		unknown = append(unknown, destroy.unknown...)
	}
	state.Unknown = unknown
	return scripts{state, apply.program}
}

// under returns what the scripts mean under values for names.
func (s scripts) under(v deployed.Values) (deployed.State, error) {
	env, unknown := s.apply.env(v)
	out := s.state.Fill(env)
	out.Unknown = append(slices.Clone(s.state.Unknown), unknown...)
	return out, nil
}

func fileUnknown(p, why string) deployed.Unknown {
	return deployed.Unknown{Kind: "file", What: path.Base(p), Why: why,
		At: deployed.Place{Path: p}}
}

// strangeLibrary refuses a library of which it is not known what its functions do.
func strangeLibrary(in deployed.Input) []deployed.Unknown {
	var unknown []deployed.Unknown
	want := Shared()
	find := func(files []output.File, p string) int {
		return slices.IndexFunc(files, func(f output.File) bool { return f.Path == p })
	}
	for _, f := range want {
		switch i := find(in.Shared, f.Path); {
		case i < 0:
			unknown = append(unknown, fileUnknown(f.Path,
				"it is missing, and the scripts need it"))
		case !bytes.Equal(in.Shared[i].Data, f.Data):
			unknown = append(unknown,
				fileUnknown(f.Path, "it is not the library that this pzgen knows the meaning of"))
		}
	}
	for _, f := range in.Shared {
		if strings.HasPrefix(f.Path, libraryFolder+"/") && find(want, f.Path) < 0 {
			unknown = append(unknown, fileUnknown(f.Path, "it is no part of the library"))
		}
	}
	return unknown
}

// apply takes the steps of apply.sh.
func (r *run) apply() {
	r.state.Scope = deployed.Scope{Account: r.named("ACCOUNT"), Region: r.named("REGION")}
	r.head()
	r.parameters()
	r.readTags()
	for _, function := range []string{"check_setup", "steps", "summary"} {
		r.take(function)
	}
	if !r.settled {
		r.refuse(r.after, "step", "role_policies", "without it the role keeps what the spec has no longer")
	}
	r.shown()
	r.checked()
	for _, o := range r.state.Objects {
		if file := o.Source.V.String(); !r.files[file] {
			r.refuseAt(o.At, "check", file,
				"check_setup does not look whether the file is there: need_file")
		}
	}
}

// destroy takes the steps of destroy.sh, from what apply.sh makes.
func (r *run) destroy(apply *program) {
	r.head()
	for _, id := range slices.Sorted(maps.Keys(r.names)) {
		n, was := r.names[id], apply.names[id]
		if was == nil || was.literal != n.literal || was.value != n.value ||
			!n.literal && !same(was.text, n.text) {
			r.refuse(n.at, "name", id, "it has another value than in apply.sh")
		}
		if n.key {
			n.text = keyText(id)
		}
	}
	r.take("check_setup")
	r.take("steps")
	r.state = r.undone()
	r.shown()
	r.checked()
}

// roleARN is what the library takes ROLE_ARN for.
const roleARN = `"arn:${PARTITION}:iam::${ACCOUNT}:role${ROLE_PATH}${ROLE_NAME}"`

// head checks the names that the library takes as they are.
func (r *run) head() {
	if n := r.names["ROLE_ARN"]; n != nil {
		if w, _, f := scanWord(roleARN, 0); f != nil || !same(n.text, r.resolve(w.text)) {
			r.refuse(n.at, "value", "ROLE_ARN", "it is "+roleARN)
		}
	}
	if r.made != nil {
		return
	}
	r.state.Was, r.state.OwnedSids, r.state.SidMarks =
		r.listed(wasName), r.listed(sidsName), r.listed(marksName)
}

// listed returns the list that is assigned to a name.
func (r *run) listed(id string) []deployed.Text {
	n := r.names[id]
	if n == nil {
		return nil // which is refused
	}
	list, _ := r.texts(word{text: policy.Literal(n.value), raw: id, at: n.at})
	var out []deployed.Text
	for _, t := range list {
		out = append(out, deployed.Text{V: t, At: r.place(n.at)})
	}
	return out
}

// parameters notes what the script assigns to names, in whose place other values may be read.
func (r *run) parameters() {
	for _, id := range slices.Sorted(maps.Keys(r.names)) {
		if n := r.names[id]; n.literal && !n.key && !isList(id) {
			r.state.Parameters = append(r.state.Parameters,
				deployed.Parameter{Name: id, Default: deployed.Lit(n.value), At: r.place(n.at)})
		}
	}
}

// shown notes the policies that no step uses.
func (r *run) shown() {
	for _, id := range r.order {
		if d := r.docs[id]; !d.used {
			doc := r.document(&word{function: id, raw: id, at: d.at})
			r.state.Documents = append(r.state.Documents,
				deployed.Shown{Name: r.entry + " " + id, Policy: doc})
		}
	}
}

// checked requires check_setup to look at each name whose value becomes a part of a policy:
// itself, or a name that is made of it. The ARN of a created key is checked by the library.
func (r *run) checked() {
	safe := map[string]bool{}
	for id := range r.safes {
		safe[id] = true
		if n := r.names[id]; n != nil {
			for _, part := range n.text.Refs() {
				safe[part.ID] = true
			}
		}
	}
	for _, id := range r.order {
		d := r.docs[id]
		if d.policy == nil {
			continue
		}
		for _, ref := range d.policy.Refs() {
			n := r.names[ref.ID]
			if n == nil || n.key || safe[ref.ID] {
				continue
			}
			for _, part := range n.text.Refs() {
				if !safe[part.ID] {
					r.refuse(d.at, "check", part.ID,
						"it is a part of a policy, and check_setup does not look at it: safe")
				}
			}
		}
	}
}

// env returns what names stand for. A value replaces what a script assigns; it has to be one that
// stands for itself in a policy.
func (p *program) env(v deployed.Values) (policy.Env, []deployed.Unknown) {
	env := policy.Env{}
	var unknown []deployed.Unknown
	for _, id := range slices.Sorted(maps.Keys(p.names)) {
		n := p.names[id]
		refuse := func(why string) {
			unknown = append(unknown,
				deployed.Unknown{Kind: "value", What: id, Why: why, At: p.place(n.at)})
		}
		value, given := v.Named[id]
		switch {
		case given && (!n.literal || n.key):
			refuse("it is assigned no literal")
			continue
		case !n.literal || n.key:
			continue
		case !given:
			value = n.value
		}
		inPolicies := !isList(id) && !strings.HasSuffix(id, "_KEY_ALIAS")
		if value == "" || inPolicies && strings.ContainsAny(value, `"\$`) {
			refuse("a character of its value does not stand for itself in a policy")
		}
		env[nameRef(id)] = value
	}
	return env, unknown
}
