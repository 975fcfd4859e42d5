# The step of apply.sh that uploads files.
# shellcheck shell=bash disable=SC2016,SC2034,SC2153 # jq has variables too; files share names

# local_file FILE gives the path of a file to upload.
local_file() {
  case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$FILES" "$1" ;;
  esac
}

need_file() {
  local path
  path=$(local_file "$1")
  if [[ ! -f $path ]] || [[ ! -r $path ]]; then
    die "there is no readable file ${path} to upload:" \
      "run the script in the spec's folder, or name that with --files"
  fi
}

digest() {
  local sum
  if command -v sha256sum >/dev/null; then sum=$(sha256sum <"$1"); else sum=$(shasum -a 256 <"$1"); fi
  printf '%s' "${sum%% *}"
}

# upload FILE BUCKET KEY sends a file unless the object has its SHA-256 already, which is kept as
# metadata.
upload() {
  local path sum input
  path=$(local_file "$1")
  case $path in
    /* | ./*) ;;
    *) path="./${path}" ;;
  esac
  sum=$(digest "$path")
  # A key that looks like a URL would be fetched by the AWS CLI if it stood in an argument of its own.
  input=$(jq -cn --arg bucket "$2" --arg key "$3" --arg account "$ACCOUNT" '
    {Bucket: $bucket, Key: $key, ExpectedBucketOwner: $account}')
  if call '404 NoSuchKey NoSuchBucket' '.Metadata | object' \
    s3api head-object --cli-input-json "$input"; then
    if holds --arg sum "$sum" '.Metadata["pzgen-sha256"] == $sum'; then return 0; fi
  fi
  change "upload $1 to s3://$2/$3" \
    s3 cp "$path" "s3://$2/$3" --only-show-errors --metadata "pzgen-sha256=${sum}"
}
