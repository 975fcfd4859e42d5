// Package calls knows which requests a setup makes of AWS: those of each workflow, of operators
// and of the administrators of keys, and those that must not pass.
//
// Its tables are written from AWS's documentation, with the page that asks for each call, and
// nothing in it is derived from templates/ or from what they made of a setup.
package calls
