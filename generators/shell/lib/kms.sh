# The steps of apply.sh for keys.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # jq has variables too; files share names

# ensure_key NAME ID ALIAS ROTATION POLICY leaves the key's ARN in the variable NAME.
ensure_key() {
  make_key "$2" "$3" "$4" "$5"
  read -r "$1" <<<"$KEY_ARN"
}

# make_key ID ALIAS ROTATION POLICY leaves the key's ARN in KEY_ARN.
make_key() {
  local id=$1 alias=$2 rotation=$3 wanted=$4 tags missing
  tags=$(jq -cn --argjson tags "$TAGS" --arg id "$id" '
    $tags + [{Key: "pzgen:key", Value: $id}] | map({TagKey: .Key, TagValue: .Value})')
  if call NotFoundException "$KEY_SHAPE" kms describe-key --key-id "$alias"; then
    key_found
    call '' '.Tags | array' kms list-resource-tags --key-id "$KEY_ARN"
    claim "the key with the alias ${alias}" .Tags
  else
    find_key "$id"
    if [[ -z $KEY_ARN ]]; then
      change "create the key ${alias}" kms create-key --policy "$wanted" --tags "$tags"
      if [[ -n $PLANNING ]]; then
        # A name for the plan alone: AWS gives the real one.
        KEY_ARN="arn:${PARTITION}:kms:${REGION}:${ACCOUNT}:key/new-${id}"
      else
        KEY_ARN=$(jq -r '.KeyMetadata.Arn | strings' <<<"$RESULT")
        if [[ -z $KEY_ARN ]]; then
          die "a key was created, and what AWS answered does not say which;" \
            "run the script again, it finds the key"
        fi
      fi
      safe "$KEY_ARN"
      handles key "$KEY_ARN"
      creates key "$KEY_ARN"
      change "name the key ${alias}" \
        kms create-alias --alias-name "$alias" --target-key-id "$KEY_ARN"
      if [[ $rotation == true ]]; then
        change "rotate the key ${alias} every year" kms enable-key-rotation --key-id "$KEY_ARN"
      fi
      return 0
    fi
    change "name the key ${KEY_ARN} ${alias}" \
      kms create-alias --alias-name "$alias" --target-key-id "$KEY_ARN"
    call '' '.Tags | array' kms list-resource-tags --key-id "$KEY_ARN"
  fi
  missing=$(missing_tags .Tags "$tags")
  if [[ $missing != '[]' ]]; then
    change "tag the key ${alias}" kms tag-resource --key-id "$KEY_ARN" --tags "$missing"
  fi
  call '' '.KeyRotationEnabled | type == "boolean"' kms get-key-rotation-status --key-id "$KEY_ARN"
  if ! holds --argjson want "$rotation" '(.KeyRotationEnabled // false) == $want'; then
    case $rotation in
      true) change "rotate the key ${alias} every year" kms enable-key-rotation --key-id "$KEY_ARN" ;;
      *) change "stop the rotation of the key ${alias}" kms disable-key-rotation --key-id "$KEY_ARN" ;;
    esac
  fi
  creates key "$KEY_ARN"
  merge_policy key "$KEY_ARN" "$wanted"
}

# find_key ID finds the key that an interrupted run left without its alias, by its tags, so that it
# does not create another.
find_key() {
  local arn found=''
  KEY_ARN=''
  if ! see '.ResourceTagMappingList | array and all(.ResourceARN | text)' \
    resourcegroupstaggingapi get-resources --resource-type-filters kms:key --tag-filters "$(jq -cn \
      --argjson names "$NAMES" --arg id "$1" \
      '[{Key: "pzgen:setup", Values: $names}, {Key: "pzgen:key", Values: [$id]}]')"; then
    return 0
  fi
  for arn in $(answer '.ResourceTagMappingList[].ResourceARN'); do
    if call NotFoundException "$KEY_SHAPE" kms describe-key --key-id "$arn" &&
      holds '.KeyMetadata.KeyState == "Enabled"'; then
      found=$arn
    fi
  done
  KEY_ARN=$found
}

# key_found takes the ARN out of the last answer, and refuses a key that cannot be used.
key_found() {
  KEY_ARN=$(answer .KeyMetadata.Arn)
  safe "$KEY_ARN"
  if ! holds '.KeyMetadata.KeyState == "Enabled"'; then
    die "the key ${KEY_ARN} is in the state $(answer .KeyMetadata.KeyState):" \
      "enable it (kms cancel-key-deletion, kms enable-key), or name another in the spec"
  fi
}

# found_key NAME ALIAS POLICY CALLS is the same for a key that is there and told by its alias; it leaves
# the key's ARN in the variable NAME.
found_key() {
  if ! call NotFoundException "$KEY_SHAPE" kms describe-key --key-id "$2"; then
    die "there is no key with the alias $2, and the spec says that it exists"
  fi
  key_found
  read -r "$1" <<<"$KEY_ARN"
  merge_policy key "$KEY_ARN" "$3"
  check_denials key "$KEY_ARN" '' "$4"
}

# find_lent_key NAME ALIAS SETUP OWN CALLS only looks: the key with the alias is another setup's, which has
# put this one's statements into its policy. It leaves the key's ARN in the variable NAME.
find_lent_key() {
  if ! call NotFoundException "$KEY_SHAPE" kms describe-key --key-id "$2"; then
    die "there is no key with the alias $2, which the setup $3 has: apply $3 first"
  fi
  key_found
  read -r "$1" <<<"$KEY_ARN"
  look_at_lent key "$KEY_ARN" '' "$3" "$4" "$5"
}

# lent_key ARN SETUP OWN CALLS is the same for a key that is told by its ARN.
lent_key() {
  if ! call NotFoundException "$KEY_SHAPE" kms describe-key --key-id "$1"; then
    die "there is no key $1, which the setup $2 has in its spec"
  fi
  key_found
  look_at_lent key "$1" '' "$2" "$3" "$4"
}

# key_elsewhere ARN ACCOUNT FOLDER is bucket_elsewhere for a key.
key_elsewhere() { another_account "the key $1" "$2" "$3"; }

# existing_key ARN POLICY CALLS only adds statements to the policy of a key that is there, takes out
# those that this setup has no longer, and says which calls the policy denies.
existing_key() {
  if ! call NotFoundException "$KEY_SHAPE" kms describe-key --key-id "$1"; then
    die "there is no key $1, and the spec says that it exists"
  fi
  key_found
  merge_policy key "$1" "$2"
  check_denials key "$1" '' "$3"
}
