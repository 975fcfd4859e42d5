package main

import (
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

func schemaCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:        "schema",
		Usage:       "print the JSON Schema of the spec, for editors",
		Description: "Editors that know the YAML language server take it from the first line of a spec: # yaml-language-server: $schema=./pzgen.schema.json",
		Action: takes(0, func(*cli.Context) error {
			_, err := e.stdout.Write(spec.Schema())
			return err
		}),
	}
}
