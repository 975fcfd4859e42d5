package shell

import (
	"slices"
	"strconv"

	"github.com/pzgen/pzgen/internal/deployed"
)

// kind is what an argument of a step may be.
type kind int

const (
	argText      kind = iota // text in quotes
	argLiteral               // text in quotes without names
	argPolicy                // "$(policy_x)", or '' for none
	argName                  // a name that the step gives a value, bare
	argFlag                  // true or false, bare
	argNumber                // digits, bare
	argPrincipal             // user, group or role, bare
	argBucket                // the word bucket, bare
	argList                  // a JSON list of texts
	argRest                  // any number of texts; the last argument
)

// step is a function of the library that scripts call, and what it means. It has a meaning only
// for arguments of its kinds.
type step struct {
	args []kind
	run  func(*run, call)
}

// stepsOf returns the steps that a function of a script may call.
type stepsOf func(entry, function string) map[string]step

// stepTable are the steps of the library. What they do to an account is what its functions do;
// tests hold the two against each other.
func stepTable(entry, function string) map[string]step {
	switch {
	case function == "check_setup":
		checks := map[string]step{"safe": {[]kind{argRest}, (*run).safe}}
		if entry == "apply.sh" {
			checks["need_file"] = step{[]kind{argLiteral}, (*run).needFile}
		}
		return checks
	case function == "summary":
		return map[string]step{"show": {[]kind{argLiteral, argText}, (*run).show}}
	case entry == "destroy.sh":
		return undoSteps()
	}
	return applySteps()
}

// run is a script while its steps are taken, one after the other, as changes to a state.
type run struct {
	*program
	table stepsOf

	state deployed.State // in destroy.sh: what is left
	tags  []deployed.Tag
	safes map[string]bool // names that are checked
	files map[string]bool // files that are checked
	made  *made           // in destroy.sh: what apply.sh makes

	settled bool // what the role has of others was dealt with
}

// take takes the steps of a function. A step that is refused changes nothing.
func (r *run) take(function string) {
	steps := r.table(r.entry, function)
	for _, c := range r.calls[function] {
		s := steps[c.name]
		if r.arguments(&c, s.args) {
			s.run(r, c)
		}
	}
}

// arguments checks the arguments of a call, and replaces names in them.
func (r *run) arguments(c *call, kinds []kind) bool {
	open := len(kinds) > 0 && kinds[len(kinds)-1] == argRest
	if len(c.args) != len(kinds) && !open {
		r.refuse(c.at, "arguments", c.name, "it takes "+strconv.Itoa(len(kinds)))
		return false
	}
	c.args = slices.Clone(c.args)
	for i := range c.args {
		w := &c.args[i]
		k := kinds[min(i, len(kinds)-1)]
		if !k.takes(w) {
			r.refuse(w.at, "argument", w.raw,
				"argument "+strconv.Itoa(i+1)+" of "+c.name+" is "+k.String())
			return false
		}
		if k == argName {
			continue
		}
		if w.function != "" && r.document(w) == nil {
			return false
		}
		text, ok := r.expand(w.at, w.text)
		if !ok {
			return false
		}
		w.text = text
	}
	return true
}

func (k kind) takes(w *word) bool {
	switch k {
	case argPolicy:
		return w.function != "" || w.raw == "''"
	case argName:
		return w.bare && isName(w.value)
	case argFlag:
		return w.bare && (w.value == "true" || w.value == "false")
	case argNumber:
		_, err := strconv.Atoi(w.value)
		return w.bare && err == nil && len(w.value) < 6 && (w.value == "0" || w.value[0] != '0')
	case argPrincipal:
		return w.bare && slices.Contains([]string{"user", "group", "role"}, w.value)
	case argBucket:
		return w.bare && w.value == "bucket"
	case argLiteral:
		return !w.bare && w.function == "" && len(w.text.Refs()) == 0
	}
	return !w.bare && w.function == ""
}

func (k kind) String() string {
	return [...]string{"text in quotes", "text in quotes without names", `"$(policy_x)" or ''`,
		"a name",
		"true or false", "a number", "user, group or role", "bucket", "a JSON list in quotes",
		"text in quotes"}[k]
}

func (r *run) value(w word) deployed.Text {
	return deployed.Text{V: w.text, At: r.place(w.at)}
}

func (r *run) flag(w word) deployed.Bool {
	return deployed.Bool{V: w.value == "true", At: r.place(w.at)}
}

// named is the value of a name that every script assigns.
func (r *run) named(id string) deployed.Text {
	if r.names[id] == nil {
		return deployed.Text{} // which is refused
	}
	return deployed.Text{V: r.names[id].text, At: r.place(r.names[id].at)}
}

// safe notes the names that are checked: their values can be part of a policy's JSON.
func (r *run) safe(c call) {
	if len(c.args) == 0 {
		r.refuse(c.at, "arguments", c.name, "it checks nothing")
		return
	}
	for _, w := range c.args {
		ref, ok := r.sourceRef(w)
		if !ok {
			r.refuse(w.at, "argument", w.raw, "safe takes names")
			return
		}
		r.safes[ref] = true
	}
}

// sourceRef returns the name that a word consists of, as it is written.
func (r *run) sourceRef(w word) (string, bool) {
	if len(w.raw) < 4 || w.raw[:2] != `"$` {
		return "", false
	}
	id := w.raw[2 : len(w.raw)-1]
	return id, isName(id)
}

func (r *run) needFile(c call) { r.files[c.args[0].text.String()] = true }

func (r *run) show(c call) {
	name := outputName(len(r.state.Outputs), c.args[0].value)
	r.state.Outputs = append(r.state.Outputs,
		deployed.Output{Name: name, Value: r.value(c.args[1]), At: r.place(c.at)})
}
