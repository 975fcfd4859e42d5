provider "aws" {
  region = "{{.Region}}"
}

resource "aws_iam_role" "service" {
  name               = "{{.Role.Name}}"
  assume_role_policy = <<-POLICY
{{template "trust.json" .}}
  POLICY
}

resource "aws_iam_role_policy" "service" {
  role   = aws_iam_role.service.name
  policy = <<-POLICY
{{template "role.json" .}}
  POLICY
}

resource "aws_iam_policy" "operator" {
  name   = "Personalize-{{.Name}}"
  policy = <<-POLICY
{{template "operator.json" .}}
  POLICY
}
{{range $id, $b := .Buckets}}
resource "aws_s3_bucket" "{{$id}}" {
  bucket = "{{$b.Name}}"
}
{{end}}
