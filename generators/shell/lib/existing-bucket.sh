# existing_bucket BUCKET only looks.
existing_bucket() {
  if ! bucket_here "$1"; then die "there is no bucket $1, and the spec says that it exists"; fi
}
