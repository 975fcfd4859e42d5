package deployed

// PrincipalInline is an inline policy of a user or group. Those of a role are in [Role].
type PrincipalInline struct {
	Kind   PrincipalKind `match:"key"`
	To     Text          `match:"key"` // name
	Name   Text          `match:"key"`
	Policy *Document
	At     Place `match:"-"`
}
