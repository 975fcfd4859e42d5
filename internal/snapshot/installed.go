package snapshot

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/pzgen/pzgen/generators/terraform"
	"github.com/pzgen/pzgen/internal/gittree"
	"github.com/pzgen/pzgen/internal/readfile"
)

// installed returns the file by which Terraform takes a module from elsewhere, if what is passed over
// in a folder of the file system has such a one.
func installed(dir, rel string) []file {
	if path.Base(rel) != ".terraform" {
		return nil
	}
	notes := path.Join(path.Dir(rel), terraform.Installed)
	at := filepath.Join(dir, filepath.FromSlash(notes))
	data, err := readfile.File(at, maxFile)
	if errors.Is(err, fs.ErrNotExist) || err == nil && terraform.IsInstalled(data) {
		return nil
	}
	return []file{{path: notes, mode: 0o644, disk: at, link: true, why: installedElsewhere}}
}

// notes returns a file that is passed over when it is one by which Terraform takes a module from
// elsewhere, or may be.
func (c commit) notes(ctx context.Context, rel string, e gittree.Entry) ([]file, error) {
	notes, at := "/"+terraform.Installed, "/"+rel
	begin := strings.LastIndex(at, "/.terraform")
	switch {
	case e.Type == 0 && strings.HasSuffix(at, notes):
		data, err := c.tree.Read(ctx, e.Path, maxFile)
		if err != nil || terraform.IsInstalled(data) {
			return nil, err
		}
	case e.Type == 0 || begin < 0 || !strings.HasPrefix(notes, at[begin:]):
		return nil, nil
	}
	return []file{{path: rel, mode: e.Mode, link: true, entry: &e, tree: c.tree, why: installedElsewhere}}, nil
}

const installedElsewhere = "it has Terraform take a module from elsewhere than from where it is called: " +
	"remove it, and run terraform init again"
