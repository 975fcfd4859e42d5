# What statements of others, in policies that exist, keep from passing.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # jq has variables too; files share names

DENIED=''       # set when a call of some workflow is denied
HAD_DENIALS=''  # documents of which it was said
ROLE_BOUNDED='' # set when the role has a permissions boundary

# These filters decide a Deny as AWS does for the calls that Personalize makes: by itself, or as the
# service role. A call is [workflow, caller, action, what it works on, object, prefix, how often]. What they
# cannot decide, a policy variable or an operator that they do not know, counts as denied in doubt:
# applies gives true, false or null.
DECIDE_JQ='
def listed: if type == "array" then . elif . == null then [] else [.] end;
def pattern: gsub("(?<c>[.+^$(){}|\\[\\]\\\\])"; "\\" + .c) | gsub("\\*"; ".*") | gsub("\\?"; ".") | "^" + . + "$";
def like($p): . as $v | if $p | contains("${") then null else $v | test($p | pattern) end;
def both($a; $b): if $a == false or $b == false then false elif $a == null or $b == null then null else true end;
def some(f): reduce f as $x (false; if . == true or $x == true then true elif . == null or $x == null then null else false end);
def every(f): reduce f as $x (true; both(.; $x));
def negate: if . == null then null else not end;
def account_of: if test("^[0-9]{12}$") then . else (capture("^arn:[^:]*:iam::(?<a>[0-9]{12}):root$").a // "") end;
def named($caller): . as $p
  | if $p == "*" then true
    elif ($p | type) != "object" then null
    else some(($p.AWS | listed[] | . == "*" or ($caller == "role" and (. == $role or account_of == $account))),
      ($p.Service | listed[] | . == $service and $caller == "service")) end;
def excepted($caller): . as $p
  | if $p == "*" then true
    elif $caller == "role" and $bounded != "" then false
    elif $caller == "service" then any($p.Service | listed[]; . == $service) or any($p.AWS | listed[]; . == "*")
    else ($p.AWS | listed) as $all
      | any($all[]; . == "*")
        or (any($all[]; account_of == $account)
          and ((any($all[]; startswith("arn:\($partition):iam::\($account):role/") or startswith("arn:\($partition):iam::\($account):user/")
              or startswith("arn:\($partition):sts::\($account):")) | not)
            or any($all[]; . == $role))) end;
def compare($base; $given): . as $want
  | if $want | contains("${") then null
    elif $base == "StringEquals" then $given == $want
    elif $base == "StringEqualsIgnoreCase" or $base == "Bool" then ($given | ascii_downcase) == ($want | ascii_downcase)
    elif $base == "StringLike" or $base == "ArnLike" or $base == "ArnEquals" then $given | like($want)
    elif $base == "NumericEquals" then ($given | tonumber) == ($want | tonumber)
    elif $base == "NumericLessThan" then ($given | tonumber) < ($want | tonumber)
    elif $base == "NumericLessThanEquals" then ($given | tonumber) <= ($want | tonumber)
    elif $base == "NumericGreaterThan" then ($given | tonumber) > ($want | tonumber)
    elif $base == "NumericGreaterThanEquals" then ($given | tonumber) >= ($want | tonumber)
    else null end;
def holds_one($op; $key; $values; $context):
  ($op | sub("^For(All|Any)Values?:"; "") | sub("IfExists$"; "")) as $name
  | ($name | sub("Not"; "")) as $base | ($name != $base) as $negated
  | ($values | listed | map(tostring)) as $values | $context[$key | ascii_downcase] as $given
  | if $name == "Null" then some($values[] | (ascii_downcase == "true") == ($given == null))
    elif $given == null then
      if ($op | endswith("IfExists")) or ($op | startswith("ForAllValues:")) then true
      elif $op | startswith("ForAnyValue:") then false
      else $negated end
    else some($values[] | compare($base; $given)) | if $negated then negate else . end end;
def holds($context): every((.Condition // {}) | to_entries[] | .key as $op | .value | to_entries[]
  | holds_one($op; .key; .value; $context));
def applies($call; $resource; $context): . as $s
  | every(
    (if has("NotPrincipal") then ($s.NotPrincipal | excepted($call[1]) | not) else ($s.Principal | named($call[1])) end),
    (if has("NotAction") then some($s.NotAction | listed[] | . as $p | $call[2] | ascii_downcase | like($p | ascii_downcase)) | negate
      else some($s.Action | listed[] | . as $p | $call[2] | ascii_downcase | like($p | ascii_downcase)) end),
    (if has("NotResource") then some($s.NotResource | listed[] | . as $p | $resource | like($p)) | negate
      elif has("Resource") then some($s.Resource | listed[] | . as $p | $resource | like($p))
      else true end),
    holds($context));
def context($call; $key): ($call[1] == "service") as $byService
  | {"aws:securetransport": "true", "aws:requestedregion": $region, "aws:viaawsservice": "false",
     "aws:resourceaccount": $account, "aws:principalisawsservice": ($byService | tostring)}
    + (if $byService then {"aws:sourceaccount": $account,
        "aws:sourcearn": "arn:\($partition):personalize:\($region):\($account):dataset-import-job/job",
        "aws:principalservicename": $service, "aws:principalservicenameslist": $service}
      else {"aws:principalarn": $role, "aws:principaltype": "AssumedRole", "aws:principalaccount": $account,
        "aws:multifactorauthpresent": "false"} end)
    + (if $call[2] | startswith("s3:") then {"s3:resourceaccount": $account, "s3:signatureversion": "AWS4-HMAC-SHA256",
        "s3:authtype": "REST-HEADER", "s3:tlsversion": "1.2"} else {} end)
    + (if ($call[2] | startswith("kms:")) and ($byService | not) then {"kms:calleraccount": $account} else {} end)
    + (if $call[2] == "s3:ListBucket" then {"s3:prefix": $call[5]} else {} end)
    + (if $call[2] == "s3:PutObject" and $key != "" then {"s3:x-amz-server-side-encryption": "aws:kms",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": $key} else {} end);
def organization($call): [.Statement | listed[] | .Condition // {} | to_entries[]
    | select(.key | startswith("Null") | not) | .value | to_entries[]
    | {key: (.key | ascii_downcase), value: (.value | listed | .[0])}
    | select((.key | test("org(id|paths)$")) and (.value | strings | contains("${") | not))]
  | reduce .[] as $e ({}; if has($e.key) then . else .[$e.key] = ($e.value | gsub("[*?]"; "x")) end)
  | with_entries(select((.key | startswith("aws:resource"))
    or ((.key | startswith("aws:principal")) and $call[1] == "role")
    or ((.key | startswith("aws:source")) and $call[1] == "service")));
def who: if . == "service" then "Personalize itself (\($service))" else "the service role" end;
def denials($doc; $arn; $key; $calls): . as $policy
  | [.Statement | listed | to_entries[] | select(.value.Effect == "Deny")
    | .key as $at | .value as $s
    | [$calls[] | split("\t") as $call
      | (if $call[4] == "" then $arn else "\($arn)/\($call[4])" end) as $resource
      | (($policy | organization($call)) + context($call; $key)) as $context
      | ($s | applies($call; $resource; $context)) as $sure
      | (if $sure == false and $call[1] == "service"
          then $s | applies($call; $resource; $context | with_entries(select(.key | startswith("aws:source") | not)))
          else $sure end) as $silent
      | select($sure != false or $silent != false) | {call: $call, doubt: ($sure != true)}] as $hit
    | select(($hit | length) > 0)
    | all($hit[]; .doubt) as $doubt | $hit[0].call as $first | (([$hit[].call[6] | tonumber] | add) - 1) as $more
    | {doubt: $doubt, keys: ($s.Condition // {} | map(keys[] | ascii_downcase)),
       text: ("\($first[0]): \($first[1] | who) \(if $doubt then "may be unable to" else "cannot" end) \($first[2]) on \($first[3])"
         + (if $more == 1 then ", and another call fails" elif $more > 1 then ", and \($more) other calls fail" else "" end)
         + ": statement \($at + 1) (\(if ($s.Sid // "") == "" then "without a sid" else $s.Sid | tojson end)) of \($doc) denies it")}];
'

# reasons prints why statements about a condition key meet Personalize.
reasons() {
  cat <<'EOF'
{
  "aws:sourcevpc":
    "Amazon Personalize cannot use a bucket that allows access from a VPC or from given addresses alone (Developer Guide, granting-personalize-s3-access)",
  "aws:sourcevpce":
    "Amazon Personalize cannot use a bucket that allows access from a VPC or from given addresses alone (Developer Guide, granting-personalize-s3-access)",
  "aws:vpcsourceip":
    "Amazon Personalize cannot use a bucket that allows access from a VPC or from given addresses alone (Developer Guide, granting-personalize-s3-access)",
  "aws:sourceip":
    "Amazon Personalize cannot use a bucket that allows access from a VPC or from given addresses alone (Developer Guide, granting-personalize-s3-access)",
  "aws:sourcevpcarn":
    "Amazon Personalize cannot use a bucket that allows access from a VPC or from given addresses alone (Developer Guide, granting-personalize-s3-access)",
  "s3:x-amz-server-side-encryption":
    "a job sends this header only when it is given a key: name the bucket's key in the spec (key:), or rely on the bucket's default encryption, which needs no header",
  "s3:x-amz-server-side-encryption-aws-kms-key-id":
    "results are encrypted with the key that the spec names for the bucket (key:), which is not the one that the statement asks for",
  "aws:principalorgid":
    "calls that Personalize makes itself come from no account and no organization",
  "aws:principalorgpaths":
    "calls that Personalize makes itself come from no account and no organization",
  "aws:principalaccount":
    "calls that Personalize makes itself come from no account and no organization",
  "aws:principalarn":
    "calls that Personalize makes itself come from no account and no organization",
  "aws:userid":
    "calls that Personalize makes itself come from no account and no organization",
  "aws:principaltype":
    "calls that Personalize makes itself come from no account and no organization"
}
EOF
}

# jq_decide FILTER OPTION... runs a filter of the above.
jq_decide() {
  local filter=$1
  shift
  jq -rn --arg partition "$PARTITION" --arg service "$SERVICE" --arg account "$ACCOUNT" \
    --arg region "$REGION" --arg role "$ROLE_ARN" --arg bounded "$ROLE_BOUNDED" "$@" \
    "${DECIDE_JQ}${filter}"
}

# check_denials KIND NAME KEY CALLS says which of the calls of this setup the policy in POLICY denies.
# KEY is the ARN of the key that a bucket is encrypted with. CALLS is a JSON list: what the policy is
# called, and then the calls. It says it once, while planning.
check_denials() {
  local found arn=$2 doc
  doc=$(jq -rn --argjson calls "$4" '$calls[0]')
  if [[ -z $POLICY || -z $PLANNING ]]; then return 0; fi
  if [[ $1 == bucket ]]; then arn="arn:${PARTITION}:s3:::$2"; fi
  found=$(jq_decide '$policy | denials($doc; $arn; $key; $calls[1:])[] | (.doubt | tostring),
      ([.keys[] | $reasons[.] // empty] | unique | join("; ")), .text' --argjson policy "$POLICY" \
    --arg doc "$doc" --arg arn "$arn" --arg key "$3" --argjson calls "$4" --argjson reasons "$(reasons)")
  if [[ -z $found ]]; then return 0; fi
  case $NL$HAD_DENIALS$NL in
    *"$NL$doc$NL"*) return 0 ;;
  esac
  HAD_DENIALS="$HAD_DENIALS$NL$doc"
  tell_denials "$found"
}

# tell_denials FOUND prints what was found, three lines for each statement.
tell_denials() {
  local doubt text why
  while IFS= read -r doubt && IFS= read -r why && IFS= read -r text; do
    warn "$text"
    if [[ -n $why ]]; then printf '  hint: %s\n' "$why" >&2; fi
    if [[ $doubt == false ]]; then DENIED=1; fi
  done <<<"$1"
}

# check_trust PRESENT WANTED says whether a trust policy lets Personalize in, and if it does not, which
# command puts it right: the statements in WANTED added to those that are there.
check_trust() {
  local verdict
  verdict=$(jq_decide '["", "service", "sts:AssumeRole", "", "", ""] as $call
    | (($present | organization($call)) + context($call; "")) as $context
    | [$present.Statement | listed[] | {Effect, hits: applies($call; $role; $context)}] as $all
    | if any($all[]; .Effect == "Deny" and .hits != false) then "denied"
      elif any($all[]; .Effect == "Allow" and .hits == true) then "in"
      else ($present | .Statement = ([.Statement | listed[]] + [$wanted.Statement | listed[]
          | . as $s | select(any($present.Statement | listed[]; . == $s) | not)])) as $whole
        | @sh "aws iam update-assume-role-policy --role-name \($name) --policy-document \($whole | tojson)" end' \
    --argjson present "$1" --argjson wanted "$2" --arg name "$ROLE_NAME")
  case $verdict in
    in) say "  the trust policy of the role ${ROLE_NAME} lets Personalize in" ;;
    denied)
      DENIED=1
      warn "the trust policy of the role ${ROLE_NAME} denies it to Personalize to use the role:" \
        "have its owner take the statement out"
      ;;
    *)
      DENIED=1
      warn "the trust policy of the role ${ROLE_NAME} does not let Personalize in, so that no job can" \
        "use it. This command adds what is missing, for whoever may change the role:"
      printf '%s\n' "$verdict" >&2
      ;;
  esac
}
