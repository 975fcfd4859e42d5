// Package shell is the target of bash scripts that call the AWS CLI: apply.sh creates a setup or
// brings it up to date, destroy.sh removes it.
//
// A script has four parts: a fixed prologue that sources the library; the names of the setup,
// assigned once; its policy documents; and its steps, which are functions of the library and
// refer to the others by name. The library is the same for every setup and holds no value of any
// (folder lib, printed once as _lib). The parts of a script are printed by typed steps, and every
// value goes through quote.go. The scripts run in bash 3.2, which macOS has, with the AWS CLI (1
// or 2) and jq (1.5 or newer).
package shell

import (
	"embed"
	"fmt"

	"github.com/pzgen/pzgen/internal/output"
)

// Doc is the target in one line.
const Doc = "bash scripts that call the AWS CLI: apply.sh and destroy.sh"

// libraryInterface is the number of the names and arguments of the steps. A script refuses a
// library with another one.
const libraryInterface = 7

// libraryFolder is where the library is in the output folder.
const libraryFolder = "_lib"

//go:embed lib
var library embed.FS

// Shared returns the library of the scripts: files that are the same for every setup, by their
// path in the output folder.
func Shared() []output.File {
	entries, err := library.ReadDir("lib")
	if err != nil {
		panic(err) // it is embedded
	}
	files := make([]output.File, len(entries))
	for i, e := range entries {
		data, err := library.ReadFile("lib/" + e.Name())
		if err != nil {
			panic(err)
		}
		files[i] = output.File{Path: libraryFolder + "/" + e.Name(), Data: data, Mode: 0o644}
	}
	return files
}

// prologue is how a script begins after its comments. It finds the folder that the script is in,
// also when the script is called through symbolic links, and sources the library from there,
// entry being the script's own file in it.
func prologue(entry string) string { return fmt.Sprintf(prologueText, entry, libraryInterface) }

const prologueText = `set -euo pipefail

# The library is beside the folders of the setups, whatever links the script is called through.
PZGEN_SELF=${BASH_SOURCE[0]}
while [[ -L $PZGEN_SELF ]]; do
  PZGEN_LINK=$(readlink -- "$PZGEN_SELF")
  case $PZGEN_LINK in
    /*) PZGEN_SELF=$PZGEN_LINK ;;
    *) PZGEN_SELF=$(dirname -- "$PZGEN_SELF")/$PZGEN_LINK ;;
  esac
done
HERE=$(dirname -- "$PZGEN_SELF")
PZGEN_LIBRARY=''
if [[ -r $HERE/../../_lib/%[1]s ]]; then
  # shellcheck source-path=SCRIPTDIR source=../../_lib/%[1]s
  . "$HERE/../../_lib/%[1]s"
fi
if [[ $PZGEN_LIBRARY != %[2]d ]]; then
  cat >&2 <<EOF
error: this script needs interface %[2]d of the library $HERE/../../_lib/%[1]s, and found ${PZGEN_LIBRARY:-none}:
copy the folder _lib along with the setup's folder, or run pzgen generate again
EOF
  exit 1
fi
`
