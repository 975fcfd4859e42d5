# What every script of pzgen's does around its steps: options, calls of AWS, the order of a run.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # jq has variables too; files share names

DRY_RUN=''
YES=''
KEEP=''            # set in apply.sh when what the spec does not have any more stays
PLANNING=''        # set while the script only finds out what it would do
CHANGES=0          # changing calls, made or planned
WAITS=''           # set when there is something to wait for, though nothing to change
ANSWER='{}'        # what AWS answered to the last reading call
RESULT='{}'        # what it answered to the last changing one
ERROR=''           # its last error
CODE=''            # and the code of that
ROLE_OURS=''       # set when the service role is this setup's own
ROLE_TAGS='[]'     # what the service role carries
ROLE_RECORD='[]'   # ARNs of the policies of others that the service role has by this setup
ROLE_RECORD_TAGS=0 # how many of its tags say so
BACKUPS=''         # the folder for policies as they were
BACKUP=''          # the file with the policy that was replaced last
LEFT=''            # what the script left alone and says so at the end
NL=$'\n'

say() { printf '%s\n' "$*"; }

warn() { printf 'warning: %s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# left TEXT... notes what the script does not touch.
left() {
  if [[ -n $PLANNING ]]; then LEFT="${LEFT}  $*${NL}"; fi
}

options() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --dry-run) DRY_RUN=1 ;;
      --yes) YES=1 ;;
      --profile=*) export AWS_PROFILE="${1#*=}" ;;
      --region=*) same_region "${1#*=}" ;;
      --backups=?*) BACKUPS="${1#*=}" ;;
      --backups)
        if [[ -z ${2:-} ]]; then die "$1 needs a value"; fi
        BACKUPS=$2
        shift
        ;;
      --profile | --region)
        if [[ $# -lt 2 ]]; then die "$1 needs a value"; fi
        if [[ $1 == --region ]]; then same_region "$2"; else export AWS_PROFILE="$2"; fi
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      *)
        if ! option "$@"; then
          usage >&2
          die "there is no option $1"
        fi
        if [[ -n $TWO_WORDS ]]; then shift; fi
        ;;
    esac
    shift
  done
}

same_region() {
  if [[ $1 != "$REGION" ]]; then
    die "this script is for ${REGION}, not for $1: change the region in the spec and generate again"
  fi
}

# safe VALUE... refuses values that would not stand for themselves inside of a policy's JSON.
safe() {
  local value
  for value in "$@"; do
    case $value in
      *[\"\\\$[:cntrl:]]*) die "the value ${value} has a character that no name or ARN has" ;;
    esac
  done
}

# prepare checks all that can be checked before anything is changed: tools, files, credentials,
# account.
prepare() {
  local tool account arn
  if [[ -z $YES && -z $DRY_RUN && ! -t 0 ]]; then
    die "there is no terminal to ask for confirmation on:" \
      "pass --yes, or --dry-run to see what would be done"
  fi
  for tool in aws jq; do
    if ! command -v "$tool" >/dev/null; then die "$tool is not installed, and this script needs it"; fi
  done
  begin
  NAMES=$(jq -cn --arg setup "$SETUP" --argjson was "$WAS" '[$setup] + $was')
  check_setup
  export AWS_REGION="$REGION" AWS_DEFAULT_REGION="$REGION" AWS_DEFAULT_OUTPUT=json AWS_PAGER=''
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  call '' '[.Account, .Arn] | all(text)' sts get-caller-identity
  account=$(answer .Account)
  arn=$(answer .Arn)
  if [[ $account != "$ACCOUNT" ]]; then
    die "the credentials are for account ${account}, and this script is for account ${ACCOUNT}:" \
      "choose others with --profile"
  fi
  case $arn in
    "arn:${PARTITION}:"*) ;;
    *) die "the credentials belong to ${arn}, which is not in the partition ${PARTITION}" ;;
  esac
}

confirm() {
  local reply=''
  backup_folder
  if [[ -n $YES ]]; then return 0; fi
  printf 'Do this in account %s, %s? Only "yes" goes on: ' "$ACCOUNT" "$REGION" >&2
  if ! read -r reply || [[ $reply != yes ]]; then die "nothing was changed"; fi
}

# main goes through the steps twice: first to find out what there is to do, and to refuse what must
# not be done, before anything is changed.
main() {
  options "$@"
  prepare
  say "Plan for setup ${SETUP}, account ${ACCOUNT}, ${REGION}:"
  plan
  if [[ $CHANGES == 0 ]]; then say "  nothing to change"; fi
  if [[ -n $DRY_RUN ]]; then
    say "Dry run: nothing was changed."
  elif [[ $CHANGES != 0 ]]; then
    confirm
    say "Working:"
    revoke_data
    steps
    revoke_grants
  elif [[ -n $WAITS ]]; then
    steps
  fi
  if [[ -z $DRY_RUN ]]; then finish; fi
  if [[ -n $LEFT ]]; then printf 'Left alone:\n%s' "$LEFT"; fi
  told
}

plan() {
  PLANNING=1
  if [[ -n $KEEP ]]; then
    # What is to be kept has to be known before the steps look at policies that name it.
    steps >/dev/null
    look_back
    CHANGES=0
    LEFT=''
    WAITS=''
    steps
  else
    steps
    look_back
  fi
  HEADING='No longer in the spec:'
  revoke_data
  revoke_grants
  HEADING=''
  PLANNING=''
}

# What answers of AWS are made of, for the filters below.
SHAPES='def text: type == "string" and . != ""; def array: type == "array";
def object: type == "object"; def maybe(f): . == null or f; '

ROLE_SHAPE='.Role
  | (.Arn | text) and (.AssumeRolePolicyDocument | object) and (.Tags | maybe(array))'
POLICY_SHAPE='(.Policy.DefaultVersionId | text) and (.Policy.Tags | maybe(array))'
VERSIONS_SHAPE='.Versions | array and length > 0'
ATTACHED_SHAPE='.AttachedPolicies | array'
ENTITIES_SHAPE='[.PolicyGroups, .PolicyUsers, .PolicyRoles] | all(array)'
ENTITIES='(.PolicyGroups[] | "group/\(.GroupName)"), (.PolicyUsers[] | "user/\(.UserName)"),
  (.PolicyRoles[] | "role/\(.RoleName)")'
GROUP_SHAPE='.datasetGroup.status | text'
KEY_SHAPE='[.KeyMetadata.Arn, .KeyMetadata.KeyState] | all(text)'

# call CODES SHAPE ARGS... reads from AWS; the answer is in ANSWER. It fails when AWS answers with
# one of the error codes in the list CODES. Any other error ends the script, and so does an answer
# of which the filter SHAPE is not true: an empty or garbled one says nothing of what is there.
call() {
  local codes=$1 shape=$2 code
  shift 2
  if ANSWER=$(aws "$@" 2>"$WORK/stderr"); then
    if [ "$(jq -r "${SHAPES}${shape}" <<<"$ANSWER" 2>"$WORK/jq")" = true ]; then return 0; fi
    die "aws $1 $2 ended well, and its answer is not one that AWS gives," \
      "so it is not known what is there: '$(printf '%.200s' "$ANSWER")'"
  fi
  failed
  ANSWER='{}'
  for code in $codes; do
    if [ "$CODE" = "$code" ]; then return 1; fi
  done
  printf '%s\n' "$ERROR" >&2
  die "could not read what is there: aws $1 $2 failed"
}

# failed takes note of what the AWS CLI said: "An error occurred (CODE) when calling the ...
# operation: ..."
failed() {
  ERROR=$(cat "$WORK/stderr")
  CODE=${ERROR#*"error occurred ("}
  CODE=${CODE%%")"*}
}

# change WHAT ARGS... makes a changing call; the answer is in RESULT. While planning it only tells.
# What was created a moment ago is not visible everywhere at once, so errors that say so are tried
# again.
change() {
  local what=$1 delay
  shift
  CHANGES=$((CHANGES + 1))
  if [[ -n $HEADING ]]; then
    say "$HEADING"
    HEADING=''
  fi
  say "  ${what}"
  RESULT='{}'
  if [[ -n $PLANNING ]]; then return 0; fi
  for delay in 2 3 5 8 13 21 0; do
    if RESULT=$(aws "$@" 2>"$WORK/stderr"); then
      if [[ -z $RESULT ]]; then RESULT='{}'; fi
      return 0
    fi
    failed
    if [[ $delay == 0 ]] || ! not_yet; then break; fi
    sleep "$delay"
  done
  printf '%s\n' "$ERROR" >&2
  die "could not ${what}; run the script again when the cause is fixed, it goes on where it stopped"
}

# not_yet tells whether the last error is one that passes once AWS has spread what was created.
not_yet() {
  case $CODE:$ERROR in
    MalformedPolicy*:*[Pp]rincipal* | InvalidInputException:*[Rr]ole*) return 0 ;;
    NoSuchEntity:* | NoSuchBucket:* | OperationAborted:* | NotFoundException:*) return 0 ;;
  esac
  return 1
}

# answer [OPTION...] FILTER gives a part of the last answer.
answer() { jq -r "$@" <<<"$ANSWER"; }

# holds [OPTION...] FILTER tells whether the filter is true of the last answer.
holds() { [ "$(jq -r "$@" <<<"$ANSWER")" = true ]; }

# ours FILTER tells whether the tags under FILTER in the last answer are those of this setup, by its
# name or one that it had.
ours() {
  holds --argjson names "$NAMES" \
    "any(${1}[]?; (.Key // .TagKey) == \"pzgen:setup\"
      and ((.Value // .TagValue) as \$value | any(\$names[]; . == \$value)))"
}

# backup_folder makes the folder for policies as they were, outside of what is generated, and
# refuses one that cannot be written to before anything is changed. A policy may tell more than
# everybody has to know, so folder and files are for their owner alone.
backup_folder() {
  if [[ -z $BACKUPS ]]; then
    if [[ -z ${XDG_STATE_HOME:-}${HOME:-} ]]; then
      die "neither XDG_STATE_HOME nor HOME is set:" \
        "name a folder for the policies as they were with --backups"
    fi
    BACKUPS="${XDG_STATE_HOME:-${HOME:-}/.local/state}/pzgen/${ACCOUNT}/${REGION}/${SETUP}"
  fi
  case $BACKUPS in
    /* | ./*) ;;
    *) BACKUPS="./${BACKUPS}" ;;
  esac
  printf '' >"$WORK/probe"
  # shellcheck disable=SC2174 # the folders above it are not this script's to close
  if ! mkdir -p -m 700 "$BACKUPS" || ! cp "$WORK/probe" "${BACKUPS}/probe.part"; then
    die "the policies as they were cannot be kept in ${BACKUPS}, so nothing was changed:" \
      "name another folder with --backups"
  fi
  rm -f "${BACKUPS}/probe.part"
}

# backup NAME TEXT keeps a policy as it was in a file.
backup() {
  local base n=1
  BACKUP=''
  if [[ -z $2 || -n $PLANNING ]]; then return 0; fi
  backup_folder
  base="${BACKUPS}/backup-${1}-$(date -u +%Y%m%dT%H%M%SZ)"
  BACKUP="${base}.json"
  while [[ -e $BACKUP ]]; do
    n=$((n + 1))
    BACKUP="${base}-${n}.json"
  done
  printf '%s\n' "$2" >"$WORK/backup"
  chmod 600 "$WORK/backup"
  cp "$WORK/backup" "${BACKUP}.part"
  mv "${BACKUP}.part" "$BACKUP"
  say "    the policy as it was is in ${BACKUP}"
}
