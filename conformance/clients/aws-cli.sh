# aws-cli: buckets, files of one and of several parts, pipes, sync, mv, presign.
aws() { "$BIN/aws" "$@"; }
aws --version

head -c 100000 /dev/urandom > small
head -c 20000000 /dev/urandom > large
mkdir tree && echo one > tree/one && echo two > "tree/t w ö"

aws s3 mb "s3://$BUCKET"
aws s3 cp --quiet small "s3://$BUCKET/small"
aws s3 cp --quiet large "s3://$BUCKET/large"
aws s3 cp --quiet "s3://$BUCKET/small" small.back && cmp small small.back
aws s3 cp --quiet "s3://$BUCKET/large" large.back && cmp large large.back
aws s3 cp - "s3://$BUCKET/piped" < large
aws s3 cp "s3://$BUCKET/piped" - | cmp - large
aws s3 sync --quiet tree "s3://$BUCKET/tree"
aws s3 sync --quiet "s3://$BUCKET/tree" tree.back && diff -r tree tree.back
aws s3 mv --quiet "s3://$BUCKET/large" "s3://$BUCKET/moved"
aws s3 cp --quiet "s3://$BUCKET/moved" moved && cmp large moved
# Without this, links of us-east-1 are signed as they were before SigV4.
aws configure set default.s3.signature_version s3v4
"$BIN/python" -c 'import sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(sys.argv[1]).read())' \
    "$(aws s3 presign "s3://$BUCKET/small")" | cmp - small
aws s3 rm --quiet --recursive "s3://$BUCKET"
aws s3 rb "s3://$BUCKET"
