# The AWS SDK for JavaScript: objects from text and streams, in parts, by checksums, links and forms, pages.
export NODE_PATH="$BIN/../../.node/node_modules"
command -v node >/dev/null && [ -d "$NODE_PATH/@aws-sdk/client-s3" ] || exit 77
node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 77)'
node -p '"AWS SDK for JavaScript " + require("@aws-sdk/client-s3/package.json").version'

cat > client.js <<'EOF'
const assert = require("node:assert");
const { randomBytes } = require("node:crypto");
const { Readable } = require("node:stream");
const { GetObjectCommand, PutObjectCommand, S3, paginateListObjectsV2 } = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");
const { createPresignedPost } = require("@aws-sdk/s3-presigned-post");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");

const Bucket = process.env.BUCKET;
const region = process.env.AWS_DEFAULT_REGION;
const s3 = new S3({ endpoint: process.env.AWS_ENDPOINT_URL, region, forcePathStyle: true, maxAttempts: 1 });
const data = randomBytes(12 << 20);
const bytes = async (Key, more = {}) => {
    const got = await s3.getObject({ Bucket, Key, ...more });
    return Buffer.from(await got.Body.transformToByteArray());
};

(async () => {
    await s3.createBucket({ Bucket });
    const Key = "folder/a ü+%41";
    await s3.putObject({ Bucket, Key, Body: "text", Metadata: { kept: "yes" } });
    assert.deepEqual((await s3.headObject({ Bucket, Key })).Metadata, { kept: "yes" });
    await s3.putObject({ Bucket, Key: "stream", Body: Readable.from(data.subarray(0, 99999)), ContentLength: 99999 });
    assert.deepEqual(await bytes("stream"), data.subarray(0, 99999));
    for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
        await s3.putObject({ Bucket, Key: `sums/${ChecksumAlgorithm}`, Body: data.subarray(0, 5000), ChecksumAlgorithm });

    const blocks = Array.from({ length: 12 }, (_, number) => data.subarray(number << 20, (number + 1) << 20));
    const upload = new Upload({ client: s3, params: { Bucket, Key: "parts", Body: Readable.from(blocks) } });
    assert.match((await upload.done()).ETag, /-3"$/);
    assert.deepEqual(await bytes("parts"), data);
    assert.deepEqual(await bytes("parts", { Range: "bytes=5242870-5242889" }), data.subarray(5242870, 5242890));
    await s3.copyObject({ Bucket, Key: "copy", CopySource: encodeURIComponent(`${Bucket}/parts`) });
    assert.deepEqual(await bytes("copy"), data);

    const link = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 });
    assert.equal(await (await fetch(link)).text(), "text");
    const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "linked" }), { expiresIn: 60 });
    assert.equal((await fetch(put, { method: "PUT", body: "by link" })).status, 200);
    const limits = { Conditions: [["content-length-range", 1, 100]], Expires: 60 };
    const form = await createPresignedPost(s3, { Bucket, Key: "forms/${filename}", ...limits });
    const fields = new FormData();
    for (const [name, value] of Object.entries(form.fields)) fields.append(name, value);
    fields.append("file", new Blob(["by form"]), "a.txt");
    assert.equal((await fetch(form.url, { method: "POST", body: fields })).status, 204);
    assert.equal((await bytes("forms/a.txt")).toString(), "by form");

    await assert.rejects(s3.getObject({ Bucket, Key: "missing" }), { name: "NoSuchKey" });
    await assert.rejects(s3.putObject({ Bucket, Key, IfNoneMatch: "*" }), { name: "PreconditionFailed" });
    const keys = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 3 }, { Bucket }))
        keys.push(...page.Contents.map((one) => one.Key));
    assert.deepEqual(keys, [...keys].sort());
    assert.equal(keys.length, 11);
    await s3.deleteObjects({ Bucket, Delete: { Objects: keys.map((one) => ({ Key: one })) } });
    await s3.deleteBucket({ Bucket });
})();
EOF
node client.js
