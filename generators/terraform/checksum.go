package terraform

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/pzgen/pzgen/internal/deployed"
)

// checksum returns a checksum of all that a module says, comments and white space left out. What is
// not understood in it may depend on any of that: on locals, variables, files beside it and modules
// below.
func checksum(in deployed.Input, c *calling) string {
	sum := sha256.New()
	files := in.Files
	if c != nil {
		files = slices.Concat(files, c.files)
	}
	for _, f := range files {
		fmt.Fprintf(sum, "%q\n", strings.TrimPrefix(f.Path, in.Dir+"/"))
		if !strings.HasSuffix(f.Path, ".tf") {
			fmt.Fprintf(sum, "%q\n", f.Data)
			continue
		}
		tokens, _ := hclsyntax.LexConfig(f.Data, f.Path, hcl.InitialPos) // faults are in its tokens
		for _, t := range tokens {
			if t.Type != hclsyntax.TokenComment && t.Type != hclsyntax.TokenNewline {
				fmt.Fprintf(sum, "%q\n", t.Bytes)
			}
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
