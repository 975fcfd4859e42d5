# The step of apply.sh for dataset groups.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # jq has variables too; files share names

# ensure_dataset_group NAME DOMAIN KEY: a KEY makes it encrypted, and only then it has a role.
ensure_dataset_group() {
  local name=$1 domain=$2 key=$3 role='' input status tries=0
  local arn="arn:${PARTITION}:personalize:${REGION}:${ACCOUNT}:dataset-group/$1"
  handles group "$name"
  if [[ -n $key ]]; then role=$ROLE_ARN; fi
  if call ResourceNotFoundException "$GROUP_SHAPE" \
    personalize describe-dataset-group --dataset-group-arn "$arn"; then
    if ! holds --arg key "$key" --arg role "$role" --arg domain "$domain" '
      .datasetGroup | [.kmsKeyArn // "", .roleArn // "", .domain // ""] == [$key, $role, $domain]'; then
      die "the dataset group ${name} has another key, role or domain than the spec says," \
        "and AWS cannot change them: delete it, or name another in the spec"
    fi
    if holds '.datasetGroup.status == "ACTIVE"'; then return 0; fi
  else
    input=$(jq -cn --arg name "$name" --arg domain "$domain" --arg key "$key" --arg role "$role" \
      --argjson tags "$TAGS" '
      {name: $name, tags: ($tags | map({tagKey: .Key, tagValue: .Value}))}
      + (if $domain == "" then {} else {domain: $domain} end)
      + (if $key == "" then {} else {kmsKeyArn: $key, roleArn: $role} end)')
    change "create the dataset group ${name}" \
      personalize create-dataset-group --cli-input-json "$input"
  fi
  while :; do
    if [[ -n $PLANNING ]]; then
      WAITS=1
      return 0
    fi
    call ResourceNotFoundException "$GROUP_SHAPE" \
      personalize describe-dataset-group --dataset-group-arn "$arn" || true
    status=$(answer '.datasetGroup.status // "CREATE PENDING"')
    case $status in
      ACTIVE) return 0 ;;
      *FAILED)
        die "the dataset group ${name} has the status ${status}:" \
          "$(answer '.datasetGroup.failureReason // "no reason given"'); delete it and run the script again"
        ;;
    esac
    tries=$((tries + 1))
    if [[ $tries -gt 90 ]]; then
      die "the dataset group ${name} is still in the status ${status} after 15 minutes;" \
        "run the script again later"
    fi
    sleep 10
  done
}
