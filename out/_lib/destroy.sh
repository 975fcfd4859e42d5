# What every destroy.sh of pzgen's sources: its options, its steps, and the parts of the library
# that it needs. The library is the same for every setup and holds no value of any.
# shellcheck shell=bash disable=SC1091,SC2016,SC2034,SC2153 # jq has variables too; files share names

# The interface of the library: the names and the arguments of the steps. A script is for one of
# them.
PZGEN_LIBRARY=1

for PART in common policy; do
  if [[ ! -r $HERE/../../_lib/$PART.sh ]]; then
    printf 'error: %s is missing: %s\n' "$HERE/../../_lib/$PART.sh" \
      "copy the folder _lib whole, or run pzgen generate again" >&2
    exit 1
  fi
done
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$HERE/../../_lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=policy.sh
. "$HERE/../../_lib/policy.sh"

TWO_WORDS=''

usage() {
  cat <<EOF
usage: destroy.sh [--dry-run] [--yes] [--profile NAME] [--region ${REGION}]
       [--backups DIR]

Removes what apply.sh made for the Amazon Personalize setup ${SETUP} in account ${ACCOUNT},
${REGION}: the service role, its policies, the operators' policies, and this setup's statements in the
policies of buckets and keys. Buckets, keys and dataset groups stay, for they hold data; at the end it
says how to delete them.

  --dry-run       only tell what would be done
  --yes           do not ask for confirmation
  --profile NAME  the AWS CLI's profile
  --region R      only checked: the setup is for ${REGION}
  --backups DIR   the folder that keeps policies as they were before they were replaced (default:
                  \${XDG_STATE_HOME:-\$HOME/.local/state}/pzgen/${ACCOUNT}/${REGION}/${SETUP})
EOF
}

option() { return 1; }

begin() { :; }

finish() { say "Setup ${SETUP} is removed."; }

# unmerge_policy KIND NAME OWN takes this setup's statements out of the policy of a bucket or key,
# and nothing else.
unmerge_policy() {
  local before
  read_policy "$1" "$2"
  before=$POLICY
  if [[ -z $before ]]; then return 0; fi
  decide unmerge "$1" "$2" "$3"
  case $VERDICT in
    locked)
      left "the policy of the key $2: without pzgen's statements nobody could administer the key"
      ;;
    empty) replace_policy "$1" "$2" "$before" '' ;;
    put*) replace_policy "$1" "$2" "$before" "${VERDICT#*"$NL"}" ;;
  esac
}

# undo_bucket BUCKET OWN CREATED
undo_bucket() {
  if ! call '404 403' 'has("BucketRegion")' \
    s3api head-bucket --bucket "$1" --expected-bucket-owner "$ACCOUNT" \
    --query '{BucketRegion: BucketRegion}'; then
    if [[ $CODE == 403 ]]; then
      left "the bucket $1, which belongs to another account or may not be seen with these credentials"
    fi
    return 0
  fi
  if [[ -n $2 ]]; then unmerge_policy bucket "$1" "$2"; fi
  if [[ -n $3 ]]; then
    left "the bucket $1; once it is empty: aws s3api delete-bucket --bucket $1 --region ${REGION}"
  fi
}

# undo_key ARN_OR_ALIAS OWN WINDOW: a key that pzgen created has a WINDOW.
undo_key() {
  local arn
  if ! call NotFoundException "$KEY_SHAPE" kms describe-key --key-id "$1"; then return 0; fi
  arn=$(answer .KeyMetadata.Arn)
  if ! holds '.KeyMetadata.KeyState == "Enabled"'; then
    left "the key $1, which is in the state $(answer .KeyMetadata.KeyState)"
    return 0
  fi
  if [[ -n $2 ]]; then unmerge_policy key "$arn" "$2"; fi
  if [[ -n $3 ]]; then
    left "the key ${arn}; what is encrypted with it is lost when it goes:" \
      "aws kms schedule-key-deletion --key-id ${arn} --pending-window-in-days $3 --region ${REGION}"
  fi
}

# undo_managed NAME deletes a customer managed policy, after detaching it from everybody.
undo_managed() {
  local arn="arn:${PARTITION}:iam::${ACCOUNT}:policy/$1" entity kind version
  if ! call NoSuchEntity "$POLICY_SHAPE" iam get-policy --policy-arn "$arn"; then return 0; fi
  if ! ours .Policy.Tags; then
    left "the policy $1, which has no tag pzgen:setup=${SETUP}"
    return 0
  fi
  call '' '[.PolicyGroups, .PolicyUsers, .PolicyRoles] | all(array)' \
    iam list-entities-for-policy --policy-arn "$arn"
  for entity in $(answer '(.PolicyGroups[] | "group/\(.GroupName)"),
    (.PolicyUsers[] | "user/\(.UserName)"), (.PolicyRoles[] | "role/\(.RoleName)")'); do
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

# attached_before KIND NAME ARN says that a policy of AWS's stays attached: it may have been before
# apply.sh ran.
attached_before() {
  if call NoSuchEntity "$ATTACHED_SHAPE" iam "list-attached-${1}-policies" "--${1}-name=${2}" &&
    holds --arg arn "$3" 'any(.AttachedPolicies[]; .PolicyArn == $arn)'; then
    left "${3##*/} on the $1 $2, which may have had it before:" \
      "aws iam detach-${1}-policy --${1}-name $2 --policy-arn $3"
  fi
}

# look_at_role finds out whether the service role is this setup's own.
look_at_role() {
  if call NoSuchEntity "$ROLE_SHAPE" iam get-role --role-name="$ROLE_NAME" && ours .Role.Tags; then
    ROLE_OURS=1
  fi
}

# undo_inline NAME POLICY deletes an inline policy of the service role if pzgen wrote it.
undo_inline() {
  local present
  if ! call NoSuchEntity '.PolicyDocument | object' \
    iam get-role-policy --role-name="$ROLE_NAME" --policy-name="$1"; then
    return 0
  fi
  present=$(answer -c .PolicyDocument)
  if [[ -z $ROLE_OURS ]] && ! same_policy "$present" "$2" && ! related "$present" "$2"; then
    left "the inline policy $1 of the role ${ROLE_NAME}, which pzgen did not write"
    return 0
  fi
  change "delete the policy $1 of the role ${ROLE_NAME}" \
    iam delete-role-policy --role-name="$ROLE_NAME" --policy-name="$1"
}

# undo_role INLINE OWN MANAGED deletes the role if pzgen made it and nobody else gave it policies.
# The JSON lists name its inline policies, the ARNs of pzgen's own managed policies, and those of
# others that apply.sh attached.
undo_role() {
  local arn rest
  if ! call NoSuchEntity "$ROLE_SHAPE" iam get-role --role-name="$ROLE_NAME"; then return 0; fi
  if ! ours .Role.Tags; then
    left "the role ${ROLE_NAME}, which has no tag pzgen:setup=${SETUP}"
    return 0
  fi
  call '' '.PolicyNames | array' iam list-role-policies --role-name="$ROLE_NAME"
  rest=$(answer --argjson ours "$1" '
    [.PolicyNames[] | select(. as $name | any($ours[]; . == $name) | not)] | join(", ")')
  call '' "$ATTACHED_SHAPE" iam list-attached-role-policies --role-name="$ROLE_NAME"
  rest="${rest}$(answer --argjson ours "$2" --argjson others "$3" '
    [.AttachedPolicies[].PolicyArn
      | select(. as $arn | any(($ours + $others)[]; . == $arn) | not)] | join(", ")')"
  if [[ -n $rest ]]; then
    left "the role ${ROLE_NAME}, for somebody gave it policies of their own: ${rest}"
    return 0
  fi
  for arn in $(answer --argjson others "$3" '
    .AttachedPolicies[].PolicyArn | select(. as $arn | any($others[]; . == $arn))'); do
    change "detach ${arn##*/} from the role ${ROLE_NAME}" \
      iam detach-role-policy --role-name="$ROLE_NAME" --policy-arn "$arn"
  done
  change "delete the role ${ROLE_NAME}" iam delete-role --role-name="$ROLE_NAME"
}

# undo_dataset_group NAME KEY leaves it; one that is encrypted cannot do without the role and the
# key, so then the script stops.
undo_dataset_group() {
  local arn="arn:${PARTITION}:personalize:${REGION}:${ACCOUNT}:dataset-group/$1"
  local delete="aws personalize delete-dataset-group --dataset-group-arn ${arn} --region ${REGION}"
  if ! call ResourceNotFoundException "$GROUP_SHAPE" \
    personalize describe-dataset-group --dataset-group-arn "$arn"; then
    return 0
  fi
  if [[ -n $2 ]]; then
    die "the dataset group $1 is encrypted and needs the role and the key as long as it is there;" \
      "delete it first: ${delete}"
  fi
  left "the dataset group $1; with all that is in it deleted: ${delete}"
}
