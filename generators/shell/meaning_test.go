package shell

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/pzgen/pzgen/generators/shell/internal/interp/account"
	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
)

// trial holds what the reader says that scripts mean against what they do with their library in
// an account. In its place stands what a test changes.
type trial struct {
	before  func(*world)                   // makes the account ready
	args    []string                       // of apply.sh
	library func(name, text string) string // changes a file of the library
	table   stepsOf                        // what steps mean
}

// hold returns how the two differ, or nil.
func (tr trial) hold(t testing.TB, s *model.Setup) error {
	t.Helper()
	w := newWorld(t, s)
	if tr.before != nil {
		tr.before(w)
	}
	if tr.library != nil {
		for _, f := range Shared() {
			w.m.Files[outFolder+f.Path] = []byte(tr.library(f.Path, string(f.Data)))
		}
	}
	if tr.table == nil {
		tr.table = stepTable
	}
	state, err := parse(input(s, t), tr.table).under(deployed.Values{})
	if err != nil || len(state.Unknown) > 0 {
		return fmt.Errorf("not understood: %v %v", state.Unknown, err)
	}
	made := policy.Env{}
	for _, k := range s.Keys {
		if k.ARN == "" {
			made[policy.Ref{ID: namesOf(s).vars[model.RefKeyARN(k.ID)],
				Attr: "arn"}] = w.env[model.RefKeyARN(k.ID)]
		}
	}
	state = state.Fill(made)
	o := overlay{t, s}
	same := func(what string, want *account.Account) error {
		if a, b := normal(t, want), normal(t, w.m.Account); a != b {
			return fmt.Errorf("%s makes another account than is read:\n%s", what, unified(a, b))
		}
		return nil
	}
	start := copied(t, w.m.Account)
	if err := w.apply(tr.args...); err != nil {
		return err
	}
	if err := same("apply.sh", o.applied(start, state)); err != nil {
		return err
	}
	if err := w.apply(); err != nil || len(w.m.Account.Changes) > 0 {
		return fmt.Errorf("the second run changes %v: %w", w.m.Account.Changes, err)
	}
	if g := s.DatasetGroup; g != nil && g.Key != "" {
		if err := w.run(destroyPath(s), "--yes"); err == nil || !strings.Contains(err.Error(),
			"delete it first") {
			return fmt.Errorf("destroy.sh goes on while the encrypted dataset group is there: %w",
				err)
		}
		clear(w.m.Account.Datasets)
	}
	start = copied(t, w.m.Account)
	if err := w.run(destroyPath(s), "--yes"); err != nil {
		return err
	}
	if err := same("destroy.sh", o.destroyed(start, state)); err != nil {
		return err
	}
	return tr.told(w, state)
}

// unified returns how two texts differ, the first being what is wanted.
func unified(want, have string) string {
	diff, _ := difflib.GetUnifiedDiffString(difflib.UnifiedDiff{A: difflib.SplitLines(want),
		B: difflib.SplitLines(have), FromFile: "want", ToFile: "have", Context: 4})
	return diff
}

// told requires destroy.sh to say what it leaves.
func (trial) told(w *world, s deployed.State) error {
	var missing []error
	says := func(text string) {
		if !strings.Contains(w.m.Out.String(), text) {
			missing = append(missing, fmt.Errorf("destroy.sh does not say %q:\n%s", text,
				w.m.Out.String()))
		}
	}
	for _, b := range s.Buckets {
		if b.Protected.V {
			says("aws s3api delete-bucket --bucket " + str(b.Name))
		}
	}
	for _, k := range s.Keys {
		if k.Protected.V {
			says(fmt.Sprintf("--key-id %s --pending-window-in-days %d ", str(k.ARN), k.Window.V))
		}
	}
	for _, g := range s.DatasetGroups {
		if len(g.Key.V.Parts()) == 0 && w.m.Account.Datasets[str(g.Name)] != nil {
			says("the dataset group " + str(g.Name))
		}
	}
	for _, a := range s.Attachments {
		if a.Kind != deployed.RoleP && strings.Contains(str(a.Policy), ":iam::aws:") &&
			slices.Contains(principal(w.m.Account, a).Attached, str(a.Policy)) {
			says(fmt.Sprintf("detach-%s-policy --%[1]s-name %s --policy-arn %s", a.Kind,
				str(a.To), str(a.Policy)))
		}
	}
	return errors.Join(missing...)
}

// settingsSetup has a bucket for every way in which buckets are set, and keys and operators
// likewise.
func settingsSetup() *model.Setup {
	s := setup()
	s.Name, s.Description, s.Role.Description, s.Role.Boundary = "settings", "", "", policy.Text{}
	s.Buckets, s.Uploads = nil, nil
	for i := range 64 {
		on := func(bit int) bool { return i>>bit&1 == 1 }
		b := model.Bucket{ID: fmt.Sprintf("b%d", i), Name: fmt.Sprintf("acme-b%d", i),
			Versioning: on(0), BlockPublic: on(1), OwnerOnly: on(2)}
		if on(3) {
			b.ExpireDays = 1 + i
		}
		if on(4) {
			b.Key = []string{"shop", "corp"}[i>>5]
		}
		s.Buckets = append(s.Buckets, b)
	}
	s.Role.Policies[0].Document.Statements = s.Role.Policies[0].Document.Statements[1:]
	s.Keys[1].Rotation, s.Keys[1].Window = false, 7
	s.Keys[0].Policy, s.Keys[0].Own = model.Doc{}, policy.Document{}
	s.DatasetGroup = &model.DatasetGroup{Name: "plain", Domain: "VIDEO_ON_DEMAND"}
	s.Operators = append(s.Operators, model.Operator{ID: "none", Groups: []string{"Empty"}},
		model.Operator{ID: "again", Groups: []string{"PersonalizeAdmins"},
			ManagedPolicies: s.Operators[0].ManagedPolicies},
		model.Operator{ID: "bare", Users: []string{"cid"}, Roles: []string{"Bare"},
			ManagedPolicies: s.Operators[0].ManagedPolicies},
		model.Operator{ID: "nobody", Policies: []model.Doc{{Name: "operator-nobody",
			PolicyName: "nobody", Document: document(allow("N", nil, "personalize:List*", "*"))}}})
	return s
}

// bareSetup has an operator without a policy of the setup's own.
func bareSetup() *model.Setup {
	s := smallSetup()
	s.Operators = []model.Operator{{ID: "bare", Users: []string{"cid"},
		ManagedPolicies: setup().Operators[0].ManagedPolicies}}
	return s
}

// uploadsSetup uploads files with all kinds of names.
func uploadsSetup() *model.Setup {
	s := smallSetup()
	for i, name := range []string{"a", "ä ö/漢.csv", "it's", `"q" $(id) ` + "`x`", "-n", "a\tb",
		"http://x/y", "#x", "~", "*", "%s", "\u202egnp.exe"} {
		s.Uploads = append(s.Uploads, spec.Upload{File: fmt.Sprintf("%d/%s", i, name),
			To: spec.Location{Bucket: "data", Prefix: fmt.Sprintf("in/%d/%s", i, name)}})
	}
	return s
}

func everySetup(t testing.TB) map[string]*model.Setup {
	all := setups()
	maps.Copy(all, examples(t))
	all["settings"], all["uploads"] = settingsSetup(), uploadsSetup()
	return all
}

// TestMeaning: what the reader says that the scripts of a setup mean is what they do, in an
// account in which nothing is but what the setup says exists.
func TestMeaning(t *testing.T) {
	for name, s := range everySetup(t) {
		t.Run(name, func(t *testing.T) {
			if err := (trial{}).hold(t, s); err != nil {
				t.Error(err)
			}
		})
	}
}

// changedByOthers changes every setting of what apply.sh made.
func changedByOthers(w *world) {
	w.must(w.apply())
	a := w.m.Account
	for _, r := range a.Roles {
		if r.Tags[ownerTag] != "" {
			r.Trust, r.Description = nobody, "another"
			r.Tags = map[string]string{ownerTag: w.setup.Name, "theirs": "1"}
			r.Attached = nil
			for n := range r.Inline {
				r.Inline[n] = nobody
			}
			if r.Boundary != "" {
				r.Boundary = "arn:aws:iam::111122223333:policy/Other"
			}
		}
	}
	for _, p := range a.Policies {
		p.Versions[0].Document = nobody
		p.Tags = map[string]string{ownerTag: w.setup.Name, "theirs": "1"}
	}
	for _, all := range []map[string]*account.Principal{a.Users, a.Groups} {
		for _, p := range all {
			p.Attached = []string{"arn:aws:iam::aws:policy/Theirs"}
		}
	}
	for _, b := range a.Buckets {
		if b.Tags[ownerTag] == "" {
			continue
		}
		b.Tags = map[string]string{ownerTag: w.setup.Name, "theirs": "1"}
		b.Block["RestrictPublicBuckets"] = !b.Block["RestrictPublicBuckets"]
		b.Ownership, b.Algorithm, b.Key, b.BucketKey = "ObjectWriter", "aws:kms", "", true
		b.Versioning = map[string]string{"": "Enabled", "Enabled": "Suspended",
			"Suspended": "Enabled"}[b.Versioning]
		b.Policy = strings.ReplaceAll(b.Policy, "s3:GetObject", "s3:PutObject")
		b.Lifecycle = []any{map[string]any{"ID": "theirs", "Status": "Enabled",
			"Filter": map[string]any{"Prefix": "x"}},
			map[string]any{"ID": expireRule, "Status": "Enabled",
				"Filter": map[string]any{"Prefix": "in/"}, "Expiration": map[string]any{"Days": 30},
				"NoncurrentVersionExpiration": map[string]any{"NoncurrentDays": 30}}}
	}
	for _, k := range a.Keys {
		if k.Tags[ownerTag] != "" {
			k.Rotation = !k.Rotation
			k.Tags = map[string]string{ownerTag: w.setup.Name, "theirs": "1",
				keyTag: k.Tags[keyTag]}
			k.Policy = strings.ReplaceAll(k.Policy, "kms:Decrypt", "kms:Encrypt")
		}
	}
}

// strangers has somebody else make the role, the policies and the buckets first.
func strangers(w *world) {
	a := w.m.Account
	if !w.setup.Role.Existing {
		a.Roles[w.setup.Role.Name] = &account.Role{Path: w.setup.Role.Path, Trust: nobody,
			Inline: map[string]string{"Theirs": nobody}, Tags: map[string]string{"theirs": "1"}}
	}
	for _, o := range w.setup.Operators {
		for _, d := range o.Policies {
			a.Policies["arn:aws:iam::"+a.ID+":policy/"+d.PolicyName] = &account.Policy{Name: d.PolicyName, Default: "v1", Next: 2,
				Versions: []account.Version{{ID: "v1", Document: nobody}}}
		}
	}
	for _, b := range w.setup.Buckets {
		if !b.Existing {
			a.Buckets[b.Name] = &account.Bucket{Region: a.Region,
				Tags: map[string]string{"theirs": "1"}, Algorithm: "AES256",
				Policy: string(document(foreign()).JSON()), Lifecycle: []any{map[string]any{"ID": "theirs", "Status": "Enabled"}}}
		}
	}
}

// TestMeaningInOtherAccounts: the same where there is something already.
func TestMeaningInOtherAccounts(t *testing.T) {
	chosen := setups()
	chosen["settings"] = settingsSetup()
	for name, s := range chosen {
		if s.Partition != "aws" {
			continue
		}
		for how, tr := range map[string]trial{
			"already there":     {before: func(w *world) { w.must(w.apply()) }},
			"changed by others": {before: changedByOthers},
			"somebody else's":   {before: strangers, args: []string{"--adopt"}},
		} {
			if how == "somebody else's" && !s.Role.Existing {
				continue // destroy.sh leaves a role with policies of others: see TestAdopt and TestDestroyLeavesOthers
			}
			t.Run(name+", "+how, func(t *testing.T) {
				if err := tr.hold(t, s); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestMeaningHalfDone: the same in what an earlier run has left that was killed.
func TestMeaningHalfDone(t *testing.T) {
	killed := errors.New("killed")
	s := setup()
	whole := newWorld(t, s)
	whole.must(whole.apply())
	calls := len(whole.m.Account.Calls)
	for n := 1; n <= calls; n += 7 {
		tr := trial{before: func(w *world) {
			left := n
			w.m.Stop = func() error {
				if left--; left == 0 {
					return killed
				}
				return nil
			}
			if err := w.apply(); !errors.Is(err, killed) {
				t.Fatal(err)
			}
			w.m.Stop = nil
		}}
		if err := tr.hold(t, s); err != nil {
			t.Errorf("killed after call %d: %v", n, err)
		}
	}
}

// attachedByOthers has operators have the policies of others that they are to get.
func attachedByOthers(w *world) {
	for _, o := range w.setup.Operators {
		for _, arn := range o.ManagedPolicies {
			for _, n := range o.Users {
				p := w.m.Account.Users[n]
				p.Attached = append(p.Attached, arn.Fill(w.env).IAM())
			}
		}
	}
}

// broken are setups in which every step occurs.
func broken() []*model.Setup {
	return []*model.Setup{setup(), existingSetup(), foundSetup(), managedSetup(), uploadsSetup(), smallSetup(), bareSetup()}
}

// finds reports whether a trial of any of the setups shows a difference.
func (tr trial) finds(t testing.TB) bool {
	return slices.ContainsFunc(broken(), func(s *model.Setup) bool { return tr.hold(t, s) != nil })
}

// TestBrokenLibrary breaks each step of the library, and single settings in it, and expects the
// trials to find that.
func TestBrokenLibrary(t *testing.T) {
	for _, entry := range []string{"apply.sh", "destroy.sh"} {
		for name := range stepTable(entry, "steps") {
			if name == "existing_role" || name == "look_at_role" || name == "existing_bucket" {
				continue // they only look, which TestRefused and TestDestroyLeavesOthers see
			}
			if strings.Contains(name, "lent_") || strings.HasSuffix(name, "_elsewhere") {
				continue // likewise: see TestLentStepsLook and TestElsewhere
			}
			tr := trial{library: func(file, text string) string {
				if file == libraryFolder+"/"+entry {
					text += "\n" + name + "() { :; }\n"
				}
				if entry == "destroy.sh" && file == libraryFolder+"/revoke.sh" {
					text += "\nlook_back() { :; }\n" // it would take the step's place
				}
				return text
			}}
			if name == "attached_before" {
				tr.before = attachedByOthers
			}
			if !tr.finds(t) {
				t.Errorf("that the library's %s does nothing is not found", name)
			}
		}
	}
	for _, c := range [][3]string{
		{"s3.sh", "RestrictPublicBuckets: $on", "RestrictPublicBuckets: false"},
		{"s3.sh", "BlockPublicAcls: $on", "BlockPublicAcls: false"},
		{"s3.sh", `BucketKeyEnabled: ($key != "")`, "BucketKeyEnabled: false"},
		{"s3.sh", `SSEAlgorithm: "aws:kms"`, `SSEAlgorithm: "aws:kms:dsse"`},
		{"s3.sh", `NoncurrentVersionExpiration: {NoncurrentDays: $old}`,
			`NoncurrentVersionExpiration: {NoncurrentDays: 1}`},
		{"s3.sh", `Expiration: {Days: $days}`, `Expiration: {Days: 1}`},
		{"s3.sh", `Filter: {Prefix: ""}`, `Filter: {Prefix: "x"}`},
		{"s3.sh", `want=BucketOwnerEnforced`, `want=BucketOwnerPreferred`},
		{"s3.sh", `want=Enabled`, `want=Suspended`},
		{"s3.sh", `+ $want)}`, `+ $want[:1])}`},
		{"iam.sh", `Path: $path, `, ``},
		{"iam.sh", `{Description: $description}`, `{}`},
		{"iam.sh", `{PermissionsBoundary: $boundary}`, `{}`},
		{"iam.sh", `Tags: ($tags + $record)`, `Tags: ($tags[:1] + $record)`},
		{"iam.sh", `'$tags + $record'`, `'$record'`},
		{"kms.sh", `if [[ $rotation == true ]]`, `if [[ $rotation == false ]]`},
		{"kms.sh", `kms create-alias --alias-name "$alias"`,
			`kms create-alias --alias-name "${alias}x"`},
		{"kms.sh", `[{Key: "pzgen:key", Value: $id}]`, `[]`},
		{"personalize.sh", `tags: ($tags | map(`, `tags: ($tags[:1] | map(`},
		{"personalize.sh", `{domain: $domain}`, `{}`},
		{"personalize.sh", `{kmsKeyArn: $key, roleArn: $role}`, `{}`},
		{"upload.sh", `"s3://$2/$3" --only`, `"s3://$2/x$3" --only`},
		{"policy.sh", `or ($kind == "key" and administers)`, ``},
		{"policy.sh", `select(any($r.placed[]; . == $id) | not)`, `select(false)`},
		{"revoke.sh", `iam delete-policy-version`, `iam list-policy-versions`},
		{"destroy.sh", `kms schedule-key-deletion --key-id ${arn} --pending-window-in-days $3`,
			`kms schedule-key-deletion --key-id ${arn} --pending-window-in-days 7`},
	} {
		changed := false
		tr := trial{library: func(file, text string) string {
			if file == libraryFolder+"/"+c[0] {
				changed = strings.Contains(text, c[1])
				text = strings.Replace(text, c[1], c[2], 1)
			}
			return text
		}}
		if strings.Contains(c[1], "version") {
			tr.before = changedByOthers // so that policies have more than one
		}
		found := tr.finds(t)
		if !changed {
			t.Errorf("%s does not hold %q", c[0], c[1])
		} else if !found {
			t.Errorf("that %s says %q instead of %q is not found", c[0], c[2], c[1])
		}
	}
}

// TestBrokenReader changes what the reader says of each step, and expects the trials to find that.
func TestBrokenReader(t *testing.T) {
	for _, entry := range []string{"apply.sh", "destroy.sh"} {
		for name := range stepTable(entry, "steps") {
			tr := trial{table: func(e, fn string) map[string]step {
				all := stepTable(e, fn)
				if st, ok := all[name]; ok && e == entry {
					all[name] = step{st.args, func(*run, call) {}}
				}
				return all
			}}
			if strings.Contains(name, "lent_") || strings.HasSuffix(name, "_elsewhere") {
				continue // what it looks at is compared with what is wanted: see TestEdits, TestElsewhereIsRead
			}
			if !tr.finds(t) {
				t.Errorf("that the reader passes %s over is not found", name)
			}
		}
	}
	after := map[string]func(*deployed.State){
		"ensure_bucket":        func(s *deployed.State) { s.Buckets[len(s.Buckets)-1].BucketKey.V = false },
		"ensure_bucket ":       func(s *deployed.State) { s.Buckets[len(s.Buckets)-1].IgnorePublicAcls.V = false },
		"ensure_bucket  ":      func(s *deployed.State) { s.Buckets[len(s.Buckets)-1].Lifecycle = nil },
		"ensure_bucket   ":     func(s *deployed.State) { s.Buckets[len(s.Buckets)-1].Tags = nil },
		"ensure_role":          func(s *deployed.State) { s.Roles[0].Description = deployed.Lit("x") },
		"ensure_role ":         func(s *deployed.State) { s.Roles[0].Boundary = deployed.Lit("x") },
		"ensure_role  ":        func(s *deployed.State) { s.Roles[0].Tags = s.Roles[0].Tags[1:] },
		"ensure_managed":       func(s *deployed.State) { s.Policies[0].Tags = nil },
		"ensure_managed  ":     func(s *deployed.State) { s.Policies[0].Description = deployed.Lit("x") },
		"ensure_key":           func(s *deployed.State) { s.Keys[len(s.Keys)-1].Rotation.V = false },
		"ensure_key ":          func(s *deployed.State) { s.Keys[len(s.Keys)-1].Tags = s.Keys[0].Tags },
		"ensure_dataset_group": func(s *deployed.State) { s.DatasetGroups[0].Tags = nil },
		"role_policies":        func(s *deployed.State) { s.Attachments[0].To = deployed.Lit("bob") },
		"ensure_managed ":      func(s *deployed.State) { s.Attachments = s.Attachments[:len(s.Attachments)-1] },
	}
	for name, change := range after {
		step1 := strings.TrimSpace(name)
		tr := trial{table: func(e, fn string) map[string]step {
			all := stepTable(e, fn)
			if st, ok := all[step1]; ok {
				all[step1] = step{st.args, func(r *run, c call) { st.run(r, c); change(&r.state) }}
			}
			return all
		}}
		if !tr.finds(t) {
			t.Errorf("that the reader reads something else in %s is not found", name)
		}
	}
}
