ADOPT=''
# shellcheck disable=SC2034 # only scripts that upload files look at it
FILES='.'
TWO_WORDS=''
TAGS='[]'

usage() {
  cat <<EOF
usage: apply.sh [--dry-run] [--yes] [--adopt] [--profile NAME] [--region ${REGION}] [--files DIR]

Creates the Amazon Personalize setup ${SETUP} in account ${ACCOUNT}, ${REGION}, or brings it up to date. A second run changes nothing.

  --dry-run       only tell what would be done
  --yes           do not ask for confirmation
  --adopt         take over a role, policy, key or bucket of the same name that somebody else made
  --profile NAME  the AWS CLI's profile
  --region R      only checked: the setup is for ${REGION}
  --files DIR     the folder from which files to upload are found (default: the present one)
EOF
}

# shellcheck disable=SC2034 # only scripts that upload files look at it
set_files() { FILES=$1; }

option() {
  TWO_WORDS=''
  case $1 in
    --adopt) ADOPT=1 ;;
    --files=*) set_files "${1#*=}" ;;
    --files)
      if [[ $# -lt 2 ]]; then die "--files needs a value"; fi
      set_files "$2"
      TWO_WORDS=1
      ;;
    *) return 1 ;;
  esac
}

# claim WHAT FILTER refuses what somebody else made: what does not carry this setup's tag under FILTER in the last answer.
claim() {
  if ours "$2" || [[ -n $ADOPT ]]; then return 0; fi
  die "$1 is there already and has no tag pzgen:setup=${SETUP}, so somebody else made it. Choose another name in the spec, declare it as existing there, or hand it over with --adopt"
}

# missing_tags FILTER WANTED gives the wanted tags that the last answer lacks under FILTER, as a JSON list.
missing_tags() {
  answer -c --argjson want "$2" "[${1}[]? | [.Key // .TagKey, .Value // .TagValue // \"\"]] as \$there
    | [\$want[] | select([.Key // .TagKey, .Value // .TagValue // \"\"] as \$tag | any(\$there[]; . == \$tag) | not)]"
}
