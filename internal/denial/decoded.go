package denial

import (
	"encoding/json"
	"strings"
)

// decision is what sts decode-authorization-message returns (see pageDecode; a printed example is
// in AWS re:Post, backup-decode-encoded-error).
type decision struct {
	Allowed      *bool
	ExplicitDeny bool
	Context      struct {
		Principal  struct{ ID, ARN string }
		Action     string
		Resource   string
		Conditions struct {
			Items []struct {
				Key    string
				Values struct{ Items []struct{ Value string } }
			}
		}
	}
}

// decoded reads a decoded authorization message, by itself or as the AWS CLI prints it.
func decoded(text string) (Denial, bool) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") || len(text) > 1<<20 {
		return Denial{}, false
	}
	var wrapped struct{ DecodedMessage string }
	if json.Unmarshal([]byte(text), &wrapped) == nil && wrapped.DecodedMessage != "" {
		text = wrapped.DecodedMessage
	}
	var m decision
	if json.Unmarshal([]byte(text), &m) != nil || m.Allowed == nil || *m.Allowed ||
		m.Context.Action == "" {
		return Denial{}, false
	}
	c := m.Context
	d := Denial{Principal: c.Principal.ARN, Caller: c.Principal.ID, Action: c.Action,
		Resource: c.Resource, Explicit: m.ExplicitDeny, Source: pageDecode}
	for _, item := range c.Conditions.Items {
		for _, v := range item.Values.Items {
			d.add(item.Key, v.Value)
		}
	}
	d.Meaning = d.explain()
	return d, true
}

// add notes a value of a condition key. An empty one is no value.
func (d *Denial) add(key, value string) {
	if key == "" || value == "" {
		return
	}
	if d.Context == nil {
		d.Context = map[string][]string{}
	}
	d.Context[key] = append(d.Context[key], value)
}
