# restic: two backups, restore, forget and prune, and a check that reads everything.
command -v restic >/dev/null || exit 77
restic version
export RESTIC_PASSWORD=conformance RESTIC_REPOSITORY="s3:$AWS_ENDPOINT_URL/$BUCKET/repository"
restic() { command restic --quiet --no-cache "$@"; }

mkdir -p tree/deep
head -c 12000000 /dev/urandom > tree/deep/large
echo small > tree/small
: > tree/empty

restic init
restic backup tree
echo changed > tree/small && rm tree/empty && head -c 3000000 /dev/urandom >> tree/deep/large
restic backup tree
restic restore latest --target back && diff -r tree back/tree
restic forget --keep-last 1 --prune
restic check --read-data
restic restore latest --target again && diff -r tree again/tree
"$BIN/aws" s3 rm --quiet --recursive "s3://$BUCKET"
"$BIN/aws" s3 rb "s3://$BUCKET"
