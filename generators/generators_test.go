package generators

import (
	"slices"
	"testing"

	"github.com/pzgen/pzgen/spec"
)

func TestTargets(t *testing.T) {
	if got := Names(); !slices.Equal(got, []string{"json", "cloudformation", "terraform", "shell"}) {
		t.Errorf("targets are %q", got)
	}
	if got, want := slices.Sorted(slices.Values(spec.TargetNames())), slices.Sorted(slices.Values(Names())); !slices.Equal(got, want) {
		t.Errorf("a spec may ask for %q, and the targets are %q", got, want)
	}
	folders := map[string]string{}
	for _, g := range For(Names()) {
		if other, ok := folders[g.Folder]; ok || g.Folder == "" {
			t.Errorf("%s and %s are both in %q: which files are stale is told by the folder", g.Name, other, g.Folder)
		}
		folders[g.Folder] = g.Name
		if g.Print == nil || g.Doc == "" || g.Parse == nil || g.Names == nil || g.Want == nil {
			t.Errorf("%s is not whole", g.Name)
		}
	}
	if got := For([]string{"shell", "json"}); len(got) != 3 || got[0].Name != "readme" || got[1].Name != "json" || got[2].Name != "shell" {
		t.Errorf("for shell and json: %v", got)
	}
}
