package policy

// budget bounds what a comparison may cost.
type budget struct {
	steps, bytes int    // what is left
	over         bool   // nothing is left
	at           string // what is being compared, for the message
}

// The most that a comparison may cost. A step reads one character in 64 tokens of patterns.
const (
	maxCompareSteps = 1 << 20
	maxCompareBytes = 20 << 20
)

func (b *budget) step(n int) bool { b.steps -= n; return b.left() }
func (b *budget) keep(n int) bool { b.bytes -= n; return b.left() }

func (b *budget) left() bool {
	b.over = b.over || b.steps < 0 || b.bytes < 0
	return !b.over
}
