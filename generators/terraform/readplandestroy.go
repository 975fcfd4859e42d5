package terraform

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/pzgen/pzgen/internal/deployed"
)

// destroys takes note of what the plan deletes, or deletes and makes anew, of what has data in it
// or is named by others: buckets, keys, dataset groups and roles. What counts is how each is
// before: the provider deletes by that.
func (p *plan) destroys(changes []any) {
	aliases := map[string][]string{} // of keys, by ID
	before := func(v any) (m map[string]any, typ string, actions []any, was map[string]any) {
		m, _ = v.(map[string]any)
		typ, _ = m["type"].(string)
		change, _ := m["change"].(map[string]any)
		was, _ = change["before"].(map[string]any)
		return m, typ, array(change["actions"]), was
	}
	for _, v := range changes {
		if _, typ, _, was := before(v); typ == tfKeyAlias {
			id := stringIn(was, "target_key_id")
			aliases[id] = append(aliases[id], stringIn(was, "name"))
		}
	}
	for _, v := range changes {
		m, typ, actions, was := before(v)
		if m["mode"] == "data" || !slices.Contains(actions, any("delete")) {
			continue
		}
		address := stringIn(m, "address")
		d := deployed.Destroyed{Address: address, At: p.place()}
		d.Anew = slices.Contains(actions, any("create"))
		switch typ {
		case tfBucket:
			d.Type, d.Names = "bucket", []string{stringIn(was, "bucket")}
			d.Force = was["force_destroy"] == true
		case tfKey:
			d.Type = "key"
			d.Names = slices.Concat(aliases[stringIn(was, "key_id")], aliases[stringIn(was, "arn")])
			slices.Sort(d.Names)
			d.Names = append(d.Names, stringIn(was, "arn"), afterApply(address, "arn").String())
			d.Window = 30 // AWS's own (KMS API Reference, ScheduleKeyDeletion)
			if days, ok := was["deletion_window_in_days"].(json.Number); ok {
				if n, err := strconv.Atoi(string(days)); err == nil {
					d.Window = n
				}
			}
		case tfRole:
			d.Type, d.Names = "role", []string{stringIn(was, "name")}
		case tfCloud:
			if stringIn(was, "type_name") != typeGroup {
				continue
			}
			desired, err := planJSON(p.file, []byte(stringIn(was, "desired_state")))
			if err != nil {
				desired = nil // it goes by its address
			}
			d.Type, d.Names = "dataset group", []string{stringIn(desired, groupName)}
		default:
			continue
		}
		d.Names = slices.DeleteFunc(d.Names, func(n string) bool { return n == "" })
		p.out.Destroyed = append(p.out.Destroyed, d)
	}
}

// stringIn returns a member that is a text, or "".
func stringIn(m map[string]any, name string) string {
	s, _ := m[name].(string)
	return s
}
