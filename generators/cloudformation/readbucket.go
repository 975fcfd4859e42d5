package cloudformation

import "github.com/pzgen/pzgen/internal/deployed"

func (t *template) bucket(r *resource, f *fields) deployed.Text {
	out := deployed.Bucket{Name: t.name(r, f, "BucketName"), Created: true, Tags: f.tags(),
		Protected: t.protected(r), At: t.at(r.key)}
	f.below("BucketEncryption", func(f *fields) {
		f.only("ServerSideEncryptionConfiguration", func(f *fields) {
			out.BucketKey = f.flag("BucketKeyEnabled")
			f.below("ServerSideEncryptionByDefault", func(f *fields) {
				out.Algorithm, out.Key = f.text("SSEAlgorithm"), f.text("KMSMasterKeyID")
			})
		})
	})
	f.below("PublicAccessBlockConfiguration", func(f *fields) {
		out.PublicAccessBlock = deployed.Bool{V: true, At: t.at(f.n)}
		out.BlockPublicAcls = f.flag("BlockPublicAcls")
		out.BlockPublicPolicy = f.flag("BlockPublicPolicy")
		out.IgnorePublicAcls = f.flag("IgnorePublicAcls")
		out.RestrictPublicBuckets = f.flag("RestrictPublicBuckets")
	})
	f.below("OwnershipControls", func(f *fields) {
		f.only("Rules", func(f *fields) { out.Ownership = f.text("ObjectOwnership") })
	})
	f.below("VersioningConfiguration", func(f *fields) { out.Versioning = f.enabled("Status") })
	f.below("LifecycleConfiguration", func(f *fields) {
		f.each("Rules", func(f *fields) { out.Lifecycle = append(out.Lifecycle, f.rule()) })
	})
	f.below("LoggingConfiguration", func(f *fields) {
		out.LogsTo, out.LogsPrefix = f.text("DestinationBucketName"), f.text("LogFilePrefix")
	})
	t.buckets[out.Name.V.String()] = len(t.state.Buckets)
	t.state.Buckets = append(t.state.Buckets, out)
	return out.Name
}

// enabled reads a status that is "Enabled"; another one is there to be noticed.
func (f *fields) enabled(name string) deployed.Bool {
	n, s := f.get(name), f.str(name)
	off := f.t.any != nil && (s == "Suspended" || s == "Disabled")
	if s != "Enabled" && !off && (n == nil || kindOf(n) != kindDropped) {
		f.t.refuse(f.n, "value", s, name+" of "+f.what+" is not Enabled")
	}
	return deployed.Bool{V: s == "Enabled", At: f.t.at(f.n)}
}

func (f *fields) rule() deployed.Rule {
	out := deployed.Rule{ID: f.text("Id"), Enabled: f.enabled("Status"), Prefix: f.text("Prefix"),
		ExpireDays: f.number("ExpirationInDays")}
	f.below("NoncurrentVersionExpiration", func(f *fields) {
		out.NoncurrentDays = f.number("NoncurrentDays")
	})
	f.below("AbortIncompleteMultipartUpload", func(f *fields) {
		out.AbortUploadsAfter = f.number("DaysAfterInitiation")
	})
	return out
}

// bucketPolicy joins a policy to the bucket that it names, which may exist already. A second one
// for the same bucket is entered beside it, so that it is not hidden. One that is imported is
// there to be compared with the present one.
func (t *template) bucketPolicy(r *resource, f *fields) deployed.Text {
	name, d := f.text("Bucket"), f.document("PolicyDocument")
	if t.prefix != "" {
		t.state.Documents = append(t.state.Documents,
			deployed.Shown{Name: t.prefix + r.id, Policy: d, At: t.at(r.key)})
		return name
	}
	i, ok := t.buckets[name.V.String()]
	if !ok || t.state.Buckets[i].Policy != nil {
		i = len(t.state.Buckets)
		t.buckets[name.V.String()] = i
		t.state.Buckets = append(t.state.Buckets, deployed.Bucket{Name: name, At: t.at(r.key)})
	}
	b := &t.state.Buckets[i]
	b.Policy, b.PolicyProtected = d, t.protected(r)
	return name
}
