# What aws_iam_policy_document does with its arguments, held against what the reader makes of them: see TestRealMeaning.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

locals {
  encoded = jsonencode({
    Version = "2012-10-17"
    Id      = "$${x}"
    Statement = [
      { Sid = "one", Effect = "Deny", Principal = "*", Action = "z:z", Resource = "$${aws:username}<>&" },
      { Effect = "Deny", Principal = { AWS = "*" }, Action = "z:z", Resource = "*", Condition = { Bool = { "a:b" = true } } },
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
  source_policy_documents = [file("${path.module}/foreign.json")]

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

output "own" {
  value = data.aws_iam_policy_document.own.json
}

output "old" {
  value = data.aws_iam_policy_document.old.json
}

output "encoded" {
  value = local.encoded
}
