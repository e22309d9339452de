"""Request documents: what is accepted as S3 accepts it, and what must not get through."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.protocol import OPERATIONS, Head, types, xml

S3 = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
PARTS = "<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part>"


def read(operation: str, document: str | bytes) -> Any:
    """The input of `operation` with `document` as its body."""
    given = OPERATIONS[operation].parse(Head("POST", "bucket", "key", {"uploadId": "u", "id": "i"}, {}))
    parse = OPERATIONS[operation].parse_document
    assert parse is not None
    parse(given, document.encode() if isinstance(document, str) else document)
    return given


def refusal(operation: str, document: str | bytes) -> str:
    """The code by which `document` is refused."""
    with pytest.raises(S3Error) as caught:
        read(operation, document)
    return caught.value.code


def upload(content: str, attributes: str = "", prefix: str = "") -> str:
    """A document of CompleteMultipartUpload."""
    return f"<{prefix}CompleteMultipartUpload{attributes}>{content}</{prefix}CompleteMultipartUpload>"


FORMS = {
    "namespace": upload(PARTS, f" {S3}"),
    "no namespace": upload(PARTS),
    "prefix": upload(PARTS.replace("</", "</s:").replace("<", "<s:").replace("<s:/s:", "</s:"),
                     f" {S3.replace('xmlns', 'xmlns:s')}", "s:"),
    "declaration": '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n' + upload(PARTS) + "\n",
    "white space": upload(f"\n  {PARTS.replace('><', '>  <')}\n"),
    "unknown elements": upload(f"<Unknown><Part/></Unknown>{PARTS}<!-- x -->"),
}  # fmt: skip


@pytest.mark.parametrize("document", FORMS.values(), ids=FORMS.keys())
def test_forms_of_one_document(document: str) -> None:
    given = read("CompleteMultipartUpload", document)
    part = types.CompletedPart(part_number=1, e_tag='"a"')
    assert given.multipart_upload == types.CompletedMultipartUpload(parts=[part])


def test_utf16_is_read() -> None:
    document = '<?xml version="1.0" encoding="UTF-16"?><Tagging><TagSet/></Tagging>'.encode("utf-16")
    assert read("PutBucketTagging", document).tagging == types.Tagging(tag_set=[])


@pytest.mark.parametrize(
    "document",
    [
        "<Delete><Object><Key>k</Key></Object>",
        "<Delete><Object><Key>k</Object></Key></Delete>",
        "<Deletes><Object><Key>k</Key></Object></Deletes>",
        "<Delete/>",
        "<Delete><Object/></Delete>",
        "<Delete><Object><Key>k</Key></Object><Quiet>perhaps</Quiet></Delete>",
        "<Delete><Object><Key>k</Key><Size>1_0</Size></Object></Delete>",
        f"<Delete><Object><Key>k</Key><Size>{'9' * 5000}</Size></Object></Delete>",
        "<Delete><Object><Key>k</Key><LastModifiedTime>yesterday</LastModifiedTime></Object></Delete>",
        "<Delete><Object><Key>&#0;</Key></Object></Delete>",
        "<Delete><Object><Key>&unknown;</Key></Object></Delete>",
        b"<Delete><Object><Key>\xff</Key></Object></Delete>",
        '<?xml version="1.0" encoding="no-such"?><Delete/>',
        "not xml at all",
        "{}",
    ],
)
def test_malformed_xml(document: str | bytes) -> None:
    assert refusal("DeleteObjects", document) == "MalformedXML"


def test_case_27_external_entities_are_refused() -> None:
    for declaration in (
        '<!DOCTYPE Delete [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Delete [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]>',
        '<!DOCTYPE Delete SYSTEM "http://127.0.0.1:1/x.dtd">',
        "<!DOCTYPE Delete>",
    ):
        document = f"{declaration}<Delete><Object><Key>k</Key></Object></Delete>"
        assert refusal("DeleteObjects", document) == "MalformedXML"


def test_a_bomb_of_entities_is_refused() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    document = f'<!DOCTYPE Delete [<!ENTITY e0 "boom">{levels}]><Delete>&e9;</Delete>'
    assert refusal("DeleteObjects", document) == "MalformedXML"


def test_deep_nesting_is_refused() -> None:
    depth = 300_000
    assert (
        refusal("DeleteObjects", "<Delete>" + "<a>" * depth + "</a>" * depth + "</Delete>") == "MalformedXML"
    )


def test_depth_at_the_bound() -> None:
    def nested(depth: int) -> bytes:
        return b"<a>" * depth + b"</a>" * depth

    assert xml.parse(nested(xml.MAX_DEPTH), "a").tag == "a"
    with pytest.raises(S3Error):
        xml.parse(nested(xml.MAX_DEPTH + 1), "a")


def test_number_of_elements_at_the_bound() -> None:
    def wide(count: int) -> bytes:
        return b"<a>" + b"<b/>" * (count - 1) + b"</a>"

    assert len(xml.parse(wide(xml.MAX_ELEMENTS), "a")) == xml.MAX_ELEMENTS - 1
    with pytest.raises(S3Error):
        xml.parse(wide(xml.MAX_ELEMENTS + 1), "a")


def test_size_at_the_bound() -> None:
    fits = b"<Delete>" + b" " * (xml.MAX_DOCUMENT - 17) + b"</Delete>"
    assert len(fits) == xml.MAX_DOCUMENT
    assert xml.parse(fits, "Delete").tag == "Delete"
    with pytest.raises(S3Error) as caught:
        xml.parse(fits + b" ", "Delete")
    assert caught.value.code == "MalformedXML"


def test_an_empty_body_is_refused_where_a_document_is_required() -> None:
    assert refusal("DeleteObjects", b"") == "MissingRequestBodyError"
    assert refusal("DeleteObjects", b" \n") == "MissingRequestBodyError"
    assert read("CreateBucket", b"").create_bucket_configuration is None
    assert read("PutBucketAcl", b"").access_control_policy is None


def test_values_of_documents() -> None:
    given = read(
        "DeleteObjects",
        f"<Delete {S3}><Quiet> TRUE </Quiet><Object><Key>  \u00e9\n&#xD;&#x85; </Key><VersionId/>"
        "<LastModifiedTime>Fri, 31 Dec 1999 23:59:58 GMT</LastModifiedTime><Size> 5 </Size></Object>"
        "<Object><Key>b</Key><LastModifiedTime>1999-12-31T23:59:58.000Z</LastModifiedTime></Object></Delete>",
    ).delete
    moment = datetime(1999, 12, 31, 23, 59, 58, tzinfo=UTC)
    first = types.ObjectIdentifier(key="  \u00e9\n\r\x85 ", version_id="", last_modified_time=moment, size=5)
    second = types.ObjectIdentifier(key="b", last_modified_time=moment)
    assert given == types.Delete(objects=[first, second], quiet=True)


def test_a_grantee_carries_its_type_as_an_attribute() -> None:
    grantee = (
        '<Grantee xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="Group"><URI>u</URI></Grantee>'
    )
    grant = f"<AccessControlList><Grant>{grantee}</Grant></AccessControlList>"
    document = f"<AccessControlPolicy>{grant}</AccessControlPolicy>"
    grants = read("PutObjectAcl", document).access_control_policy.grants
    assert grants == [types.Grant(grantee=types.Grantee(type="Group", uri="u"))]
    untyped = document.replace(' i:type="Group"', "")
    assert refusal("PutObjectAcl", untyped) == "MalformedXML"


def test_a_policy_is_text_in_utf8() -> None:
    assert read("PutBucketPolicy", '{"Version": "\u00e9"}').policy == '{"Version": "\u00e9"}'
    assert refusal("PutBucketPolicy", b"\xff") == "InvalidArgument"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_text_is_read_back(value: str) -> None:
    allowed = "".join(c for c in value if c in "\t\n\r" or (ord(c) >= 32 and c not in "\ufffe\uffff"))
    document = f"<a>{xml.escape(allowed)}</a>".encode()
    assert xml.text(xml.parse(document, "a")) == allowed
    attribute = f'<a x="{xml.escape(allowed)}"/>'.encode()
    assert xml.parse(attribute, "a").get("x") == allowed.replace("\n", " ").replace("\t", " ")


def test_characters_that_xml_cannot_carry_become_references() -> None:
    assert xml.escape("\x00\x01\x1f\r\x7f\x85\ufffe") == "&#x0;&#x1;&#x1f;&#xd;&#x7f;&#x85;&#xfffe;"
    assert xml.escape("a\tb\nc \u00a0\u200b") == "a\tb\nc \u00a0\u200b"
