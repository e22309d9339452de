# s3cmd: files of one and of several parts, sync, copies, and what it sets on buckets and objects.
command -v s3cmd >/dev/null || exit 77
s3cmd --version

address="${AWS_ENDPOINT_URL#*://}"
case "$AWS_ENDPOINT_URL" in https:*) https=True ;; *) https=False ;; esac
cat > configuration <<EOF
[default]
access_key = $AWS_ACCESS_KEY_ID
secret_key = $AWS_SECRET_ACCESS_KEY
bucket_location = $AWS_DEFAULT_REGION
host_base = $address
host_bucket = $address
use_https = $https
EOF
s3cmd() { command s3cmd --config configuration --quiet --no-progress "$@"; }
shown() { command s3cmd --config configuration --no-progress "$@"; }

mkdir -p tree/deep
head -c 12000000 /dev/urandom > tree/deep/large
echo small > "tree/small ü+%41"
: > tree/empty

s3cmd mb "s3://$BUCKET"
s3cmd sync --multipart-chunk-size-mb=5 tree/ "s3://$BUCKET/tree/"
s3cmd sync "s3://$BUCKET/tree/" back/ && diff -r tree back
[ -z "$(shown sync tree/ "s3://$BUCKET/tree/")" ]
s3cmd cp "s3://$BUCKET/tree/deep/large" "s3://$BUCKET/copy"
s3cmd mv "s3://$BUCKET/copy" "s3://$BUCKET/moved"
s3cmd get "s3://$BUCKET/moved" moved && cmp tree/deep/large moved
s3cmd modify --add-header=x-amz-meta-kept:yes "s3://$BUCKET/moved"
shown info "s3://$BUCKET/moved" | grep "x-amz-meta-kept: *yes" >/dev/null
[ "$(shown du "s3://$BUCKET/tree/" | awk '{print $2}')" = 3 ]
s3cmd expire --expiry-days=30 --expiry-prefix=logs/ "s3://$BUCKET"
shown getlifecycle "s3://$BUCKET" | grep "<Days>30</Days>" >/dev/null
s3cmd dellifecycle "s3://$BUCKET"
s3cmd ws-create "s3://$BUCKET"
s3cmd ws-delete "s3://$BUCKET"
s3cmd accesslog "s3://$BUCKET"
s3cmd del --recursive --force "s3://$BUCKET"
s3cmd rb "s3://$BUCKET"
