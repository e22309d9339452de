# rclone: copy, check, sync and server-side copies, with objects in parts.
export RCLONE_CONFIG="$PWD/none" RCLONE_CONFIG_GW_TYPE=s3 RCLONE_CONFIG_GW_PROVIDER=Other \
    RCLONE_CONFIG_GW_ENV_AUTH=true RCLONE_CONFIG_GW_ENDPOINT="$AWS_ENDPOINT_URL" \
    RCLONE_CONFIG_GW_REGION="$AWS_DEFAULT_REGION"
rclone() { "$BIN/rclone" --quiet --retries 1 --s3-upload-cutoff 5M --s3-chunk-size 5M "$@"; }
"$BIN/rclone" version | head -n 1

mkdir -p tree/deep
head -c 12000000 /dev/urandom > tree/deep/large
echo small > tree/small
: > tree/empty

rclone mkdir "gw:$BUCKET"
rclone copy tree "gw:$BUCKET/tree"
rclone check --download tree "gw:$BUCKET/tree"
echo changed > tree/small && rm tree/empty
rclone sync tree "gw:$BUCKET/tree"
rclone check tree "gw:$BUCKET/tree"
rclone copy --s3-copy-cutoff 5M "gw:$BUCKET/tree" "gw:$BUCKET/copy"
rclone check --download tree "gw:$BUCKET/copy"
rclone move "gw:$BUCKET/copy" "gw:$BUCKET/moved"
rclone copy "gw:$BUCKET/moved" back && diff -r tree back
rclone purge "gw:$BUCKET"
