package calls

import (
	"strings"

	"github.com/pzgen/pzgen/internal/model"
)

// Need is a required call of the role or of the service on a bucket or key, by what a script knows
// of it: names of AWS are left out.
type Need struct {
	Workflow string
	Caller   Caller // Role or Service
	Action   string
	On       string // what it works on, for people
	Object   string // key of an object; "" for the bucket or key itself
	Prefix   string // by which a bucket is listed; "" for other calls too
}

// Needs returns the required calls of the role and of the service that the policy with this name
// has a part in, in the order of [Deployed], which is that of [Obstacle.Calls].
func Needs(m *model.Setup, name Document) []Need {
	t := &Table{m: m, env: DeployedEnv(m)}
	t.make()
	var out []Need
	for i := range t.Required {
		c := &t.Required[i]
		if c.Resource != name || c.Caller != Role && c.Caller != Service {
			continue
		}
		n := Need{Workflow: c.Workflow, Caller: c.Caller, Action: c.Action, On: c.On.String()}
		if c.On.Kind.isObject() {
			_, n.Object, _ = strings.Cut(c.request.Resource, "/")
		}
		if prefix := c.context.keys["s3:prefix"]; prefix != nil {
			n.Prefix = prefix[0]
		}
		out = append(out, n)
	}
	return out
}

// Reasons returns why statements about condition keys, in lower case, meet Personalize.
func Reasons() map[string]string {
	out := map[string]string{}
	for _, r := range reasons {
		for _, k := range r.keys {
			out[k] = r.why
		}
	}
	return out
}
