package snapshot

import (
	"context"
	"path"

	"github.com/pzgen/pzgen/generators/shell"
)

// OpenContent takes the content of one generated file for what its name and its outermost members say: a template, a
// policy document, or the script apply.sh. name is how messages call it. The error is an [InputError] for a file that
// means something with others alone, such as one of a Terraform module, or that is for people.
func OpenContent(ctx context.Context, name string, data []byte) (*Input, error) {
	shown := func(string) string { return name }
	switch members := outermost(data); {
	case path.Base(name) == "apply.sh":
		f := file{path: "x/shell/apply.sh", mode: 0o755, data: data}
		in := one("script", []file{f}, "shell", "x/shell", shell.Parse, shown)
		for _, lib := range shell.Shared() {
			in.shared = append(in.shared, file{path: lib.Path, mode: lib.Mode, data: lib.Data})
		}
		return in, nil
	case members["Resources"], members["Statement"]:
		return openFile(ctx, disk{}, name, data, Options{})
	}
	return nil, refusef("", "%q cannot be compared by itself", name)
}
