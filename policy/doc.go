// Package policy is the IAM policy language: its documents, their JSON in both directions, what AWS
// refuses in them, and what they decide.
//
// Everything in it follows AWS's documentation, which comments cite: a bare name such as
// reference_policies_grammar is a page of the IAM User Guide. It calls no service, reads no file
// and keeps no state; its functions can be called from several goroutines at once.
//
// Where to begin:
//
//  1. [Document] and [Statement] hold a policy as it is written. [DecodeJSON] reads one, and is
//     stricter than most readers: what two readers could take for different things is an [Error] with
//     its place. [DecodeOutput] reads what the AWS CLI prints. [Document.JSON] writes it again.
//  2. [Text] is a string of a policy. What is known later is typed in it, not marked: a policy variable
//     ([Var]) that AWS fills in at each request, and a reference ([Ref]) to something that the same
//     output declares. [ParseText] reads both, [Document.Fill] puts values in.
//  3. [Kind] is what a policy is attached to, and [Kind.Elements] its grammar, as data.
//     [Document.Check] returns what AWS would refuse.
//  4. [Evaluate] decides a [Request] by all [Policies] that apply to it, and names the statements.
//     [ReadCases] reads requests with their policies from JSON.
//  5. [Compare] returns what one set of policies allows and another does not, with a request for each
//     difference, or the proof that there is none.
//  6. [Document.Normal] is the same for two documents that are written alike but for order.
//  7. [Merge] puts the statements of one [Owner] into a policy that others share, and [Unmerge] takes
//     them out.
//
// [ARN] takes an ARN, or a pattern of one, apart.
package policy
