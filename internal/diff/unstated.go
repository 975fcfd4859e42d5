package diff

import (
	"slices"

	"github.com/pzgen/pzgen/internal/deployed"
)

// unprotected returns a State without what its tool refuses to destroy, for a side that does not say so.
func unprotected(s deployed.State) deployed.State {
	s.Roles, s.Buckets = slices.Clone(s.Roles), slices.Clone(s.Buckets)
	s.Keys, s.DatasetGroups = slices.Clone(s.Keys), slices.Clone(s.DatasetGroups)
	for i := range s.Roles {
		s.Roles[i].Protected = deployed.Bool{}
	}
	for i := range s.Buckets {
		s.Buckets[i].Protected, s.Buckets[i].PolicyProtected = deployed.Bool{}, deployed.Bool{}
	}
	for i := range s.Keys {
		s.Keys[i].Protected, s.Keys[i].PolicyProtected = deployed.Bool{}, deployed.Bool{}
	}
	for i := range s.DatasetGroups {
		s.DatasetGroups[i].Protected = deployed.Bool{}
	}
	return s
}

// asAnswered returns a State with what answers of the AWS CLI tell of an account alone, for a side that
// is such answers: they do not say how long objects are kept, what is tagged, or what a tool does.
func asAnswered(s deployed.State) deployed.State {
	s = unprotected(s)
	s.Objects, s.Members, s.Controls = nil, nil, nil
	s.Policies = slices.Clone(s.Policies)
	for i := range s.Roles {
		s.Roles[i].Tags, s.Roles[i].ForceDetach = nil, deployed.Bool{}
	}
	for i := range s.Policies {
		s.Policies[i].Tags, s.Policies[i].Description = nil, deployed.Text{}
	}
	for i := range s.Buckets {
		b := &s.Buckets[i]
		b.Versioning, b.Lifecycle, b.Tags, b.ForceDestroy = deployed.Bool{}, nil, nil, deployed.Bool{}
		b.LogsTo, b.LogsPrefix, b.Region = deployed.Text{}, deployed.Text{}, deployed.Text{}
	}
	for i := range s.Keys {
		k := &s.Keys[i]
		k.Rotation, k.Window, k.Tags = deployed.Bool{}, deployed.Int{}, nil
		k.Status, k.Manager, k.Spec = deployed.Text{}, deployed.Text{}, deployed.Text{}
	}
	for i := range s.DatasetGroups {
		s.DatasetGroups[i].Tags = nil
	}
	return s
}
