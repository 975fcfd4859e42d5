# How policies are compared and merged.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # jq has variables too; files share names

# The service principal that statements of this setup may name.
SERVICE='personalize.amazonaws.com'

# Two policies are the same when they differ only in order and in writing a list of one as a
# string. A statement is this setup's by its Sid, and foreign when its effect or its kind of
# principal is another.
POLICY_JQ='
def list: if type == "array" then . elif . == null then [] else [.] end;
def account:
  if type == "string" and test("^[0-9]{12}$") then "arn:\($partition):iam::\(.):root" else . end;
def who: if type == "object" then map_values(list | map(account) | unique) else . end;
def canonical: . as $s | reduce keys[] as $k ({}; .[$k] = ($s[$k]
  | if $k == "Principal" or $k == "NotPrincipal" then who
    elif $k == "Condition" then map_values(map_values(list | map(tostring) | unique))
    elif $k == "Sid" or $k == "Effect" then .
    else list | unique end));
def document: [.Version // "2008-10-17", ([.Statement | list[] | canonical] | sort)];
def wild: list | any(.[]; contains("*"));
def everybody: . == "*" or (type == "object" and keys == ["AWS"] and (.AWS | list) == ["*"]);
def same_kind($a; $b):
  if ($a | everybody) or ($b | everybody) then ($a | everybody) and ($b | everybody)
  elif ($a | type) != "object" or ($b | type) != "object" then $a == $b
  else ($a | keys) == ($b | keys) and all($a | keys[];
    if . == "AWS" then ($b.AWS | wild) == ($a.AWS | wild)
    else . as $k | ($a | who)[$k] == ($b | who)[$k] end) end;
def alike($s): .Effect == $s.Effect
  and same_kind(.Principal; $s.Principal) and same_kind(.NotPrincipal; $s.NotPrincipal);
def within($a; $b): ($b | list) as $all | all($a | list[]; . as $v | any($all[]; . == $v));
def positive: .Effect == "Allow" and has("Principal")
  and (has("NotAction") or has("NotResource") or has("NotPrincipal") | not);
def covers($s): . as $t | canonical == ($s | canonical)
  or positive and ($s | positive) and (canonical | .Condition) == ($s | canonical | .Condition)
  and (.Principal == "*") == ($s.Principal == "*")
  and ($s.Principal == "*"
    or all($s.Principal | to_entries[]; .key as $k | within(.value; $t.Principal[$k])))
  and within($s.Action; .Action) and within($s.Resource; .Resource);
def writes: (has("NotPrincipal") | not) and has("Principal") and
  if .Principal | everybody then .Effect == "Deny"
  else .Effect == "Allow" and all(.Principal | to_entries[];
    (.value | list | any(.[]; . == "*") | not)
    and (.key == "AWS" or .key == "Service" and (.value | list | all(.[]; . == $service)))) end;
def mark: split("PZgen") | if length > 1 then .[1:] | join("PZgen") else null end;
def former: split("PZgen")[0] as $base | mark | if . == null then [] else [$base, $base + .] end;
def owned: . as $sid | any($sids[]; . == $sid)
  or (mark as $mark | any($marks[]; . == $mark));
def unmarked($mine): . as $s
  | first($mine[] | select(any((.Sid // "" | former)[]; . == $s.Sid) and alike($s))
      | if .Sid = $s.Sid | covers($s) then "old" else "clash" end) // "foreign";
def state($mine):
  . as $s | ($s.Sid // "") as $sid | [$mine[] | select((.Sid // "") == $sid)] as $same
  | if $sid == "" then (if any($same[]; canonical == ($s | canonical)) then "current" else "foreign" end)
    elif ($same | length) > 0 then
      (if ($same[0] | alike($s)) and (($sid | owned) or ($same[0] | covers($s)))
        then "current" else "clash" end)
    elif $sid | owned | not then unmarked($mine)
    elif any($mine[]; alike($s)) or ($s | writes) then "old"
    else "clash" end;
def administers: .Effect == "Allow"
  and ((.Principal | type) == "object" and (.Principal | has("AWS")) or .Principal == "*")
  and any(.Action | list[]; test("^(\\*|kms:(\\*|put\\*|putkeypolicy))$"; "i"));
def uses_variables: any(.. | strings | gsub("\\$\\{\\$\\}"; ""); contains("${"));
def huge: any(.. | numbers; . > 9007199254740991 or . < -9007199254740991);
def gone: [.Statement | list[] | . as $s | (.Principal, .NotPrincipal) | objects | .AWS | list[] | strings
  | select(test("^A(ROA|IDA)[A-Z0-9]{12,}$")) | "\(.) in the statement \($s.Sid // "without a Sid")"];
def put($before): if ($before | document) == document then "same"
  elif (gone | length) > 0 then "deleted\n" + (gone | join("\n"))
  elif tojson | utf8bytelength > $limit then "large\n\(tojson | utf8bytelength)"
  else "put\n\(tojson)" end;
def clashes($mine; $there): [$there[] | select(state($mine) == "clash")
  | . as $s | "in the policy:\n\($s | tojson)\n"
    + ([$mine[] | select(.Sid == $s.Sid or any((.Sid // "" | former)[]; . == $s.Sid)) | "pzgen has:\n\(tojson)"] | add // "pzgen has none of this Sid now")];
def plain:
  if type == "string" then gsub("\\$\\{\\$\\}"; "$")
  elif type == "array" then map(plain)
  elif type == "object" then map_values(plain)
  else . end;
def merge:
  (. // {}) as $before | ($before.Statement | list) as $there
  | ($before.Version // (if ($there | length) == 0 then $own.Version else null end)) as $version
  | ($own.Statement | list | if $version == "2012-10-17" then . else map(plain) end) as $mine
  | clashes($mine; $there) as $clashes
  | if ($clashes | length) > 0 then "conflict\n" + ($clashes | join("\n"))
    elif $before | huge then "number"
    else (reduce $there[] as $s ({out: [], placed: []}; ($s | state($mine)) as $state
        | if $state == "foreign" then .out += [$s]
          elif $state == "old" or any(.placed[]; . == ($s.Sid // ($s | canonical))) then .
          else .out += [first($mine[]
              | select(.Sid == $s.Sid and (.Sid != null or canonical == ($s | canonical))))]
            | .placed += [$s.Sid // ($s | canonical)] end)) as $r
      | [$mine[] | (.Sid // canonical) as $id | select(any($r.placed[]; . == $id) | not)] as $new
      | ($before + {Statement: ($r.out + $new)})
      | (if has("Id") | not then ($own | {Id} | with_entries(select(.value != null))) + . else . end)
      | (if ($there | length) == 0 and (has("Version") | not) then {Version: $own.Version} + . else . end)
      | if .Version != "2012-10-17" and ($own | uses_variables) then "version" else put($before) end
    end;
def unmerge:
  ($own.Statement | list) as $mine | . as $before | (.Statement | list) as $there
  | clashes($mine; $there) as $clashes
  | [$there[] | select(state($mine) == "foreign" or ($kind == "key" and administers))] as $kept
  | if ($clashes | length) > 0 then "conflict\n" + ($clashes | join("\n"))
    elif huge then "number"
    elif ($kept | length) == ($there | length) then "same"
    elif $kind == "key" and (any($kept[]; administers) | not) then "locked"
    elif ($kept | length) == 0 then "empty"
    else .Statement = $kept | (if .Id != null and .Id == $own.Id then del(.Id) else . end) | put($before) end;
'

# The Sids of the guide's policies. What is under them is this setup's in what it created alone.
GUIDE_SIDS='["Allow use of the key","PersonalizeS3BucketAccessPolicy"]'

# What the filters above are about: bucket or key, AWS's limit, this setup's statements and its Sids.
KIND=''
LIMIT=0
OWN='{}'
SIDS='[]'

# jq_policy FILTER [OPTION...] runs a filter of the above.
jq_policy() {
  local filter=$1
  shift
  jq -rn --arg partition "$PARTITION" --arg service "$SERVICE" --argjson marks "$SID_MARKS" \
    --arg kind "$KIND" --argjson limit "$LIMIT" --argjson own "$OWN" --argjson sids "$SIDS" "$@" \
    "${POLICY_JQ}${filter}"
}

# same_policy A B tells whether two policies are the same.
same_policy() {
  if [ "$1" = "$2" ]; then return 0; fi
  [[ $(jq_policy '($a | document) == ($b | document)' \
    --argjson a "${1:-null}" --argjson b "${2:-null}") == true ]]
}

# related A B tells whether two policies have a Sid in common, so that the one may be an older form
# of the other.
related() {
  [[ $(jq -n --argjson a "$1" --argjson b "$2" '
    def sids: [.Statement | if type == "array" then .[] else . end | .Sid // empty];
    ($a | sids) as $there | any($b | sids[]; . as $sid | any($there[]; . == $sid))') == true ]]
}

# read_policy KIND NAME leaves the policy of a bucket or key in POLICY, '' when there is none.
read_policy() {
  local found='' shape='.Policy | text and (fromjson | object)'
  case $1 in
    bucket)
      if call 'NoSuchBucketPolicy NoSuchBucket' "$shape" \
        s3api get-bucket-policy --bucket "$2" --expected-bucket-owner "$ACCOUNT"; then
        found=1
      fi
      ;;
    key)
      if call '' "$shape" kms get-key-policy --key-id "$2" --policy-name default; then found=1; fi
      ;;
  esac
  POLICY=''
  if [[ -n $found ]]; then POLICY=$(answer .Policy); fi
}

# weigh merge|unmerge KIND NAME OWN leaves in VERDICT what is to be done with the policy in POLICY.
weigh() {
  KIND=$2
  LIMIT=20480
  OWN=${4:-"{}"}
  SIDS=$OWNED_SIDS
  if [[ $2 == key ]]; then LIMIT=32768; fi
  if created "$2" "$3"; then SIDS=$(jq -cn --argjson a "$SIDS" --argjson b "$GUIDE_SIDS" '$a + $b'); fi
  VERDICT=$(jq_policy '$present | '"$1" --argjson present "${POLICY:-null}")
  if [[ -z $VERDICT ]]; then die "could not work out the policy of the $2 $3"; fi
}

# decide merge|unmerge KIND NAME OWN is weigh, and refuses what must not be done.
decide() {
  weigh "$@"
  case $VERDICT in
    conflict*)
      die "the policy of the $2 $3 has a statement of somebody else under a Sid of pzgen's;" \
        "rename one of them:${NL}${VERDICT#*"$NL"}"
      ;;
    version)
      die "the policy of the $2 $3 is not of Version 2012-10-17, so it has no policy variables," \
        "which pzgen's statements use: change its Version first"
      ;;
    number) die "the policy of the $2 $3 has a number too large for jq to keep: write it as a string" ;;
    deleted*)
      die "the policy of the $2 $3 names users or roles that were deleted, and AWS would refuse it whole;" \
        "take them out first:${NL}${VERDICT#*"$NL"}"
      ;;
    large*)
      die "with pzgen's statements the policy of the $2 $3 has ${VERDICT#*"$NL"} bytes," \
        "and AWS allows ${LIMIT}"
      ;;
  esac
}

# replace_policy KIND NAME BEFORE AFTER writes a policy. BEFORE is what it was made from: it is
# kept in a file, compared again before the write, and what stands there afterwards is compared
# with what was written, so that a change by somebody else does not go unnoticed.
replace_policy() {
  local kind=$1 name=$2 before=$3 after=$4 delay
  if [[ -z $PLANNING ]]; then
    backup "${kind}-${name##*/}" "$before"
    read_policy "$kind" "$name"
    if [[ $POLICY != "$before" ]]; then
      die "the policy of the ${kind} ${name} was changed by somebody else a moment ago;" \
        "it was not written, run the script again"
    fi
  fi
  case $kind-$after in
    bucket-)
      change "delete the policy of the bucket ${name}, which held nothing else" \
        s3api delete-bucket-policy --bucket "$name" --expected-bucket-owner "$ACCOUNT"
      ;;
    bucket-*)
      change "write the policy of the bucket ${name}" \
        s3api put-bucket-policy --bucket "$name" --expected-bucket-owner "$ACCOUNT" --policy "$after"
      ;;
    key-*)
      change "write the policy of the key ${name}" \
        kms put-key-policy --key-id "$name" --policy-name default --policy "$after"
      ;;
  esac
  if [[ -n $PLANNING ]]; then return 0; fi
  for delay in 1 2 4 8 15 0; do
    read_policy "$kind" "$name"
    if same_policy "$POLICY" "$after"; then return 0; fi
    # S3 and KMS may show the old policy for a while; a third one is somebody else's.
    if [[ $delay == 0 ]] || ! same_policy "$POLICY" "$before"; then break; fi
    sleep "$delay"
  done
  die "the policy of the ${kind} ${name} is not the one that was just written: somebody else changed it" \
    "at the same time. As it was before, it is in ${BACKUP:-no file, for there was none};" \
    "compare the two and run the script again"
}

# look_at_lent KIND NAME KEY SETUP OWN CALLS ends the script unless the policy of what another setup has
# holds the statements of OWN, and says which calls it denies.
look_at_lent() {
  local missing
  handles "$1" "$2"
  if [[ -z $PLANNING ]]; then return 0; fi
  read_policy "$1" "$2"
  if [[ -n $5 ]]; then
    missing=$(jq_policy '[$present.Statement | list[] | canonical] as $there
      | [$lent.Statement | list[] | select(canonical as $s | any($there[]; . == $s) | not) | .Sid]
      | join(", ")' --argjson present "${POLICY:-null}" --argjson lent "$5")
    if [[ -n $missing ]]; then
      die "the policy of the $1 $2 lacks what this setup needs, or has an older form of it: ${missing}." \
        "It is the setup $4's: generate and apply $4 first"
    fi
  fi
  check_denials "$1" "$2" "$3" "$6"
}

# merge_policy KIND NAME OWN puts this setup's statements into the policy of a bucket or key, and
# takes out those that it has no longer; all of them when there are none in OWN. Statements of others
# keep their place and meaning.
merge_policy() {
  local before
  handles "$1" "$2"
  if [[ -z $3 ]]; then
    unmerge_policy "$1" "$2" ''
    return 0
  fi
  read_policy "$1" "$2"
  before=$POLICY
  decide merge "$1" "$2" "$3"
  case $VERDICT in
    put*) replace_policy "$1" "$2" "$before" "${VERDICT#*"$NL"}" ;;
  esac
}

# unmerge_policy KIND NAME OWN takes this setup's statements out of the policy of a bucket or key,
# and nothing else.
unmerge_policy() {
  local before
  read_policy "$1" "$2"
  before=$POLICY
  if [[ -z $before ]]; then return 0; fi
  decide unmerge "$1" "$2" "$3"
  unmerged "$1" "$2" "$before"
}

# unmerged KIND NAME BEFORE does what is in VERDICT.
unmerged() {
  case $VERDICT in
    locked)
      left "the policy of the key $2: without pzgen's statements nobody could administer the key"
      ;;
    empty) replace_policy "$1" "$2" "$3" '' ;;
    put*) replace_policy "$1" "$2" "$3" "${VERDICT#*"$NL"}" ;;
  esac
}
