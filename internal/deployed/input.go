package deployed

import "github.com/pzgen/pzgen/internal/output"

// Input is what a reader gets: the files that the tool which deploys them would find.
type Input struct {
	Dir   string        // the folder that the tool is called in, by its path in the output folder
	Files []output.File // every file in Dir and below it, by its path in the output folder

	// Own are paths of files that pzgen did not write and the user keeps beside: they are read too, and may hold only what
	// grants and decides nothing.
	Own map[string]bool

	// Shared are files that several setups have in common.
	Shared []output.File
}
