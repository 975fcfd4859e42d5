# The steps of apply.sh for roles, policies and attachments.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # jq has variables too; files share names

# ensure_role DESCRIPTION BOUNDARY TRUST
ensure_role() {
  local description=$1 boundary=$2 trust=$3 input tags present
  ROLE_OURS=1
  ROLE_BOUNDED=$boundary
  ROLE_RECORD='[]'
  ROLE_RECORD_TAGS=0
  RECORD_TAGS=0
  if ! call NoSuchEntity "$ROLE_SHAPE" iam get-role --role-name="$ROLE_NAME"; then
    input=$(jq -cn --arg name "$ROLE_NAME" --arg path "$ROLE_PATH" --arg description "$description" \
      --arg boundary "$boundary" --arg trust "$trust" --argjson tags "$TAGS" \
      --argjson record "$(record_tags '[]')" '
        {RoleName: $name, Path: $path, AssumeRolePolicyDocument: $trust, Tags: ($tags + $record)}
        + (if $description == "" then {} else {Description: $description} end)
        + (if $boundary == "" then {} else {PermissionsBoundary: $boundary} end)')
    change "create the role ${ROLE_NAME}" iam create-role --cli-input-json "$input"
    ROLE_RECORD_TAGS=1
    return 0
  fi
  claim "the role ${ROLE_NAME}" .Role.Tags
  ROLE_TAGS=$(answer -c '.Role.Tags // []')
  keep_record
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
  ROLE_BOUNDED=$(answer '.Role.PermissionsBoundary.PermissionsBoundaryArn // ""')
  ROLE_TAGS=$(answer -c '.Role.Tags // []')
  if [[ -z $1 || -z $PLANNING ]]; then return 0; fi
  present=$(answer -c .Role.AssumeRolePolicyDocument)
  check_trust "$present" "$1"
}

# lent_role SETUP TRUST is the same for the role of another setup.
lent_role() {
  local present
  if ! call NoSuchEntity "$ROLE_SHAPE" iam get-role --role-name="$ROLE_NAME"; then
    die "there is no role ${ROLE_NAME}, which the setup $1 makes: apply $1 first"
  fi
  present=$(answer -c .Role.AssumeRolePolicyDocument)
  existing_role ''
  if [[ -z $PLANNING ]]; then return 0; fi
  check_trust "$present" "$2"
  if [[ -n $DENIED ]]; then
    die "the role ${ROLE_NAME} is the setup $1's: generate and apply $1 first"
  fi
}

# keep_record notes what the tags of the service role say of the policies of others that it has.
# A role that this setup takes over has none by this setup.
keep_record() {
  if ours .Role.Tags; then
    record .Role.Tags
    ROLE_RECORD=$RECORD
    ROLE_RECORD_TAGS=$RECORD_TAGS
  fi
}

# ensure_inline NAME POLICY: an inline policy of the service role.
ensure_inline() {
  local present='' wanted
  handles inline "$1"
  if call NoSuchEntity '.PolicyDocument | object' \
    iam get-role-policy --role-name="$ROLE_NAME" --policy-name="$1"; then
    present=$(answer -c .PolicyDocument)
    names_in "$present"
  fi
  wanted=$(retained "$present" "$2")
  if [[ -n $present ]]; then
    if same_policy "$present" "$wanted"; then return 0; fi
    if [[ -z $ROLE_OURS && -z $ADOPT ]] && ! related "$present" "$2"; then
      die "the role ${ROLE_NAME} has an inline policy $1 that pzgen did not write:" \
        "rename it, or hand it over with --adopt"
    fi
  fi
  backup "role-${ROLE_NAME}-$1" "$present"
  change "put the policy $1 on the role ${ROLE_NAME}" \
    iam put-role-policy --role-name="$ROLE_NAME" --policy-name="$1" --policy-document "$wanted"
}

# ensure_managed NAME POLICY TO MANAGED ABOUT: a customer managed policy, and whom it is attached to: a JSON
# list of "user/NAME", "group/NAME", "role/NAME". They get the policies of others in MANAGED as well, a
# list of ARNs. ABOUT is its description, which IAM keeps as it was when the policy was made.
ensure_managed() {
  local name=$1 wanted=$2 to=$3 arn="arn:${PARTITION}:iam::${ACCOUNT}:policy/$1" version tags oldest
  local present entry pair about
  handles policy "$name"
  for pair in $(pairs_of "$to" "$4"); do handles attached "$pair"; done
  if ! call NoSuchEntity "$POLICY_SHAPE" iam get-policy --policy-arn "$arn"; then
    RECORD='[]'
    RECORD_TAGS=0
    tags=$(jq -cn --argjson tags "$TAGS" --argjson record "$(record_tags "$to")" '$tags + $record')
    about=$(jq -cn --arg about "$5" 'if $about == "" then {} else {Description: $about} end')
    change "create the policy ${name}" iam create-policy --cli-input-json "$about" \
      --policy-name="$name" --policy-document "$wanted" --tags "$tags"
    RECORD=$(jq -cn --argjson to "$to" '$to | unique')
    RECORD_TAGS=$(jq -rn --argjson all "$tags" --argjson own "$TAGS" '$all - $own | length')
    for entry in $(jq -rn --argjson to "$to" '$to[]'); do attach "${entry%%/*}" "${entry#*/}" "$arn"; done
    attach_managed "$name" "$to" "$4"
    return 0
  fi
  claim "the policy ${name}" .Policy.Tags
  if ! holds --arg about "$5" '(.Policy.Description // "") == $about'; then
    warn "the policy ${name} keeps the description it was made with: IAM changes none." \
      "To have the spec's, delete the policy first"
  fi
  RECORD='[]'
  RECORD_TAGS=0
  if ours .Policy.Tags; then record .Policy.Tags; fi
  version=$(answer .Policy.DefaultVersionId)
  tags=$(missing_tags .Policy.Tags "$TAGS")
  if [[ $tags != '[]' ]]; then
    change "tag the policy ${name}" iam tag-policy --policy-arn "$arn" --tags "$tags"
  fi
  call '' '.PolicyVersion.Document | object' \
    iam get-policy-version --policy-arn "$arn" --version-id "$version"
  present=$(answer -c .PolicyVersion.Document)
  names_in "$present"
  wanted=$(retained "$present" "$wanted")
  if ! same_policy "$present" "$wanted"; then
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
  fi
  attach_own "$name" "$to"
  attach_managed "$name" "$to" "$4"
}

# attach_own NAME TO attaches one of this setup's policies to those in TO, and finds those who have it
# and are not in TO. RECORD is what was noted on the policy; who is in neither was given it by others.
# What an earlier version of pzgen attached is noted nowhere: then it goes where the spec attaches the
# policy to anybody.
attach_own() {
  local arn="arn:${PARTITION}:iam::${ACCOUNT}:policy/$1" entities entry mine
  call '' "$ENTITIES_SHAPE" iam list-entities-for-policy --policy-arn "$arn" \
    --policy-usage-filter PermissionsPolicy
  entities=$(answer -c "[${ENTITIES}]")
  if [[ $RECORD == null ]]; then
    mine=$(jq -cn --argjson to "$2" --argjson there "$entities" 'if $to == [] then [] else $there end')
  else
    mine=$RECORD
  fi
  for entry in $(jq -rn --argjson mine "$mine" --argjson there "$entities" --argjson to "$2" '($there - $to)[]
    | select(. as $e | any($mine[]; . == $e))'); do
    old_attached "${entry%%/*} ${entry#*/} ${arn}"
  done
  for entry in $(jq -rn --argjson mine "$mine" --argjson there "$entities" --argjson to "$2" '($there - $to - $mine)[]'); do
    left "the policy $1 on the ${entry%%/*} ${entry#*/}, which somebody else attached"
  done
  # It is noted first, so that a run that is interrupted after it knows its own.
  mine=$(jq -cn --argjson record "$RECORD" --argjson mine "$mine" --argjson to "$2" '
    ($record // $mine) + $to | unique')
  note_record policy "$1" "$mine"
  RECORD=$mine
  for entry in $(jq -rn --argjson there "$entities" --argjson to "$2" '($to - $there)[]'); do
    attach "${entry%%/*}" "${entry#*/}" "$arn"
  done
}

# attach_managed NAME TO MANAGED attaches policies of others to those in TO, and notes on the policy
# NAME which of them they did not have before. RECORD is what is noted there.
attach_managed() {
  local pair kind who arn wanted pairs
  pairs=$(pairs_of "$2" "$3")
  for pair in $pairs; do
    kind=${pair%%/*}
    who=${pair#*/}
    arn=${who#*/}
    who=${who%%/*}
    # What another policy of this setup's told of, which goes, is told of by this one now.
    if attached "$kind" "$who" "$arn" &&
      [[ "${NL}${OLD_ATTACHED}" != *"${NL}${kind} ${who} ${arn}${NL}"* ]]; then
      continue
    fi
    wanted=$(jq -cn --argjson record "$RECORD" --arg pair "$pair" '$record + [$pair] | unique')
    note_record policy "$1" "$wanted"
    RECORD=$wanted
    attach "$kind" "$who" "$arn"
  done
  # What is noted and not in the spec any more goes, and is forgotten after that.
  wanted=$(jq -cn --argjson record "$RECORD" --argjson to "$2" --arg pairs "$pairs" '
    ($pairs | split("\n")) as $pairs | [$record[] | select(. as $e | any(($to + $pairs)[]; . == $e))]')
  if [[ $wanted != "$RECORD" ]]; then
    old_attached "$(pairs "$(jq -cn --argjson a "$RECORD" --argjson b "$wanted" '$a - $b')")"
    recorded "policy $1 ${wanted}"
  fi
}

# attach_others TO MANAGED attaches policies of others where no policy of this setup's goes along, on
# which it could be noted: they stay when they leave the spec.
attach_others() {
  local pair who
  for pair in $(pairs_of "$1" "$2"); do
    who=${pair#*/}
    handles attached "$pair"
    attach "${pair%%/*}" "${who%%/*}" "${who#*/}"
  done
}

# pairs_of TO MANAGED prints "KIND/NAME/ARN" for each of the two.
pairs_of() {
  jq -rn --argjson to "$1" --argjson managed "$2" '$to[] as $t | $managed[] | "\($t)/\(.)"'
}

# recorded LINE notes what is written into a record when the rest is done.
recorded() {
  if [[ -n $PLANNING ]]; then RECORDS="${RECORDS}$1${NL}"; fi
}

# role_policies MANAGED attaches policies of others to the service role. One that this setup made
# loses those that it has by this setup and the spec does not have any more. On one that exists nothing
# is noted: what it has stays, and is told.
role_policies() {
  local arn there wanted
  if ! call NoSuchEntity "$ATTACHED_SHAPE" iam list-attached-role-policies --role-name="$ROLE_NAME"; then
    if [[ -z $PLANNING ]]; then die "there is no role ${ROLE_NAME}"; fi
    ANSWER='{"AttachedPolicies": []}'
  fi
  there=$(answer -c '[.AttachedPolicies[].PolicyArn]')
  if [[ -n $ROLE_OURS ]]; then
    RECORD=$ROLE_RECORD
    RECORD_TAGS=$ROLE_RECORD_TAGS
    # What an earlier version of pzgen attached is noted nowhere. What has the name of a policy for
    # operators is attached by the steps for those.
    wanted=$RECORD
    if [[ $RECORD == null ]]; then
      wanted=$(jq -cn --argjson there "$there" --argjson names "$NAMES" \
        --arg own "arn:${PARTITION}:iam::${ACCOUNT}:policy/" '
        [$there[] | select(. as $arn | any($names[]; ($own + "Personalize-" + .) as $p
          | $arn == $p or ($arn | startswith($p + "-"))) | not)]')
    fi
    for arn in $(jq -rn --argjson there "$there" --argjson mine "$wanted" --argjson managed "$1" '
      ($there - $managed)[] | select(. as $a | any($mine[]; . == $a))'); do
      old_attached "role ${ROLE_NAME} ${arn}"
    done
    wanted=$(jq -cn --argjson mine "$wanted" --argjson managed "$1" '$mine + $managed | unique')
    note_record role "$ROLE_NAME" "$wanted"
    RECORD=$wanted
    wanted=$(jq -cn --argjson managed "$1" '$managed | unique')
    if [[ $wanted != "$RECORD" ]]; then recorded "role ${ROLE_NAME} ${wanted}"; fi
  else
    for arn in $(jq -rn --argjson there "$there" --argjson managed "$1" '($there - $managed)[]
      | select(endswith("/AmazonPersonalizeFullAccess") or contains(":policy/CloudWatchFullAccess"))'); do
      left "${arn##*/} on the role ${ROLE_NAME}, which the spec does not have:" \
        "aws iam detach-role-policy --role-name ${ROLE_NAME} --policy-arn ${arn}"
    done
  fi
  for arn in $(jq -rn --argjson there "$there" --argjson managed "$1" '($managed - $there)[]'); do
    attach role "$ROLE_NAME" "$arn"
  done
}

# attach KIND NAME ARN attaches a policy.
attach() {
  if ! call NoSuchEntity "$ATTACHED_SHAPE" iam "list-attached-${1}-policies" "--${1}-name=${2}"; then
    if [[ -z $PLANNING || $1 != role || $2 != "$ROLE_NAME" ]]; then die "there is no $1 $2"; fi
  fi
  if holds --arg arn "$3" 'any(.AttachedPolicies[]?; .PolicyArn == $arn)'; then return 0; fi
  change "attach ${3##*/} to the $1 $2" \
    iam "attach-${1}-policy" "--${1}-name=${2}" --policy-arn "$3"
}
