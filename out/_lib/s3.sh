# The steps of apply.sh for buckets.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # jq has variables too; files share names

# bucket_here BUCKET tells whether the bucket exists. One of another account or region ends the
# script.
bucket_here() {
  local location
  # Older versions of the AWS CLI print nothing here unless they are asked for something.
  if call '404 403 301 400' 'has("BucketRegion")' \
    s3api head-bucket --bucket "$1" --expected-bucket-owner "$ACCOUNT" \
    --query '{BucketRegion: BucketRegion}'; then
    call '' 'has("LocationConstraint")' \
      s3api get-bucket-location --bucket "$1" --expected-bucket-owner "$ACCOUNT"
    location=$(answer '.LocationConstraint // "us-east-1" | if . == "EU" then "eu-west-1" else . end')
    if [[ $location != "$REGION" ]]; then
      die "the bucket $1 is in ${location}, and Personalize needs it in ${REGION}"
    fi
    return 0
  fi
  case $CODE in
    404) return 1 ;;
    403) die "the bucket $1 belongs to another account, or these credentials may not see it" ;;
  esac
  die "the bucket $1 is in another region than ${REGION}: ${ERROR}"
}

# existing_bucket BUCKET KEY CALLS only looks: that the bucket is encrypted with no customer key but
# KEY, and that its policy denies none of the calls of this setup.
existing_bucket() {
  handles bucket "$1"
  if ! bucket_here "$1"; then die "there is no bucket $1, and the spec says that it exists"; fi
  if [[ -z $PLANNING ]]; then return 0; fi
  encrypted_as_said "$1" "$2"
  read_policy bucket "$1"
  check_denials bucket "$1" "$2" "$3"
}

# lent_bucket BUCKET KEY SETUP OWN CALLS only looks: the bucket is another setup's, which has put this one's
# statements into its policy.
lent_bucket() {
  if ! bucket_here "$1"; then
    die "there is no bucket $1, which the setup $3 has: apply $3 first"
  fi
  look_at_lent bucket "$1" "$2" "$3" "$4" "$5"
}

# bucket_elsewhere BUCKET ACCOUNT FOLDER only tells: the bucket is another account's, whose owner applies what is in
# the folder. Who does not own a bucket cannot read its policy, and nothing of it is touched here.
bucket_elsewhere() { another_account "the bucket $1" "$2" "$3"; }

# encrypted_as_said BUCKET KEY refuses a bucket with a customer key that the spec does not name: under
# that key nothing is read or written without its policy.
encrypted_as_said() {
  local found
  look ServerSideEncryptionConfigurationNotFoundError '.ServerSideEncryptionConfiguration.Rules | array' \
    get-bucket-encryption "$1"
  found=$(answer '[.ServerSideEncryptionConfiguration.Rules[]?.ApplyServerSideEncryptionByDefault
    | select(.SSEAlgorithm // "" | startswith("aws:kms")) | .KMSMasterKeyID // empty] | .[0] // ""')
  case $found in
    '' | "$2" | alias/aws/s3 | arn:*:alias/aws/s3) return 0 ;;
  esac
  # It may be an alias, an ID, or a key that AWS manages. One of another account may not be described.
  if call 'NotFoundException AccessDeniedException' "$KEY_SHAPE" kms describe-key --key-id "$found"; then
    if holds '.KeyMetadata.KeyManager == "AWS"'; then return 0; fi
    found=$(answer .KeyMetadata.Arn)
    if [[ $found == "$2" ]]; then return 0; fi
  fi
  die "the bucket $1 is encrypted with the key ${found}, which the spec does not name for it," \
    "so that Personalize would be refused its objects. Declare the key under keys of the spec, with its ARN" \
    "as arn, fill in its name as key of the bucket, and generate again"
}

# look CODES SHAPE OPERATION BUCKET OPTION... reads a setting of a bucket; ANSWER is {} where AWS
# answers with one of CODES.
look() {
  local codes=$1 shape=$2 operation=$3 bucket=$4
  shift 4
  call "$codes NoSuchBucket" "$shape" \
    s3api "$operation" --bucket "$bucket" --expected-bucket-owner "$ACCOUNT" "$@" || true
}

# set_bucket WHAT OPERATION BUCKET ARGS... changes one.
set_bucket() {
  local what=$1 operation=$2 bucket=$3
  shift 3
  change "${what} of the bucket ${bucket}" \
    s3api "$operation" --bucket "$bucket" --expected-bucket-owner "$ACCOUNT" "$@"
}

# ensure_bucket BUCKET KEY VERSIONING BLOCK_PUBLIC OWNER_ONLY EXPIRE_DAYS OLD_VERSION_DAYS
ensure_bucket() {
  local bucket=$1
  handles bucket "$bucket"
  creates bucket "$bucket"
  if bucket_here "$bucket"; then
    claim_bucket "$bucket"
    set_up_bucket "$@"
    return 0
  fi
  if [[ $REGION == us-east-1 ]]; then
    # S3 refuses this region as a location constraint.
    change "create the bucket ${bucket}" s3api create-bucket --bucket "$bucket"
  else
    change "create the bucket ${bucket}" \
      s3api create-bucket --bucket "$bucket" --create-bucket-configuration "LocationConstraint=${REGION}"
  fi
  if [[ -n $PLANNING ]]; then
    say "    with its tags, public access block, object ownership, versioning, encryption and expiry"
  else
    set_up_bucket "$@"
  fi
}

# set_up_bucket takes the same and brings each setting to what it should be. The tags come first:
# by them a later run knows the bucket.
set_up_bucket() {
  local bucket=$1 key=$2 versioning=$3 block=$4 owner_only=$5 days=$6 old=$7 want tags

  look NoSuchTagSet '.TagSet | array' get-bucket-tagging "$bucket"
  if [[ $(missing_tags .TagSet "$TAGS") != '[]' ]]; then
    # S3 replaces the whole set, so the tags of others go with it.
    tags=$(answer -c --argjson want "$TAGS" '
      {TagSet: ([.TagSet[]? | .Key as $k | select(any($want[]; .Key == $k) | not)] + $want)}')
    set_bucket "set the tags" put-bucket-tagging "$bucket" --tagging "$tags"
  fi

  look NoSuchPublicAccessBlockConfiguration '.PublicAccessBlockConfiguration | object' \
    get-public-access-block "$bucket"
  want=$(jq -cn --argjson on "$block" '
    {BlockPublicAcls: $on, IgnorePublicAcls: $on, BlockPublicPolicy: $on, RestrictPublicBuckets: $on}')
  if ! holds --argjson want "$want" '
    ($want | map_values(false)) + (.PublicAccessBlockConfiguration // {}) == $want'; then
    set_bucket "set the public access block" \
      put-public-access-block "$bucket" --public-access-block-configuration "$want"
  fi

  look OwnershipControlsNotFoundError '.OwnershipControls.Rules | array' \
    get-bucket-ownership-controls "$bucket"
  want=BucketOwnerPreferred
  if [[ $owner_only == true ]]; then want=BucketOwnerEnforced; fi
  if ! holds --arg want "$want" '[.OwnershipControls.Rules[]?.ObjectOwnership] == [$want]'; then
    set_bucket "set the object ownership" put-bucket-ownership-controls "$bucket" \
      --ownership-controls "{\"Rules\":[{\"ObjectOwnership\":\"${want}\"}]}"
  fi

  # The AWS CLI prints nothing for a bucket that never had versions unless it is asked for something.
  look '' 'has("Status")' get-bucket-versioning "$bucket" --query '{Status: Status}'
  if ! holds --argjson want "$versioning" '(.Status == "Enabled") == $want'; then
    want=Suspended
    if [[ $versioning == true ]]; then want=Enabled; fi
    set_bucket "set the versioning" \
      put-bucket-versioning "$bucket" --versioning-configuration "Status=${want}"
  fi

  look ServerSideEncryptionConfigurationNotFoundError '.ServerSideEncryptionConfiguration.Rules | array' \
    get-bucket-encryption "$bucket"
  want=$(jq -cn --arg key "$key" '{BucketKeyEnabled: ($key != ""), ApplyServerSideEncryptionByDefault:
    (if $key == "" then {SSEAlgorithm: "AES256"} else {SSEAlgorithm: "aws:kms", KMSMasterKeyID: $key} end)}')
  if ! holds --argjson want "$want" '[.ServerSideEncryptionConfiguration.Rules[]?
      | {BucketKeyEnabled: (.BucketKeyEnabled // false), ApplyServerSideEncryptionByDefault}] == [$want]'; then
    set_bucket "set the encryption" \
      put-bucket-encryption "$bucket" --server-side-encryption-configuration "{\"Rules\":[${want}]}"
  fi

  look NoSuchLifecycleConfiguration '.Rules | array' get-bucket-lifecycle-configuration "$bucket"
  want=$(jq -cn --argjson days "$days" --argjson old "$old" 'if $days + $old == 0 then [] else
    [{ID: "pzgen-expire", Status: "Enabled", Filter: {Prefix: ""}}
      + (if $days == 0 then {} else {Expiration: {Days: $days}} end)
      + (if $old == 0 then {} else {NoncurrentVersionExpiration: {NoncurrentDays: $old}} end)] end')
  if ! holds --argjson want "$want" '[.Rules[]? | select(.ID == "pzgen-expire")] == $want'; then
    want=$(answer -c --argjson want "$want" '{Rules: ([.Rules[]? | select(.ID != "pzgen-expire")] + $want)}')
    if [[ $want == '{"Rules":[]}' ]]; then
      set_bucket "remove the expiry" delete-bucket-lifecycle "$bucket"
    else
      set_bucket "set the expiry" \
        put-bucket-lifecycle-configuration "$bucket" --lifecycle-configuration "$want"
    fi
  fi
}

# ensure_logs BUCKET TARGET PREFIX has S3 deliver the access logs of a bucket to another one.
ensure_logs() {
  local want
  look '' 'has("LoggingEnabled")' get-bucket-logging "$1" --query '{LoggingEnabled: LoggingEnabled}'
  want=$(jq -cn --arg to "$2" --arg prefix "$3" '{TargetBucket: $to, TargetPrefix: $prefix}')
  if ! holds --argjson want "$want" '(.LoggingEnabled // {} | {TargetBucket, TargetPrefix}) == $want'; then
    set_bucket "send the access logs to $2:" put-bucket-logging "$1" \
      --bucket-logging-status "{\"LoggingEnabled\":${want}}"
  fi
}

# claim_bucket BUCKET refuses a bucket that somebody else made. One without tags, policy and
# objects is what an interrupted run leaves.
claim_bucket() {
  look NoSuchTagSet '.TagSet | array' get-bucket-tagging "$1"
  if ours .TagSet || [[ -n $ADOPT ]]; then return 0; fi
  if holds '(.TagSet // []) == []'; then
    read_policy bucket "$1"
    look '' 'has("Versions")' list-object-versions "$1" --max-items 1 --page-size 1 \
      --query '{Versions: Versions, DeleteMarkers: DeleteMarkers}'
    if [[ -z $POLICY ]] && holds '[.Versions[]?, .DeleteMarkers[]?] == []'; then return 0; fi
  fi
  die "the bucket $1 is there already and has no tag pzgen:setup=${SETUP}, so somebody else made it." \
    "Choose another name in the spec, say existing: true there, or hand it over with --adopt"
}
