package snapshot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A value that parameters.json hands over and that is not the default may be what is deployed.
func TestHandedOver(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop-it")
	if err := os.CopyFS(dir, os.DirFS("../../out/shop-it")); err != nil {
		t.Fatal(err)
	}
	unknown := func() (all []string) {
		for _, r := range readings(t, opened(t, dir, Options{}), "shop-it") {
			if r.Target == "cloudformation" {
				for _, u := range r.State.Unknown {
					all = append(all, u.String())
				}
			}
		}
		return all
	}
	if got := unknown(); len(got) > 0 {
		t.Errorf("%q", got)
	}
	name := filepath.Join(dir, "cloudformation", "parameters.json")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data = []byte(strings.Replace(string(data), "=acme-shop-it-out", "=elsewhere", 1))
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := unknown(); len(got) != 1 || !strings.Contains(got[0], "elsewhere") {
		t.Errorf("%q", got)
	}
}
