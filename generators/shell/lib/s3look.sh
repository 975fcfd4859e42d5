# bucket_here BUCKET tells whether the bucket exists. One of another account or region ends the script.
bucket_here() {
  local location
  if call '404 403 301 400' s3api head-bucket --bucket "$1" --expected-bucket-owner "$ACCOUNT"; then
    call '' s3api get-bucket-location --bucket "$1" --expected-bucket-owner "$ACCOUNT"
    location=$(answer '.LocationConstraint // "us-east-1" | if . == "EU" then "eu-west-1" else . end')
    if [[ $location != "$REGION" ]]; then die "the bucket $1 is in ${location}, and Personalize needs it in ${REGION}"; fi
    return 0
  fi
  case $CODE in
    404) return 1 ;;
    403) die "the bucket $1 belongs to another account, or these credentials may not see it" ;;
  esac
  die "the bucket $1 is in another region than ${REGION}: ${ERROR}"
}
