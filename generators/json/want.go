package json

import (
	"path"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
)

// Want returns what the files of the setup have to hold: its documents and nothing else, since
// JSON attaches nothing. Their references are filled in as [Print] does, so no environment changes
// them.
func Want(m *model.Setup) deployed.State {
	env := m.DeployedEnv()
	for _, k := range m.Keys {
		if ref := model.RefKeyARN(k.ID); k.ARN == "" {
			env[ref] = ref.Short() // the placeholder
		}
	}
	var s deployed.State
	for _, d := range m.Docs() {
		s.Documents = append(s.Documents, deployed.Shown{
			Name:   path.Base(file(m, d)),
			Policy: &deployed.Document{Name: d.Name, Document: d.Document.Fill(env)},
		})
	}
	return s
}
