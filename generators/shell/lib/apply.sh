# What every apply.sh of pzgen's sources: its options, and the parts of the library that it needs.
# The library is the same for every setup and holds no value of any.
# shellcheck shell=bash disable=SC1091,SC2016,SC2034,SC2153 # jq has variables too; files share names

# The interface of the library: the names and the arguments of the steps. A script is for one of
# them.
PZGEN_LIBRARY=7

for PART in common policy denials revoke iam kms s3 upload personalize; do
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
# shellcheck source-path=SCRIPTDIR source=denials.sh
. "$HERE/../../_lib/denials.sh"
# shellcheck source-path=SCRIPTDIR source=revoke.sh
. "$HERE/../../_lib/revoke.sh"
# shellcheck source-path=SCRIPTDIR source=iam.sh
. "$HERE/../../_lib/iam.sh"
# shellcheck source-path=SCRIPTDIR source=kms.sh
. "$HERE/../../_lib/kms.sh"
# shellcheck source-path=SCRIPTDIR source=s3.sh
. "$HERE/../../_lib/s3.sh"
# shellcheck source-path=SCRIPTDIR source=upload.sh
. "$HERE/../../_lib/upload.sh"
# shellcheck source-path=SCRIPTDIR source=personalize.sh
. "$HERE/../../_lib/personalize.sh"

ADOPT=''
FILES='.'
TWO_WORDS=''
TAGS='[]'

usage() {
  cat <<EOF
usage: apply.sh [--dry-run] [--yes] [--adopt] [--keep] [--profile NAME] [--region ${REGION}]
       [--files DIR] [--backups DIR]

Creates the Amazon Personalize setup ${SETUP} in account ${ACCOUNT}, ${REGION},
or brings it up to date. A second run changes nothing. What this setup was granted before and the spec
does not have any more is taken away; buckets, keys and dataset groups stay, for they hold data.

  --dry-run       only tell what would be done
  --yes           do not ask for confirmation
  --adopt         take over a role, policy, key or bucket of the same name that somebody else made
  --keep          leave what the spec does not have any more, and only tell of it
  --profile NAME  the AWS CLI's profile
  --region R      only checked: the setup is for ${REGION}
  --files DIR     the folder in which files to upload are found (default: the present one)
  --backups DIR   the folder that keeps policies as they were before they were replaced (default:
                  \${XDG_STATE_HOME:-\$HOME/.local/state}/pzgen/${ACCOUNT}/${REGION}/${SETUP})
EOF
}

option() {
  TWO_WORDS=''
  case $1 in
    --adopt) ADOPT=1 ;;
    --keep) KEEP=1 ;;
    --files=*) FILES="${1#*=}" ;;
    --files)
      if [[ $# -lt 2 ]]; then die "--files needs a value"; fi
      FILES=$2
      TWO_WORDS=1
      ;;
    *) return 1 ;;
  esac
}

# begin makes ready what the steps need.
begin() { TAGS=$(setup_tags); }

# finish tells what the setup consists of, so that a person can go on.
finish() {
  if [[ -n $DENIED ]]; then
    say "Setup ${SETUP} has all that the spec has, and others keep it from working: see the warnings above."
  elif [[ -n $KEPT || -n $UNSEEN ]]; then
    say "Setup ${SETUP} has all that the spec has; what it does not have may be there still, see below."
  else
    say "Setup ${SETUP} is up to date."
  fi
  summary
}

# show WHAT VALUE is a line of the summary.
show() { printf '  %-13s  %s\n' "$1" "$2"; }

# another_account WHAT ACCOUNT FOLDER says, once, who has to do something.
another_account() {
  if [[ -n $PLANNING ]]; then
    say "leave $1 of account $2: its owner applies what is in ${3#*/}, before the first job or after this"
  fi
}

# claim WHAT FILTER refuses what somebody else made: what does not carry this setup's tag under
# FILTER in the last answer.
claim() {
  if ours "$2" || [[ -n $ADOPT ]]; then return 0; fi
  die "$1 is there already and has no tag pzgen:setup=${SETUP}, so somebody else made it." \
    "Choose another name in the spec, declare it as existing there, or hand it over with --adopt"
}

# missing_tags FILTER WANTED prints the wanted tags that the last answer lacks under FILTER, as a
# JSON list.
missing_tags() {
  answer -c --argjson want "$2" "[${1}[]? | [.Key // .TagKey, .Value // .TagValue // \"\"]] as \$there
    | [\$want[] | select([.Key // .TagKey, .Value // .TagValue // \"\"] as \$tag
      | any(\$there[]; . == \$tag) | not)]"
}
