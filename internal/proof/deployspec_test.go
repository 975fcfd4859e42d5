package proof

// deploySpec has what whoever deploys can have to do with, for each tool by itself.
const deploySpec = `
version: 1
defaults:
  account: "111122223333"
  region: eu-west-1
  permissionsBoundary: arn:aws:iam::111122223333:policy/Boundary
  keys: {main: {alias: alias/<setup>}}
  buckets: {data: {name: acme-<setup>, key: main, expireAfterDays: 9}}
  datasetGroup: {name: <setup>, key: main}
  workflows: [{type: import, from: data/sets/}]
  operators:
    ci: {access: deploy, roles: [Deploy]}
    people: {access: read, users: [ann], groups: [all], roles: [Ops]}
setups:
  scripted:
    was: [former]
    keys:
      there: {arn: "arn:aws:kms:eu-west-1:111122223333:key/5f6a7b8c-0000-4000-8000-00000000c0de"}
    buckets:
      lake: {name: acme-lake, existing: true, key: there}
      logged: {name: acme-scripted-logged, accessLogs: {bucket: acme-logs-elsewhere}}
    workflows:
      - {type: import, from: data/sets/}
      - {type: import, from: lake/sets/}
      - {type: import, from: logged/sets/}
    uploads: [{file: a.csv, to: data/sets/}]
    targets: [shell]
  formed:
    protect: false
    keys:
      there: {arn: "arn:aws:kms:eu-west-1:111122223333:key/5f6a7b8c-0000-4000-8000-00000000beef", policy: key.json}
      found: {alias: alias/found, existing: true}
    buckets:
      out: {name: acme-out, key: there, accessLogs: {bucket: acme-logs-elsewhere}}
      more: {name: acme-more, key: found}
    workflows:
      - {type: import, from: data/sets/}
      - {type: batch-inference, from: data/batch/, to: out/results/}
      - {type: import, from: more/sets/}
    targets: [terraform]
  stacked:
    buckets: {logged: {name: acme-stacked-logged, accessLogs: {bucket: acme-logs-elsewhere}}}
    workflows: [{type: import, from: data/sets/}, {type: import, from: logged/sets/}]
    targets: [cloudformation]
  apart:
    keys:
      main: {arn: "arn:aws:kms:eu-west-1:111122223333:key/5f6a7b8c-0000-4000-8000-00000000feed"}
    targets: [cloudformation]
  beside: # an existing key of the dataset group, which may have any alias, and one that is made
    keys:
      main: {arn: "arn:aws:kms:eu-west-1:111122223333:key/5f6a7b8c-0000-4000-8000-00000000abed"}
      more: {alias: alias/beside-more}
    buckets: {out: {name: acme-beside-out, key: more}}
    workflows: [{type: import, from: data/sets/}, {type: export, to: out/results/}]
    targets: [cloudformation]
  lent:
    permissionsBoundary: null
    role: {name: Lent, existing: true}
    targets: [cloudformation]
  both:
    role: {policy: {managed: true}}
    targets: [terraform, cloudformation]
`

var deployFiles = map[string][]byte{"key.json": []byte(`{"Version":"2012-10-17","Statement":{"Sid":"Root","Effect":"Allow",
"Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}}`)}
