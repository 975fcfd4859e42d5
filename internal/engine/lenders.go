package engine

import (
	"strings"
	"sync"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/proof"
	"github.com/pzgen/pzgen/spec"
)

// lenders finds what is wrong with the files of the setups that others need, each once.
type lenders struct {
	run  *Run
	look func(job) []proof.Finding

	lock  sync.Mutex
	found map[string]func() []proof.Finding
}

// of returns what was found in the files of the setups that a setup needs, by their names.
func (l *lenders) of(j job) map[string][]proof.Finding {
	if len(j.setup.Owners) == 0 {
		return nil
	}
	out := map[string][]proof.Finding{}
	for _, owner := range j.setup.Owners {
		if owner.Asker != nil {
			continue // its files are among the setup's own, and proved with them
		}
		l.lock.Lock()
		if l.found == nil {
			l.found = map[string]func() []proof.Finding{}
		}
		once := l.found[owner.Name]
		if once == nil {
			once = sync.OnceValue(func() []proof.Finding { return l.look(l.run.lenders[owner.Name]) })
			l.found[owner.Name] = once
		}
		l.lock.Unlock()
		out[owner.Name] = once()
	}
	return out
}

// cannot says why a setup has no files.
func cannot(found []findings.Finding) []proof.Finding {
	return []proof.Finding{{Check: proof.Closed, Message: found[0].Message, Hint: found[0].Hint}}
}

// printed looks at the files of a setup as they are printed.
func (r *Run) printed(j job) []proof.Finding {
	rendered := render(j, r.lib)
	if rendered.found != nil {
		return cannot(rendered.found)
	}
	common, err := sharedOf([]job{j})
	if err != nil {
		return []proof.Finding{{Check: proof.Closed, Message: err.Error()}}
	}
	return proof.Artifacts(rendered.model, j.gens, proof.Input{Files: rendered.all(), Shared: common.of(j.gens),
		Printed: rendered.all()})
}

// artifacts looks at the files of a setup as they are in the output folder, whether it is selected or
// not.
func (v *verifier) artifacts(j job) []proof.Finding {
	rendered := render(j, v.run.lib)
	if rendered.found != nil {
		return cannot(rendered.found)
	}
	common, err := sharedOf([]job{j})
	if err != nil {
		return []proof.Finding{{Check: proof.Closed, Message: err.Error()}}
	}
	var out []proof.Finding
	own, err := v.read(j.setup.Name, rendered.files, func(string) bool { return true }, func(p string) bool {
		return spec.OwnPattern(j.setup.OwnFiles, strings.TrimPrefix(p, j.setup.Name+"/")) != ""
	})
	if err != nil {
		return []proof.Finding{{Check: proof.Closed, Message: err.Error()}}
	}
	module, err := v.readModule(rendered.module)
	if err != nil {
		return []proof.Finding{{Check: proof.Closed, Message: err.Error()}}
	}
	own.files = append(own.files, module.files...)
	faults := append(own.faults, module.faults...)
	var shared []output.File
	for _, g := range j.gens {
		if common[g.Name] == nil {
			continue
		}
		r, err := v.readShared(common[g.Name])
		if err != nil {
			return []proof.Finding{{Check: proof.Closed, Message: err.Error()}}
		}
		shared, faults = append(shared, r.files...), append(faults, r.faults...)
	}
	for _, f := range faults {
		message := "it " + f.problem
		if f.rule == RuleMissing {
			continue // a file that is missing is found there
		}
		out = append(out, proof.Finding{Check: proof.Closed, Path: f.path, Message: message, Hint: f.hint})
	}
	return append(out, proof.Artifacts(rendered.model, j.gens, proof.Input{Files: own.files, Shared: shared,
		Printed: rendered.all()})...)
}
