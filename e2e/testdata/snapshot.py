"""Prints all that stands in an account, as JSON, without ids and times that AWS makes up.

usage: snapshot.py ENDPOINT REGION
or, from a process that has loaded all this already: main(ENDPOINT, REGION)
"""
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

where = {}


def client(service):
    return boto3.client(service, **where, aws_access_key_id="x", aws_secret_access_key="x",
                        config=Config(s3={"addressing_style": "path"}))


def get(call, *path, **args):
    try:
        found = call(**args)
    except ClientError as e:
        code = e.response["Error"]["Code"]
        if code.startswith("NoSuch") or code.endswith("NotFoundError") or code == "NoSuchTagSet":
            return None
        raise
    for name in path:
        found = (found or {}).get(name)
    return found


def tags(found, key="Key", value="Value"):
    return {t[key]: t.get(value, "") for t in found or []}


def attached(entry):
    return sorted(p["PolicyArn"] for p in entry.get("AttachedManagedPolicies", []))


def inline(entry, field):
    return {p["PolicyName"]: p["PolicyDocument"] for p in entry.get(field, [])}


def identities():
    iam, out = client("iam"), {"Roles": {}, "Users": {}, "Groups": {}, "Policies": {}}
    for page in iam.get_paginator("get_account_authorization_details").paginate(Filter=["User", "Role", "Group"]):
        for r in page["RoleDetailList"]:
            role = iam.get_role(RoleName=r["RoleName"])["Role"]
            out["Roles"][r["RoleName"]] = {
                "Arn": r["Arn"], "Trust": r["AssumeRolePolicyDocument"], "Inline": inline(r, "RolePolicyList"), "Attached": attached(r),
                "Tags": tags(r.get("Tags")), "Description": role.get("Description", ""),
                "Boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")}
        for u in page["UserDetailList"]:
            out["Users"][u["UserName"]] = {"Arn": u["Arn"], "Inline": inline(u, "UserPolicyList"), "Attached": attached(u), "Tags": tags(u.get("Tags"))}
        for g in page["GroupDetailList"]:
            out["Groups"][g["GroupName"]] = {"Arn": g["Arn"], "Inline": inline(g, "GroupPolicyList"), "Attached": attached(g)}
    for page in iam.get_paginator("list_policies").paginate(Scope="Local"):
        for p in page["Policies"]:
            versions = iam.list_policy_versions(PolicyArn=p["Arn"])["Versions"]
            current = iam.get_policy_version(PolicyArn=p["Arn"], VersionId=p["DefaultVersionId"])["PolicyVersion"]
            out["Policies"][p["PolicyName"]] = {
                "Arn": p["Arn"], "Document": current["Document"], "Versions": len(versions),
                "Tags": tags(iam.get_policy(PolicyArn=p["Arn"])["Policy"].get("Tags"))}
    return out


def buckets():
    s3, out = client("s3"), {}
    names = [b["Name"] for b in s3.list_buckets()["Buckets"]]
    logging = {name: get(s3.get_bucket_logging, "LoggingEnabled", Bucket=name) or {} for name in names}
    for name in names:
        # moto delivers access logs at once, this program's own too: they are no part of what is set up.
        logs = tuple(to["TargetPrefix"] for to in logging.values() if to.get("TargetBucket") == name)
        objects = [o for o in s3.list_objects_v2(Bucket=name).get("Contents", []) if not o["Key"].startswith(logs)]
        out[name] = {
            "Region": get(s3.get_bucket_location, "LocationConstraint", Bucket=name) or "us-east-1",
            "Policy": get(s3.get_bucket_policy, "Policy", Bucket=name),
            "Tags": tags(get(s3.get_bucket_tagging, "TagSet", Bucket=name)),
            "Block": get(s3.get_public_access_block, "PublicAccessBlockConfiguration", Bucket=name),
            "Ownership": get(s3.get_bucket_ownership_controls, "OwnershipControls", "Rules", Bucket=name),
            "Versioning": get(s3.get_bucket_versioning, "Status", Bucket=name),
            "Encryption": get(s3.get_bucket_encryption, "ServerSideEncryptionConfiguration", "Rules", Bucket=name),
            "Logging": logging[name],
            "Lifecycle": get(s3.get_bucket_lifecycle_configuration, "Rules", Bucket=name),
            "Objects": {o["Key"]: s3.get_object(Bucket=name, Key=o["Key"])["Body"].read().decode() for o in objects}}
    return out


def keys():
    kms, out, aliases = client("kms"), {}, {}
    for page in kms.get_paginator("list_aliases").paginate():
        for a in page["Aliases"]:
            if "TargetKeyId" in a and not a["AliasName"].startswith("alias/aws/"):
                aliases.setdefault(a["TargetKeyId"], []).append(a["AliasName"])
    for page in kms.get_paginator("list_keys").paginate():
        for k in page["Keys"]:
            id = k["KeyId"]
            policy = kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"]
            # moto gives the policy of a key that a stack made as an object, and fails to describe such a key.
            made_by_stack = not isinstance(policy, str)
            out[k["KeyArn"]] = {
                "Aliases": sorted(aliases.get(id, [])),
                "State": "" if made_by_stack else kms.describe_key(KeyId=id)["KeyMetadata"]["KeyState"],
                "Policy": json.dumps(policy) if made_by_stack else policy,
                "Rotation": kms.get_key_rotation_status(KeyId=id)["KeyRotationEnabled"],
                "Tags": tags(kms.list_resource_tags(KeyId=id)["Tags"], "TagKey", "TagValue")}
    return out



def main(endpoint, region):
    where.update(endpoint_url=endpoint, region_name=region)
    json.dump({**identities(), "Buckets": buckets(), "Keys": keys()}, sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
