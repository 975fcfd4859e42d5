#!/bin/sh
set -eu
aws iam create-role --role-name '{{.Role.Name}}' --assume-role-policy-document '{{template "trust.json" .}}'
aws iam put-role-policy --role-name '{{.Role.Name}}' --policy-name Personalize --policy-document '{{template "role.json" .}}'
aws iam create-policy --policy-name 'Personalize-{{.Name}}' --policy-document '{{template "operator.json" .}}'
{{range .Buckets}}aws s3api create-bucket --bucket '{{.Name}}'
{{end}}
