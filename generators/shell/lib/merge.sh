# merge_policy KIND NAME OWN puts this setup's statements into the policy of a bucket or key. Statements of others keep their place and meaning.
merge_policy() {
  local before
  read_policy "$1" "$2"
  before=$POLICY
  decide merge "$1" "$2" "$3"
  case $VERDICT in
    put*) replace_policy "$1" "$2" "$before" "${VERDICT#*"$NL"}" ;;
  esac
}
