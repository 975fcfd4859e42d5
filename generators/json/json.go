// Package json is the target of plain policy documents: a JSON file for each, as the console, the
// API and every tool take it.
//
// JSON has no references, so what is known before anything is deployed is written as its value.
// What is known only later, the ARN of a key that is yet to be created, is written <shop.arn>,
// which AWS refuses wherever an ARN is expected; [Unresolved] lists such places.
package json

import (
	_ "embed" // for merge.sh

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/internal/output"
)

// Doc describes the target in a line.
const Doc = "IAM, S3 and KMS policy documents, one JSON file each"

const (
	folder  = "/policies/"
	whole   = ".json"
	partial = ".statements.json" // statements to merge into a policy that is not known here
)

// merger is a script for the owner of another account, who has no pzgen: it puts a file of
// statements into a policy that is there.
//
//go:embed merge.sh
var merger []byte

const mergerName = "merge.sh"

// Print returns a file for each document of the setup. Of a setup that the owner of another account
// applies it returns the script too that merges them.
func Print(m *model.Setup) ([]output.File, error) {
	known := m.DeployedEnv()
	docs := m.Docs()
	files := make([]output.File, len(docs))
	for i, d := range docs {
		files[i] = output.File{Path: file(m, d), Data: d.Document.Fill(known).JSON(), Mode: 0o644}
	}
	if m.Asker != nil {
		files = append(files, output.File{Path: m.Name + folder + mergerName, Data: merger, Mode: 0o755})
	}
	return files, nil
}

func file(m *model.Setup, d model.Doc) string {
	if d.Partial {
		return m.Name + folder + d.Name + partial
	}
	return m.Name + folder + d.Name + whole
}
