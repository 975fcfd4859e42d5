package policy

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// hostilePairs are policies whose patterns make automata large.
func hostilePairs(t testing.TB) map[string][2]string {
	statement := func(resource, condition string) string {
		return `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::` + resource + `","Condition":{"StringLike":{"k:a":"` + condition + `"}}}`
	}
	action := func(a string) string { return `{"Effect":"Allow","Action":"s3:` + a + `","Resource":"*"}` }
	deny := func(a string) string { return `{"Effect":"Deny","Action":"s3:` + a + `","Resource":"*"}` }
	stars := func(c string, n int) string { return strings.Repeat("*"+c, n) }
	var many []string
	for c := 'a'; c <= 'z'; c++ {
		for d := 'a'; d <= 'h'; d++ {
			many = append(many, statement("*"+string(c)+"*"+string(d)+"*", "*"+string(d)+"*"+string(c)+"*"))
		}
	}
	var denies []string
	for c := 'a'; c <= 'z'; c++ {
		denies = append(denies, deny("*"+string(c)+"*"))
	}
	var people []string
	for i := range 250 {
		people = append(people, fmt.Sprintf("arn:aws:iam::%012d:role/R%d", 111122220000+i, i))
	}
	to := func(names []string, condition string) string {
		return `{"Effect":"Allow","Principal":` + aws(names...) + `,"Action":["s3:Get*","kms:*"],"Resource":"arn:aws:s3:::b/*"` + condition + `}`
	}
	const account = `,"Condition":{"StringNotEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}`
	return map[string][2]string{
		"250 principals": {to(people, ""), to(people[1:], "")},
		"250 accounts":   {to(people, account), to(people[1:], account)},
		"stars":          {statement(stars("a", 100), "*"), statement(stars("a", 101), "*")},
		"two letters":    {statement(stars("a", 100)+"*", "x"), statement(stars("b", 100)+"*", "x")},
		"200 wildcards":  {statement("b/"+stars("ab", 200), stars("a", 200)), statement("b/"+stars("ba", 200), stars("b", 200))},
		"actions":        {action(stars("a", 100)), action(stars("A", 100))},
		"long tails":     {statement("*a"+strings.Repeat("?", 60), "x"), statement("*b"+strings.Repeat("?", 60), "x") + "," + statement("*c"+strings.Repeat("?", 60), "x")},
		"one character":  {statement(stars("?", 100), "*"), statement(stars("?", 99)+"?", "*")},
		"both ends":      {statement("*a"+strings.Repeat("?", 40)+"*", "x") + "," + statement("*b"+strings.Repeat("?", 41)+"*", "x"), statement("*b"+strings.Repeat("?", 40)+"*", "x")},
		"many":           {strings.Join(many, ","), strings.Join(many[1:], ",")},
		"denies":         {action("*") + "," + strings.Join(denies, ","), action("*") + "," + strings.Join(denies[1:], ",")},
	}
}

// Whatever the patterns are, a comparison takes a bounded number of steps and bytes, and says so
// when they are not enough.
func TestCompareCost(t *testing.T) {
	undecided := 0
	for name, pair := range hostilePairs(t) {
		before, after := alone(doc(t, pair[0])), alone(doc(t, pair[1]))
		for _, p := range [][2]Policies{{before, after}, {after, before}, {before, before}} {
			var was, is runtime.MemStats
			runtime.ReadMemStats(&was)
			c, err := newComparison(p[0], p[1], Setting{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for f := range c.frames {
				if c.compare(f, p[0], p[1]); c.budget.over {
					break
				}
			}
			got := c.finish()
			runtime.ReadMemStats(&is)
			steps, bytes := maxCompareSteps-c.budget.steps, is.TotalAlloc-was.TotalAlloc
			t.Logf("%s: %s, %d steps, %d kB, %d allocations %q", name, got.Relation, steps, bytes>>10, is.Mallocs-was.Mallocs, got.Undecided)
			if bytes > 50<<20 {
				t.Errorf("%s: %d MB", name, bytes>>20)
			}
			// One step more than there are ends it.
			if steps > maxCompareSteps+1000 {
				t.Errorf("%s: %d steps", name, steps)
			}
			if c.budget.over != (got.Undecided != nil) {
				t.Errorf("%s: over is %t, and %q undecided", name, c.budget.over, got.Undecided)
			}
			if c.budget.over {
				undecided++
				if !strings.Contains(got.Undecided[0], "statement") {
					t.Errorf("%s: %q names no statement", name, got.Undecided)
				}
			}
		}
	}
	if undecided == 0 {
		t.Error("nothing costs more than there is")
	}
}
