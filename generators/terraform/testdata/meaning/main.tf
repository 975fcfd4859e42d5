# What aws_iam_policy_document does with its arguments, held against what Read makes of them: see TestRealMeaning.

locals {
  foreign = <<-JSON
    {"Version": "2008-10-17", "Id": "foreign", "Statement": [
      {"Sid": "one", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn/$${x}&{y}",
       "Condition": {"Bool": {"a:b": "false"}, "StringLike": {"s3:prefix": ["a", "b"]}}},
      {"Effect": "Deny", "NotPrincipal": {"AWS": ["a", "b"], "CanonicalUser": "c"}, "NotAction": ["s3:GetObject"], "NotResource": ["arn"]},
      {"Sid": "two", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:GetObject"], "Resource": "arn"},
      {"Effect": "Allow", "Principal": {"Federated": "x", "Service": ["b", "a"]}, "Action": ["s3:GetObject"], "Resource": "arn"}
    ]}
  JSON
  new = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "one", Effect = "Deny", Principal = "*", Action = "z:z", Resource = "$${aws:username}" },
      { Sid = "three", Effect = "Deny", Principal = { AWS = "*" }, Action = "z:z", Resource = "*", Condition = { Bool = { "a:b" = true } } },
    ]
  })
}

# Variables, letters, principals and what stands twice.
data "aws_iam_policy_document" "own" {
  policy_id = "id&{x}"

  statement {
    sid       = "a&{b}"
    actions   = ["s3:&{foo}", "s3:b", "s3:b"]
    resources = ["x/&{aws:username}/$${aws:userid}/&&{aws:x}/&{$}{", "arn:%%{x}", "\u0025\u0025{x}\u0024\u0024"]

    principals {
      type        = "AWS"
      identifiers = ["*", "&{aws:x}"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:&{k}"
      values   = ["&{v}", "<>&"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:other"
      values   = ["2", "1"]
    }
  }

  statement {
    effect        = "Deny"
    not_actions   = ["x:y"]
    not_resources = ["z&{*}"]

    not_principals {
      type        = "*"
      identifiers = ["*"]
    }
  }

  statement {
    actions   = ["x:y"]
    resources = []

    principals {
      type        = "Service"
      identifiers = ["a.b"]
    }

    principals {
      type        = "Service"
      identifiers = ["e.f"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:dup"
      values   = ["1"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:dup"
      values   = ["2"]
    }
  }
}

# Without variables: version 2008-10-17 all through, and a source that its own statement takes the place of.
data "aws_iam_policy_document" "old" {
  version                 = "2008-10-17"
  source_policy_documents = [local.foreign]

  statement {
    sid       = "one"
    actions   = ["a:b"]
    resources = ["$${x}"]
  }

  statement {
    sid       = "new"
    actions   = ["a:b"]
    resources = ["x"]
  }
}

# The newest version wins, and what were dollar signs become variables.
data "aws_iam_policy_document" "newer" {
  source_policy_documents = [local.foreign]
}

data "aws_iam_policy_document" "overridden" {
  policy_id                 = "mine"
  source_policy_documents   = [local.foreign]
  override_policy_documents = [local.new]

  statement {
    sid       = "two"
    actions   = ["a:b"]
    resources = ["x"]
  }

  statement {
    sid       = "three"
    actions   = ["a:b"]
    resources = ["x"]
  }
}

output "own" {
  value = data.aws_iam_policy_document.own.json
}

output "old" {
  value = data.aws_iam_policy_document.old.json
}

output "newer" {
  value = data.aws_iam_policy_document.newer.minified_json
}

output "overridden" {
  value = data.aws_iam_policy_document.overridden.json
}
