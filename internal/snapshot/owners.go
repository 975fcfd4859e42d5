package snapshot

import (
	"maps"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/generators"
	"github.com/pzgen/pzgen/spec"
)

// handed returns what the owners of other accounts get to apply: a folder for each.
func handed(name string, files []file) []part {
	folders := map[string]bool{}
	for _, f := range files {
		folder, in, _ := strings.Cut(strings.TrimPrefix(f.path, name+"/"), "/")
		if spec.IsHanded(folder) && targetOf(in) != "" {
			folders[folder+"/"+targetOf(in)] = true
		}
	}
	var out []part
	for _, g := range generators.Targets() {
		for _, f := range slices.Sorted(maps.Keys(folders)) {
			if folder, target, _ := strings.Cut(f, "/"); target == g.Name {
				out = append(out, part{folder + " " + g.Name, name + "/" + folder + "/" + g.Folder, g.Parse})
			}
		}
	}
	return out
}
