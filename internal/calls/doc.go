// Package calls knows which requests a setup makes of AWS: those of each workflow, of operators
// and of the administrators of keys, and those that must not pass.
//
// Its tables are written from AWS's documentation, with the page that asks for each call, and
// nothing in it is derived from templates/ or from what they made of a setup.
//
// There are two tables of a setup. [New] has the calls under made-up names. By those it is proved
// that pzgen's own statements let through what is needed and nothing else, whatever things are
// called. [Deployed] has them as they are made in AWS, under real names and by the whole policies
// of what exists; it decides what statements of others, and those of the spec, have a say in.
//
// # What is assumed
//
// A decision is as good as the policies it is made by. Required calls are decided by all policies
// that the setup knows: of the caller, and of the bucket, key or role that is worked on. This is
// taken to be true beside:
//
//   - Nothing else denies or bounds: service and resource control policies, permissions
//     boundaries (that of the role takes part where its policy is known), policies that a
//     role, user or group has beside pzgen's, VPC endpoint policies, session policies, ACLs,
//     Block Public Access and the state of a key.
//   - Nothing else is needed: a role that exists has a trust policy that lets Personalize in,
//     as the one that is shown for it does.
//   - A bucket or a key that exists, and whose policy is not known, has no statement that
//     denies what pzgen's own allow. Whether an operator can use such a key is said to be not
//     proved, see [Table.Unproved].
//   - Buckets belong to the setup's account, but for those of which the spec says another one. Keys belong
//     to the account in their ARN.
//   - The account is in the organization that a policy names first, and in the unit that it
//     names.
//   - Personalize calls S3 and AWS KMS for the setup's account and a resource in its region
//     (aws:SourceAccount, aws:SourceArn), over TLS, from no VPC and no address that a policy
//     could name, and by itself or as the role. AWS documents it of assuming the role alone;
//     [Obstacle.Doubt] says what depends on it.
//   - S3 delivers access logs over TLS, and says of which bucket and account they are.
//   - Requests to S3 are signed with Signature Version 4 in a header, and come over TLS 1.2.
//   - Jobs work on objects directly under their prefix, list it by the prefix as it is in the
//     spec, and encrypt what they write as the spec says of the bucket.
//   - The members of a group, and users and roles of an operator that no document names by
//     ARN, are named by no pattern of a document with their path. What only they know of
//     themselves (address, device, tags, session) is absent from their requests.
//   - Operators who create an encrypted dataset group need three actions on its key, those who
//     upload two on the bucket's and those who download one; requests to AWS KMS tell nothing of
//     the service that they come through. In profile documented, one with full access is not
//     asked, as the guide's policy for him has no such statement.
//   - Whoever uploads sends the header for encryption with the bucket's key.
//   - Whom the spec lets in of another account, that account allows everything. A service that
//     it lets in says for which account it works (aws:SourceAccount).
//
// Calls that must not pass are decided by one side alone, with all else open: the policies of a
// stranger and of a user of the account allow everything, a key leaves what an identity's
// policies are asked about to them, a bucket's policy denies nothing. That errs on the side of a
// finding. They are samples: neighbours of every name, action, account and condition, not
// everything there is. By [Documents] of pzgen's own they say nothing of what others let through.
package calls
