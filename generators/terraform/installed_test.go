package terraform

import "testing"

func TestIsInstalled(t *testing.T) {
	root := `{"Key":"","Source":"","Dir":"."}`
	shop := `{"Key":"shop","Source":"../../../shop/terraform","Dir":"../../../shop/terraform"}`
	for name, test := range map[string]struct {
		notes string
		want  bool
	}{
		"none":                {``, true},
		"the root":            {root, true},
		"one":                 {root + "," + shop, true},
		"one that it calls":   {root + "," + shop + `,{"Key":"shop.personalize","Source":"../../_module-x","Dir":"../../../_module-x"}`, true},
		"another folder":      {root + `,{"Key":"personalize","Source":"../../_module-x","Dir":"../../_module-y"}`, false},
		"a folder below":      {root + `,{"Key":"personalize","Source":"../../_module-x","Dir":".terraform/modules/x"}`, false},
		"an absolute folder":  {root + `,{"Key":"personalize","Source":"../../_module-x","Dir":"/_module-x"}`, false},
		"a way that is back":  {root + `,{"Key":"personalize","Source":"../../_module-x","Dir":".terraform/modules/l/../../../../../_module-x"}`, false},
		"of the registry":     {root + `,{"Key":"m","Source":"a/b/c","Version":"1.0.0","Dir":".terraform/modules/m"}`, false},
		"with a version":      {root + `,{"Key":"m","Source":"./m","Version":"1.0.0","Dir":"m"}`, false},
		"a caller elsewhere":  {root + `,{"Key":"shop","Source":"./shop","Dir":"x"},{"Key":"shop.p","Source":"./p","Dir":"x/p"}`, false},
		"no caller":           {root + `,{"Key":"shop.p","Source":"./p","Dir":"p"}`, false},
		"twice":               {root + "," + shop + "," + shop, false},
		"the root elsewhere":  {`{"Key":"","Source":"","Dir":"../x"}`, false},
		"the root's two ways": {root + `,{"Key":"","Source":"","Dir":"x"}`, false},
		"no JSON":             {`{`, false},
	} {
		if got := IsInstalled([]byte(`{"Modules":[` + test.notes + `]}`)); got != test.want {
			t.Errorf("%s: %t, expected %t", name, got, test.want)
		}
	}
}
