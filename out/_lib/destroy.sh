# What every destroy.sh of pzgen's sources: its options, its steps, and the parts of the library
# that it needs. The library is the same for every setup and holds no value of any.
# shellcheck shell=bash disable=SC1091,SC2016,SC2034,SC2153 # jq has variables too; files share names

# The interface of the library: the names and the arguments of the steps. A script is for one of
# them.
PZGEN_LIBRARY=7

for PART in common policy revoke; do
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
# shellcheck source-path=SCRIPTDIR source=revoke.sh
. "$HERE/../../_lib/revoke.sh"

TWO_WORDS=''

usage() {
  cat <<EOF
usage: destroy.sh [--dry-run] [--yes] [--profile NAME] [--region ${REGION}]
       [--backups DIR]

Removes what apply.sh made for the Amazon Personalize setup ${SETUP} in account ${ACCOUNT},
${REGION}: the service role, its policies, the operators' policies, and this setup's statements in the
policies of buckets and keys, also what the spec had before. Buckets, keys and dataset groups stay, for
they hold data; at the end it says how to delete them.

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

finish() {
  if [[ -n $UNSEEN ]]; then
    say "Setup ${SETUP} is removed as far as the spec has it; what it had before may be there still, see below."
  else
    say "Setup ${SETUP} is removed."
  fi
}

# undo_bucket BUCKET OWN CREATED
undo_bucket() {
  handles bucket "$1"
  if [[ -n $3 ]]; then creates bucket "$1"; fi
  if ! call '404 403' 'has("BucketRegion")' \
    s3api head-bucket --bucket "$1" --expected-bucket-owner "$ACCOUNT" \
    --query '{BucketRegion: BucketRegion}'; then
    if [[ $CODE == 403 ]]; then
      left "the bucket $1, which belongs to another account or may not be seen with these credentials"
    fi
    return 0
  fi
  unmerge_policy bucket "$1" "$2"
  if [[ -n $3 ]]; then
    left "the bucket $1; once it is empty: aws s3api delete-bucket --bucket $1 --region ${REGION}"
  fi
}

# undo_key ARN_OR_ALIAS OWN WINDOW: a key that pzgen created has a WINDOW.
undo_key() {
  local arn
  if ! call NotFoundException "$KEY_SHAPE" kms describe-key --key-id "$1"; then return 0; fi
  arn=$(answer .KeyMetadata.Arn)
  handles key "$arn"
  if [[ -n $3 ]]; then creates key "$arn"; fi
  if ! holds '.KeyMetadata.KeyState == "Enabled"'; then
    left "the key $1, which is in the state $(answer .KeyMetadata.KeyState)"
    return 0
  fi
  unmerge_policy key "$arn" "$2"
  if [[ -n $3 ]]; then
    left "the key ${arn}; what is encrypted with it is lost when it goes:" \
      "aws kms schedule-key-deletion --key-id ${arn} --pending-window-in-days $3 --region ${REGION}"
  fi
}

# undo_managed NAME deletes a customer managed policy, and detaches what apply.sh attached with it.
undo_managed() {
  local kind name arn
  handles policy "$1"
  if call NoSuchEntity "$POLICY_SHAPE" iam get-policy \
    --policy-arn "arn:${PARTITION}:iam::${ACCOUNT}:policy/$1" && ours .Policy.Tags; then
    record .Policy.Tags
    document_of "$1"
    names_in "$(answer -c .PolicyVersion.Document)"
    while read -r kind name arn; do
      if [[ -z $kind ]]; then continue; fi
      handles attached "${kind}/${name}/${arn}"
      undo_attached "$kind" "$name" "$arn"
    done <<<"$(pairs "$RECORD")"
  fi
  delete_managed "$1"
}

# undo_attached KIND NAME ARN detaches a policy of others, if it is attached.
undo_attached() {
  if attached "$@"; then
    change "detach ${3##*/} from the $1 $2" \
      iam "detach-${1}-policy" "--${1}-name=${2}" --policy-arn "$3"
  fi
}

# attached_before KIND NAME ARN says that a policy of others stays attached: it was before apply.sh
# ran, or an earlier version of that attached it.
attached_before() {
  if handled attached "$1/$2/$3"; then return 0; fi
  if attached "$@"; then
    left "${3##*/} on the $1 $2, which may have had it before:" \
      "aws iam detach-${1}-policy --${1}-name $2 --policy-arn $3"
  fi
}

# look_at_role finds out whether the service role is this setup's own.
look_at_role() {
  if ! call NoSuchEntity "$ROLE_SHAPE" iam get-role --role-name="$ROLE_NAME"; then return 0; fi
  ROLE_TAGS=$(answer -c '.Role.Tags // []')
  if ours .Role.Tags; then ROLE_OURS=1; fi
}

# undo_inline NAME POLICY deletes an inline policy of the service role if pzgen wrote it.
undo_inline() {
  local present
  handles inline "$1"
  if ! call NoSuchEntity '.PolicyDocument | object' \
    iam get-role-policy --role-name="$ROLE_NAME" --policy-name="$1"; then
    return 0
  fi
  present=$(answer -c .PolicyDocument)
  names_in "$present"
  if [[ -z $ROLE_OURS ]] && ! same_policy "$present" "$2" && ! related "$present" "$2"; then
    left "the inline policy $1 of the role ${ROLE_NAME}, which pzgen did not write"
    return 0
  fi
  change "delete the policy $1 of the role ${ROLE_NAME}" \
    iam delete-role-policy --role-name="$ROLE_NAME" --policy-name="$1"
}

# undo_role MANAGED has the role deleted when all else is gone, if pzgen made it and nobody else gave
# it policies. The JSON list has the ARNs of policies of others that apply.sh attached.
undo_role() { LAST=$1; }

# undo_dataset_group NAME KEY leaves it; one that is encrypted cannot do without the role and the
# key, so then the script stops.
undo_dataset_group() {
  handles group "$1"
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
