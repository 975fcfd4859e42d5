package terraform

import (
	"encoding/json"
	"path"
	"strings"
)

// Installed is where Terraform notes, below the folder of a root module, where modules are that it
// calls (terraform's source, internal/modsdir). A plan reads the modules from there, and init leaves a
// note as it is whose source is the one that is called.
const Installed = ".terraform/modules/modules.json"

// IsInstalled reports whether notes of Terraform, as [Installed] has them, name each module where its
// source says that it is, as init writes them for modules beside the one that calls them. Whether
// these are the modules that are called is not looked at: init writes the note of another anew.
func IsInstalled(data []byte) bool {
	var notes struct {
		Modules []struct{ Key, Source, Version, Dir string }
	}
	if json.Unmarshal(data, &notes) != nil {
		return false
	}
	dirs := map[string]string{"": "."}
	for _, m := range notes.Modules {
		// A way that comes back is another one where a part of it is a link.
		if _, twice := dirs[m.Key]; twice && m.Key != "" || m.Dir != path.Clean(m.Dir) {
			return false
		}
		dirs[m.Key] = m.Dir
	}
	for _, m := range notes.Modules {
		if m.Key == "" {
			if m.Dir != "." {
				return false
			}
			continue
		}
		caller := m.Key[:max(0, strings.LastIndexByte(m.Key, '.'))]
		from, known := dirs[caller]
		if !known || m.Version != "" || !isLocal(m.Source) || dirs[m.Key] != path.Join(from, m.Source) {
			return false
		}
	}
	return true
}
