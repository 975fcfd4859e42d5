# What this setup made and the spec does not have any more. It is found in the account: by names, by
# the tag pzgen:setup, by the Sids of statements, and by what this setup's own policies name. Grants
# are taken away; buckets, keys and dataset groups are data, and stay.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # jq has variables too; files share names

NAMES='[]'    # what the setup is called, and what it was called
HAVE=$NL      # what the steps take care of, a line each: "bucket NAME", "policy NAME"
CREATED=$NL   # buckets and keys that this setup created, likewise
NAMED=''      # buckets and keys that this setup's policies in the account name, likewise
OLD_DATA=''   # buckets and keys that are not in the spec
OLD_INLINE='' # inline policies: "ROLE NAME"
OLD_ROLES=''
OLD_POLICIES=''
OLD_ATTACHED='' # attachments: "KIND NAME ARN"
RECORDS=''      # what is noted at the end: "role|policy NAME ENTRIES"
BEHIND=''       # data that stays, with the command that deletes it
KEPT=''         # what --keep left
UNSEEN=''       # what could not be looked for
LAST=''         # in destroy.sh: ARNs of policies of others that the service role has by this setup
HEADING=''      # printed before the next change

# handles KIND NAME notes what a step takes care of.
handles() {
  if [[ -n $PLANNING ]]; then HAVE="${HAVE}$1 $2${NL}"; fi
}

handled() { [[ $HAVE == *"${NL}$1 $2${NL}"* ]]; }

# creates KIND NAME notes what is this setup's whole.
creates() {
  if ! created "$1" "$2"; then CREATED="${CREATED}$1 $2${NL}"; fi
}

created() { [[ $CREATED == *"${NL}$1 $2${NL}"* ]]; }

# names_in DOCUMENT notes the buckets, keys and dataset groups that a policy of this setup's names.
names_in() {
  if [[ -z $PLANNING ]]; then return 0; fi
  NAMED="${NAMED}$(jq_policy '($doc.Statement | list[] | .Resource, .NotResource | list[] | strings)
    | if startswith("arn:\($partition):s3:::")
        then split(":")[5] | split("/")[0] | select(test("^[a-z0-9.-]+$")) | "bucket \(.)"
      elif startswith($keys) and (ltrimstr($keys) | test("^[a-zA-Z0-9-]+$")) then "key \(.)"
      elif startswith($groups) and (ltrimstr($groups) | test("^[a-zA-Z0-9_-]+$"))
        then "group \(ltrimstr($groups))"
      else empty end' --argjson doc "$1" --arg keys "arn:${PARTITION}:kms:${REGION}:${ACCOUNT}:key/" \
    --arg groups "arn:${PARTITION}:personalize:${REGION}:${ACCOUNT}:dataset-group/")${NL}"
}

# see SHAPE ARGS... is call for what only tells of old things: where it is not allowed the script goes
# on, and says so at the end.
see() {
  local shape=$1
  shift
  if call 'AccessDenied AccessDeniedException' "$shape" "$@"; then return 0; fi
  unseen "aws $1 $2"
  return 1
}

# unseen WHAT notes what could not be looked at, and AWS's last error.
unseen() {
  if [[ -n $PLANNING ]]; then UNSEEN="${UNSEEN}  $1: ${ERROR#"$NL"}${NL}"; fi
}

# keeps WHAT tells whether --keep leaves something.
keeps() {
  if [[ -z $KEEP ]]; then return 1; fi
  if [[ -n $PLANNING ]]; then KEPT="${KEPT}  $1${NL}"; fi
}

# A policy or role of this setup's own carries, as tags, what apply.sh attached: "user/NAME" and so on
# for whom the policy is attached to, with an ARN behind it for another policy that they have through
# this setup, and ARNs for what the role has. IAM takes no comma there, and "=" stands for itself no more.
# "region/REGION" is for which of two setups that have one name in two regions it was made.
RECORD_JQ='def code: gsub("="; "=3D") | gsub(","; "=2C"); def decode: gsub("=2C"; ",") | gsub("=3D"; "=");
def records: [.[]? | select(.Key | startswith("pzgen:attached-"))];
def entries: records | if . == [] then null
  else [.[].Value // "" | split(" ")[] | select(. != "" and (startswith("region/") | not)) | decode]
    | unique end; '

# record FILTER leaves in RECORD what the tags under FILTER in the last answer say, null for nothing.
record() {
  RECORD=$(answer -c "${RECORD_JQ}(${1} // []) | entries")
  RECORD_TAGS=$(answer -c "${RECORD_JQ}(${1} // []) | records | length")
}

# record_tags ENTRIES prints tags that say ENTRIES, at least as many as there are.
record_tags() {
  jq -cn --argjson entries "$1" --argjson least "${RECORD_TAGS:-0}" --arg region "$REGION" "${RECORD_JQ}"'
    reduce (["region/\($region)"] + ($entries | unique) | .[] | code
        | select(test("^[\\w.:/=+@-]+$"))) as $e ([""];
      if .[-1] == "" then .[-1] = $e
      elif (.[-1] + " " + $e | length) <= 256 then .[-1] += " " + $e
      else . + [$e] end)
    | . + [range(length; $least) | ""]
    | to_entries | map({Key: "pzgen:attached-\(.key + 1)", Value: .value})'
}

# note_record KIND NAME ENTRIES writes a record, unless it says that already.
note_record() {
  local tags
  if [[ $RECORD_TAGS != 0 ]] && jq_true '$a == ($b | unique)' --argjson a "$RECORD" --argjson b "$3"; then
    return 0
  fi
  tags=$(record_tags "$3")
  if ! jq_true '($t | length) <= 40' --argjson t "$tags"; then
    die "the $1 $2 has more attachments than its tags can hold: attach it to groups"
  fi
  if ! jq_true 'all($t[].Value; length <= 256)' --argjson t "$tags"; then
    die "the $1 $2 comes with a policy whose ARN is longer than a tag can hold: give that a shorter path"
  fi
  case $1 in
    role)
      change "note on the role $2 what it has by this setup" \
        iam tag-role --role-name="$2" --tags "$tags"
      ;;
    policy)
      change "note on the policy $2 whom it is attached to" \
        iam tag-policy --policy-arn "arn:${PARTITION}:iam::${ACCOUNT}:policy/$2" --tags "$tags"
      ;;
  esac
}

# jq_true FILTER OPTION... tells whether a filter is true.
jq_true() {
  local filter=$1
  shift
  [ "$(jq -n "$@" "$filter")" = true ]
}

# own_name NAME tells whether a policy has a name that this setup gives.
own_name() {
  jq_true 'any($names[]; . as $n | "Personalize-\($n)" as $p | $policy == $p or ($policy | startswith($p + "-")))' \
    --argjson names "$NAMES" --arg policy "$1"
}

# elsewhere TAGS DOCUMENTS tells whether something is of a setup that has this one's name in another
# region: roles and policies are of all regions, and so are their names. What is noted in the tags
# says it, or else the ARNs in the documents, a JSON list, or else where the buckets are that they name.
elsewhere() {
  local regions bucket
  regions=$(jq -cn --argjson tags "$1" --argjson docs "$2" "${RECORD_JQ}"'
    [$tags | records[].Value // "" | split(" ")[] | select(startswith("region/")) | ltrimstr("region/")]
    | if . != [] then . else [$docs | .. | strings | split(":")
        | select(.[0] == "arn" and (.[2] == "personalize" or .[2] == "kms") and length > 5) | .[3]
        | select(test("^[a-z0-9-]+$"))] end')
  if [[ $regions == '[]' ]]; then
    for bucket in $(jq -rn --argjson docs "$2" '[$docs | .. | strings | select(startswith("arn:"))
      | split(":") | select(.[2] == "s3") | .[5] // "" | split("/")[0] // "" | select(test("^[a-z0-9.-]+$"))]
      | unique[]'); do
      if call '404 403 301 400' 'has("BucketRegion")' \
        s3api head-bucket --bucket "$bucket" --expected-bucket-owner "$ACCOUNT" \
        --query '{BucketRegion: BucketRegion}'; then
        regions=$(answer -c --argjson regions "$regions" '$regions + [.BucketRegion | strings]')
      fi
    done
  fi
  jq_true '$regions != [] and all($regions[]; . != $region)' --argjson regions "$regions" --arg region "$REGION"
}

# not_here WHAT notes what elsewhere tells of.
not_here() { left "$1, which is for a setup ${SETUP} in another region"; }

# own_inline NAME DOCUMENT tells whether an inline policy is one that this setup wrote: a name of its
# own may be another setup's too (-kms is the end of a policy's name, or of a setup's), so what is in
# the policy counts as well.
own_inline() {
  jq_true 'def list: if type == "array" then . elif . == null then [] else [.] end;
    [$doc.Statement | list[] | .Sid // ""] as $sids
    | any($names[]; "Personalize-\(.)" as $p
      | if $policy == $p then all($sids[]; . != "" and . != $guide)
        elif $policy | startswith($p + "-s3-") then all($sids[]; . == $guide)
        elif any("-kms", "-cloudwatch", "-access"; $policy == $p + .) then all($sids[]; . == "")
        else false end)' \
    --arg policy "$1" --argjson doc "$2" --argjson names "$NAMES" \
    --arg guide PersonalizeS3BucketAccessPolicy
}

# others_inline NAME ROLE_TAGS tells whether the name of a policy is one that the setup gives which made
# its role, and that has a longer name than this one.
others_inline() {
  jq_true 'any($tags[] | select(.Key == "pzgen:setup") | .Value; . as $other | "Personalize-\($other)" as $p
    | ($policy == $p or ($policy | startswith($p + "-")))
      and any($names[]; . as $n | $other | startswith($n + "-")))' \
    --argjson names "$NAMES" --argjson tags "$2" --arg policy "$1"
}

# either_inline NAME ROLE_TAGS tells whether the name of a policy is as well one of another setup, on a
# role that this one did not make: Personalize-a-s3-b-s3-c is for the bucket b-s3-c of a, or
# c of a-s3-b.
either_inline() {
  jq_true '(any($tags[] | select(.Key == "pzgen:setup") | .Value; . as $t | any($names[]; . == $t)) | not)
    and any($names[]; "Personalize-\(.)-s3" as $p
    | ($policy | startswith($p)) and ($policy | ltrimstr($p) | contains("-s3-")))' \
    --argjson names "$NAMES" --argjson tags "$2" --arg policy "$1"
}

# retained PRESENT WANTED prints the policy that is wanted, and with --keep also what the present one
# says of buckets and keys that are not in the spec: by that a later run finds them.
retained() {
  if [[ -z $KEEP || -z $OLD_DATA || -z $1 ]]; then
    printf '%s' "$2"
    return 0
  fi
  jq_policy '($old | split("\n") | map(select(. != "") | split(" ")
      | if .[0] == "key" then .[1] else "arn:\($partition):s3:::\(.[1])" end)) as $arns
    | ($wanted.Statement | list) as $mine
    | [$present.Statement | list[]
        | select([.Resource, .NotResource | list[] | strings]
          | any(.[]; . as $r | any($arns[]; . as $a | $r == $a or ($r | startswith($a + "/")))))
        | del(.Sid)
        | select(. as $s | any($mine[]; (del(.Sid) | canonical) == ($s | canonical)) | not)] as $more
    | $wanted | .Statement = $mine + $more | tojson' \
    --arg old "$OLD_DATA" --argjson present "$1" --argjson wanted "$2"
}

# look_back finds what the steps do not take care of. It comes after them, while planning.
look_back() {
  old_roles
  old_inline "$ROLE_NAME" "$ROLE_TAGS" null
  old_policies
  old_data
}

# old_roles finds roles that Personalize may assume: those that this setup made under another name,
# and policies that it gave to others.
old_roles() {
  local role tags trust
  if ! see '.Roles | array and all(.RoleName | text)' iam list-roles --page-size 1000; then return 0; fi
  for role in $(answer --arg service "$SERVICE" '.Roles[]
    | select([.AssumeRolePolicyDocument | .. | strings] | any(. == $service)) | .RoleName'); do
    if [[ $role == "$ROLE_NAME" ]] ||
      ! call NoSuchEntity "$ROLE_SHAPE" iam get-role --role-name="$role"; then
      continue
    fi
    tags=$(answer -c '.Role.Tags // []')
    trust=$(answer -c .Role.AssumeRolePolicyDocument)
    if ! ours .Role.Tags; then
      old_inline "$role" "$tags" "$trust"
    elif elsewhere "$tags" "[${trust}]"; then
      not_here "the role ${role}"
    else
      OLD_ROLES="${OLD_ROLES}${role}${NL}"
      old_inline "$role" "$tags" "$trust"
    fi
  done
}

# old_inline ROLE TAGS TRUST finds inline policies of this setup's.
old_inline() {
  local name document
  if ! call NoSuchEntity '.PolicyNames | array' iam list-role-policies --role-name="$1"; then return 0; fi
  for name in $(answer '.PolicyNames[]'); do
    if [[ $1 == "$ROLE_NAME" ]] && handled inline "$name" || ! own_name "$name"; then continue; fi
    if ! call NoSuchEntity '.PolicyDocument | object' \
      iam get-role-policy --role-name="$1" --policy-name="$name"; then
      continue
    fi
    document=$(answer -c .PolicyDocument)
    if ! own_inline "$name" "$document" || others_inline "$name" "$2"; then continue; fi
    if [[ $1 != "$ROLE_NAME" ]] && elsewhere "$2" "[$3, ${document}]"; then
      not_here "the policy ${name} of the role $1"
      continue
    fi
    if either_inline "$name" "$2"; then
      left "the policy ${name} of the role $1, which may be another setup's:" \
        "aws iam delete-role-policy --role-name $1 --policy-name ${name}"
      continue
    fi
    names_in "$document"
    OLD_INLINE="${OLD_INLINE}$1 ${name}${NL}"
  done
}

# old_policies finds customer managed policies.
old_policies() {
  local name tags document
  if ! see '.Policies | array and all(.PolicyName | text)' \
    iam list-policies --scope Local --page-size 1000; then
    return 0
  fi
  for name in $(answer --argjson names "$NAMES" '.Policies[] | select((.Path // "/") == "/")
    | .PolicyName | select(. as $policy | any($names[]; "Personalize-\(.)" as $p
      | $policy == $p or ($policy | startswith($p + "-"))))'); do
    if handled policy "$name"; then continue; fi
    if ! call NoSuchEntity "$POLICY_SHAPE" iam get-policy \
      --policy-arn "arn:${PARTITION}:iam::${ACCOUNT}:policy/${name}"; then
      continue
    fi
    if ! ours .Policy.Tags; then continue; fi
    tags=$(answer -c .Policy.Tags)
    record .Policy.Tags
    document_of "$name"
    document=$(answer -c .PolicyVersion.Document)
    if elsewhere "$tags" "[${document}]"; then
      not_here "the policy ${name}"
      continue
    fi
    OLD_POLICIES="${OLD_POLICIES}${name}${NL}"
    old_attached "$(pairs "$RECORD")"
    names_in "$document"
  done
}

# document_of NAME reads the document of the policy in the last answer.
document_of() {
  call '' '.PolicyVersion.Document | object' iam get-policy-version \
    --policy-arn "arn:${PARTITION}:iam::${ACCOUNT}:policy/$1" \
    --version-id "$(answer .Policy.DefaultVersionId)"
}

# pairs ENTRIES prints "KIND NAME ARN" for the policies of others in a record, which may be null.
pairs() {
  jq -rn --argjson entries "$1" '($entries // [])[] | split("/")
    | select(length > 2 and (.[0] == "user" or .[0] == "group" or .[0] == "role"))
    | "\(.[0]) \(.[1]) \(.[2:] | join("/"))"'
}

# old_attached LINES notes attachments that the spec does not have.
old_attached() {
  if [[ -n $PLANNING && -n $1 ]]; then OLD_ATTACHED="${OLD_ATTACHED}$1${NL}"; fi
}

# old_data finds buckets and keys: those that this setup's policies name, and those that carry its tag.
old_data() {
  local kind name tagged=''
  if see '.ResourceTagMappingList | array and all(.ResourceARN | text)' \
    resourcegroupstaggingapi get-resources --resource-type-filters s3 kms:key --tag-filters "$(jq -cn --argjson names "$NAMES" \
      '[{Key: "pzgen:setup", Values: $names}]')"; then
    tagged=$(answer --arg p "$PARTITION" --arg r "$REGION" --arg a "$ACCOUNT" '
      .ResourceTagMappingList[].ResourceARN
      | if startswith("arn:\($p):s3:::") then "bucket " + split(":")[5]
        elif startswith("arn:\($p):kms:\($r):\($a):key/") then "key " + .
        else empty end')
  fi
  while read -r kind name; do
    case $kind in
      bucket | key)
        creates "$kind" "$name"
        if ! handled "$kind" "$name"; then OLD_DATA="${OLD_DATA}${kind} ${name}${NL}"; fi
        ;;
    esac
  done <<<"$tagged"
  while read -r kind name; do
    if [[ -z $kind ]] || handled "$kind" "$name"; then continue; fi
    if [[ $kind == group ]]; then
      old_group "$name"
      continue
    fi
    if [[ "${NL}${OLD_DATA}" != *"${NL}${kind} ${name}${NL}"* ]]; then
      OLD_DATA="${OLD_DATA}${kind} ${name}${NL}"
    fi
  done <<<"$(once "$NAMED")"
}

# old_group NAME tells of a dataset group.
old_group() {
  local arn="arn:${PARTITION}:personalize:${REGION}:${ACCOUNT}:dataset-group/$1"
  if call 'ResourceNotFoundException AccessDeniedException' "$GROUP_SHAPE" \
    personalize describe-dataset-group --dataset-group-arn "$arn"; then
    behind "the dataset group $1; with all that is in it deleted:" \
      "aws personalize delete-dataset-group --dataset-group-arn ${arn} --region ${REGION}"
  fi
}

# behind TEXT... notes data that stays.
behind() {
  if [[ -n $PLANNING ]]; then BEHIND="${BEHIND}  $*${NL}"; fi
}

# revoke_data takes this setup's statements out of the policies of buckets and keys. It comes before
# the steps, which rewrite the policies by which such buckets and keys are found: a run that is
# interrupted here finds them again.
revoke_data() {
  local kind name
  while read -r kind name; do
    case $kind in
      bucket) revoke_bucket "$name" ;;
      key) revoke_key "$name" ;;
    esac
  done <<<"$OLD_DATA"
}

revoke_bucket() {
  if ! call '404 403 301 400' 'has("BucketRegion")' \
    s3api head-bucket --bucket "$1" --expected-bucket-owner "$ACCOUNT" \
    --query '{BucketRegion: BucketRegion}'; then
    if [[ $CODE != 404 ]]; then unseen "the policy of the bucket $1, which may be another account's"; fi
    return 0
  fi
  revoke_statements bucket "$1"
  if created bucket "$1"; then
    behind "the bucket $1; once it is empty: aws s3api delete-bucket --bucket $1 --region ${REGION}"
  fi
}

revoke_key() {
  if ! call 'NotFoundException AccessDeniedException' "$KEY_SHAPE" kms describe-key --key-id "$1"; then
    if [[ $CODE == AccessDeniedException ]]; then unseen "the policy of the key $1"; fi
    return 0
  fi
  if holds '.KeyMetadata.KeyState == "PendingDeletion"'; then return 0; fi
  revoke_statements key "$1"
  if created key "$1"; then
    behind "the key $1; what is encrypted with it is lost when it goes:" \
      "aws kms schedule-key-deletion --key-id $1 --pending-window-in-days 30 --region ${REGION}"
  fi
}

revoke_statements() {
  local before
  read_policy "$1" "$2"
  before=$POLICY
  if [[ -z $before ]]; then return 0; fi
  weigh unmerge "$1" "$2" '{}'
  case $VERDICT in
    conflict*) left "the policy of the $1 $2, in which somebody else uses a Sid of pzgen's" ;;
    number) left "the policy of the $1 $2, which has a number too large for jq to keep" ;;
    empty | put*)
      if ! keeps "this setup's statements in the policy of the $1 $2"; then
        unmerged "$1" "$2" "$before"
      fi
      ;;
    *) unmerged "$1" "$2" "$before" ;;
  esac
}

# revoke_grants takes away policies, attachments and roles. It comes after the steps: what is in the
# place of a role is there before the role goes.
revoke_grants() {
  local kind name arn rest
  while read -r name rest; do
    if [[ -n $name ]]; then revoke_inline "$name" "$rest"; fi
  done <<<"$(once "$OLD_INLINE")"
  while read -r kind name arn; do
    if [[ -n $kind ]] && ! handled attached "${kind}/${name}/${arn}"; then
      detach "$kind" "$name" "$arn"
    fi
  done <<<"$(once "$OLD_ATTACHED")"
  while read -r name; do
    if [[ -n $name ]] && ! keeps "the policy ${name}, with whom it is attached to"; then
      delete_managed "$name"
    fi
  done <<<"$(once "$OLD_POLICIES")"
  while read -r name; do
    if [[ -n $name ]] && ! keeps "the role ${name}"; then
      delete_role "$name" null
    fi
  done <<<"$(once "$OLD_ROLES")"
  if [[ -n $LAST ]]; then delete_role "$ROLE_NAME" "$LAST"; fi
  if [[ -n $KEEP ]]; then return 0; fi
  while read -r kind name rest; do
    if [[ -z $kind ]]; then continue; fi
    RECORD='null'
    RECORD_TAGS=$(tags_of "$kind" "$name")
    note_record "$kind" "$name" "$rest"
  done <<<"$(once "$RECORDS")"
}

# tags_of KIND NAME prints how many tags the record of a role or policy has.
tags_of() {
  case $1 in
    role) call '' "$ROLE_SHAPE" iam get-role --role-name="$2" ;;
    policy) call '' "$POLICY_SHAPE" iam get-policy --policy-arn "arn:${PARTITION}:iam::${ACCOUNT}:policy/$2" ;;
  esac
  answer -c "${RECORD_JQ}(.Role.Tags // .Policy.Tags // []) | records | length"
}

revoke_inline() {
  if ! call NoSuchEntity '.PolicyDocument | object' \
    iam get-role-policy --role-name="$1" --policy-name="$2"; then
    return 0
  fi
  if keeps "the policy $2 of the role $1"; then return 0; fi
  backup "role-$1-$2" "$(answer -c .PolicyDocument)"
  change "delete the policy $2 of the role $1" \
    iam delete-role-policy --role-name="$1" --policy-name="$2"
}

# attached KIND NAME ARN tells whether a policy is attached.
attached() {
  call NoSuchEntity "$ATTACHED_SHAPE" iam "list-attached-${1}-policies" "--${1}-name=${2}" &&
    holds --arg arn "$3" 'any(.AttachedPolicies[]; .PolicyArn == $arn)'
}

# detach KIND NAME ARN detaches a policy, if it is attached still.
detach() {
  if ! attached "$@" || keeps "${3##*/} on the $1 $2"; then return 0; fi
  change "detach ${3##*/} from the $1 $2" \
    iam "detach-${1}-policy" "--${1}-name=${2}" --policy-arn "$3"
}

# delete_role NAME OTHERS deletes a role that this setup made. Where somebody gave it policies of their
# own, it loses those of this setup alone. OTHERS are ARNs of policies that it has by this setup,
# beside this setup's own and those that are noted on it; null is all that it has.
delete_role() {
  local arn rest inline own others
  if ! call NoSuchEntity "$ROLE_SHAPE" iam get-role --role-name="$1"; then return 0; fi
  if ! ours .Role.Tags; then
    left "the role $1, which has no tag pzgen:setup=${SETUP}"
    return 0
  fi
  record .Role.Tags
  others=$(jq -cn --argjson others "$2" --argjson record "$RECORD" '
    if $others == null then $record else $others + ($record // []) end')
  inline=$(jq -cn --arg old "$OLD_INLINE" --arg have "$HAVE" --arg role "$1" --arg mine "$ROLE_NAME" '
    [($old | split("\n")[] | select(startswith($role + " ")) | ltrimstr($role + " ")),
      ($have | split("\n")[] | select($role == $mine and startswith("inline ")) | ltrimstr("inline "))]')
  own=$(jq -cn --arg old "$OLD_POLICIES" --arg have "$HAVE" \
    --arg prefix "arn:${PARTITION}:iam::${ACCOUNT}:policy/" '
      [($old | split("\n")[] | select(. != "")),
        ($have | split("\n")[] | select(startswith("policy ")) | ltrimstr("policy "))] | map($prefix + .)')
  call '' '.PolicyNames | array' iam list-role-policies --role-name="$1"
  rest=$(answer --argjson ours "$inline" '[.PolicyNames[] | select(. as $n | any($ours[]; . == $n) | not)]
    | join(", ")')
  call '' "$ATTACHED_SHAPE" iam list-attached-role-policies --role-name="$1"
  rest="${rest}$(answer --argjson others "$others" --argjson own "$own" '[.AttachedPolicies[].PolicyArn
    | select(. as $arn | $others != null and (any(($own + $others)[]; . == $arn) | not))] | join(", ")')"
  for arn in $(answer --argjson others "$others" --argjson own "$own" '.AttachedPolicies[].PolicyArn
    | select(. as $arn | (any($own[]; . == $arn) | not) and ($others == null or any($others[]; . == $arn)))'); do
    change "detach ${arn##*/} from the role $1" \
      iam detach-role-policy --role-name="$1" --policy-arn "$arn"
  done
  if [[ -n $rest ]]; then
    left "the role $1, for somebody gave it policies of their own: ${rest}"
    return 0
  fi
  change "delete the role $1" iam delete-role --role-name="$1"
}

# once LIST prints the lines of a list, sorted, each once.
once() { jq -rn --arg list "$1" '$list | split("\n") | map(select(. != "")) | unique[]'; }

# delete_managed NAME deletes a customer managed policy, after detaching it from everybody.
delete_managed() {
  local arn="arn:${PARTITION}:iam::${ACCOUNT}:policy/$1" entity kind version
  if ! call NoSuchEntity "$POLICY_SHAPE" iam get-policy --policy-arn "$arn"; then return 0; fi
  if ! ours .Policy.Tags; then
    left "the policy $1, which has no tag pzgen:setup=${SETUP}"
    return 0
  fi
  call '' "$ENTITIES_SHAPE" iam list-entities-for-policy --policy-arn "$arn" \
    --policy-usage-filter PermissionsPolicy
  for entity in $(answer "$ENTITIES"); do
    kind=${entity%%/*}
    change "detach $1 from the ${kind} ${entity#*/}" \
      iam "detach-${kind}-policy" "--${kind}-name=${entity#*/}" --policy-arn "$arn"
  done
  call '' "$VERSIONS_SHAPE" iam list-policy-versions --policy-arn "$arn"
  for version in $(answer '.Versions[] | select(.IsDefaultVersion | not) | .VersionId'); do
    change "delete the version ${version} of the policy $1" \
      iam delete-policy-version --policy-arn "$arn" --version-id "$version"
  done
  change "delete the policy $1" iam delete-policy --policy-arn "$arn"
}

# told prints what a run left, and why.
told() {
  if [[ -n $BEHIND ]]; then printf 'Left behind, for it is data:\n%s' "$BEHIND"; fi
  if [[ -n $KEPT ]]; then printf 'Kept, though the spec does not have it (--keep):\n%s' "$KEPT"; fi
  if [[ -n $UNSEEN ]]; then
    printf 'Could not look for what the spec does not have any more:\n%s' "$UNSEEN"
  fi
}
