# s3fs: a mounted bucket under cp, mv, truncate, rm.
command -v s3fs >/dev/null && command -v fusermount >/dev/null && [ -w /dev/fuse ] || exit 77
s3fs --version | head -n 1

"$BIN/aws" s3 mb "s3://$BUCKET"
echo "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" > password && chmod 600 password
mkdir mounted
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
s3fs "$BUCKET" mounted -o "passwd_file=$PWD/password,url=$AWS_ENDPOINT_URL,use_path_request_style" \
    -o "endpoint=$AWS_DEFAULT_REGION,multipart_size=5,retries=1"
trap 'fusermount -u mounted 2>/dev/null || fusermount -u -z mounted || true' EXIT

head -c 12000000 /dev/urandom > given
mkdir mounted/folder
cp given mounted/folder/large && cmp given mounted/folder/large
mv mounted/folder/large mounted/moved && cmp given mounted/moved
truncate -s 1000 mounted/moved && head -c 1000 given | cmp - mounted/moved
echo text > mounted/folder/small && [ "$(cat mounted/folder/small)" = text ]
rm -r mounted/folder mounted/moved
[ -z "$(ls mounted)" ]
