# The steps of apply.sh for roles, policies and attachments.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # jq has variables too; files share names

# ensure_role DESCRIPTION BOUNDARY TRUST
ensure_role() {
  local description=$1 boundary=$2 trust=$3 input tags present
  ROLE_OURS=1
  if ! call NoSuchEntity "$ROLE_SHAPE" iam get-role --role-name="$ROLE_NAME"; then
    input=$(jq -cn --arg name "$ROLE_NAME" --arg path "$ROLE_PATH" --arg description "$description" \
      --arg boundary "$boundary" --arg trust "$trust" --argjson tags "$TAGS" '
        {RoleName: $name, Path: $path, AssumeRolePolicyDocument: $trust, Tags: $tags}
        + (if $description == "" then {} else {Description: $description} end)
        + (if $boundary == "" then {} else {PermissionsBoundary: $boundary} end)')
    change "create the role ${ROLE_NAME}" iam create-role --cli-input-json "$input"
    return 0
  fi
  claim "the role ${ROLE_NAME}" .Role.Tags
  role_arn_agrees
  present=$(answer -c .Role.AssumeRolePolicyDocument)
  if ! same_policy "$present" "$trust"; then
    backup "role-${ROLE_NAME}-trust" "$present"
    change "replace the trust policy of the role ${ROLE_NAME}" \
      iam update-assume-role-policy --role-name="$ROLE_NAME" --policy-document "$trust"
  fi
  if ! holds --arg want "$description" '(.Role.Description // "") == $want'; then
    input=$(answer -c --arg description "$description" '
      {RoleName: .Role.RoleName, Description: $description}
      + (.Role.MaxSessionDuration | if . == null then {} else {MaxSessionDuration: .} end)')
    change "set the description of the role ${ROLE_NAME}" iam update-role --cli-input-json "$input"
  fi
  if ! holds --arg want "$boundary" '(.Role.PermissionsBoundary.PermissionsBoundaryArn // "") == $want'; then
    if [[ -z $boundary ]]; then
      left "the permissions boundary of the role ${ROLE_NAME}, which the spec does not have"
    else
      change "set the permissions boundary of the role ${ROLE_NAME}" \
        iam put-role-permissions-boundary --role-name="$ROLE_NAME" --permissions-boundary "$boundary"
    fi
  fi
  tags=$(missing_tags .Role.Tags "$TAGS")
  if [[ $tags != '[]' ]]; then
    change "tag the role ${ROLE_NAME}" iam tag-role --role-name="$ROLE_NAME" --tags "$tags"
  fi
}

role_arn_agrees() {
  local arn
  arn=$(answer .Role.Arn)
  if [[ $arn != "$ROLE_ARN" ]]; then
    die "the role ${ROLE_NAME} is ${arn}, and the spec says ${ROLE_ARN}:" \
      "a role's path cannot be changed"
  fi
}

# existing_role TRUST only looks: the role is somebody else's and gets policies alone.
existing_role() {
  local present
  if ! call NoSuchEntity "$ROLE_SHAPE" iam get-role --role-name="$ROLE_NAME"; then
    die "there is no role ${ROLE_NAME}, and the spec says that it exists"
  fi
  role_arn_agrees
  if [[ -z $1 || -z $PLANNING ]]; then return 0; fi
  present=$(answer -c .Role.AssumeRolePolicyDocument)
  if ! same_policy "$present" "$1"; then
    warn "the trust policy of the role ${ROLE_NAME} is not pzgen's." \
      "Personalize can use the role only if it allows this:"
    printf '%s\n' "$1" >&2
  fi
}

# ensure_inline NAME POLICY: an inline policy of the service role.
ensure_inline() {
  local present=''
  if call NoSuchEntity '.PolicyDocument | object' \
    iam get-role-policy --role-name="$ROLE_NAME" --policy-name="$1"; then
    present=$(answer -c .PolicyDocument)
    if same_policy "$present" "$2"; then return 0; fi
    if [[ -z $ROLE_OURS && -z $ADOPT ]] && ! related "$present" "$2"; then
      die "the role ${ROLE_NAME} has an inline policy $1 that pzgen did not write:" \
        "rename it, or hand it over with --adopt"
    fi
  fi
  backup "role-${ROLE_NAME}-$1" "$present"
  change "put the policy $1 on the role ${ROLE_NAME}" \
    iam put-role-policy --role-name="$ROLE_NAME" --policy-name="$1" --policy-document "$2"
}

# ensure_managed NAME POLICY: a customer managed policy.
ensure_managed() {
  local name=$1 wanted=$2 arn="arn:${PARTITION}:iam::${ACCOUNT}:policy/$1" version tags oldest
  if ! call NoSuchEntity "$POLICY_SHAPE" iam get-policy --policy-arn "$arn"; then
    change "create the policy ${name}" \
      iam create-policy --policy-name="$name" --policy-document "$wanted" --tags "$TAGS"
    return 0
  fi
  claim "the policy ${name}" .Policy.Tags
  version=$(answer .Policy.DefaultVersionId)
  tags=$(missing_tags .Policy.Tags "$TAGS")
  if [[ $tags != '[]' ]]; then
    change "tag the policy ${name}" iam tag-policy --policy-arn "$arn" --tags "$tags"
  fi
  call '' '.PolicyVersion.Document | object' \
    iam get-policy-version --policy-arn "$arn" --version-id "$version"
  if same_policy "$(answer -c .PolicyVersion.Document)" "$wanted"; then return 0; fi
  call '' "$VERSIONS_SHAPE" iam list-policy-versions --policy-arn "$arn"
  oldest=$(answer 'if (.Versions | length) < 5 then "" else
    [.Versions[] | select(.IsDefaultVersion | not)]
    | sort_by(.CreateDate, (.VersionId | ltrimstr("v") | tonumber)) | .[0].VersionId end')
  if [[ -n $oldest ]]; then
    change "remove the oldest version of the policy ${name}, ${oldest}" \
      iam delete-policy-version --policy-arn "$arn" --version-id "$oldest"
  fi
  change "write a new version of the policy ${name}" \
    iam create-policy-version --policy-arn "$arn" --policy-document "$wanted" --set-as-default
}

# attach KIND NAME ARN attaches a managed policy to a user, a group or a role.
attach() {
  if ! call NoSuchEntity "$ATTACHED_SHAPE" iam "list-attached-${1}-policies" "--${1}-name=${2}"; then
    if [[ -z $PLANNING || $1 != role || $2 != "$ROLE_NAME" ]]; then die "there is no $1 $2"; fi
  fi
  if holds --arg arn "$3" 'any(.AttachedPolicies[]?; .PolicyArn == $arn)'; then return 0; fi
  change "attach ${3##*/} to the $1 $2" \
    iam "attach-${1}-policy" "--${1}-name=${2}" --policy-arn "$3"
}
