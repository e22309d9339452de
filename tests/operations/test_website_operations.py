"""The configuration of static websites: what S3 takes, keeps and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from s3gw.errors import S3Error
from s3gw.operations.website import location, matching_rule
from s3gw.protocol import types
from tests.operations.operation_calls import Operations


def site(*rules: types.RoutingRule, **members: Any) -> types.WebsiteConfiguration:
    index = types.IndexDocument(suffix="index.html")
    given = {"index_document": index, "routing_rules": list(rules) or None, **members}
    return types.WebsiteConfiguration(**given)


def rule(redirect: dict[str, str] | None, **condition: str) -> types.RoutingRule:
    return types.RoutingRule(
        condition=types.Condition(**condition) if condition else None,
        redirect=None if redirect is None else types.Redirect(**redirect),
    )


def everything(host: str | None = "example.com", **members: Any) -> types.WebsiteConfiguration:
    target = types.RedirectAllRequestsTo(host_name=host, protocol=members.pop("protocol", None))
    return types.WebsiteConfiguration(redirect_all_requests_to=target, **members)


async def put(s3: Operations, configuration: types.WebsiteConfiguration) -> None:
    await s3.do(types.PutBucketWebsiteInput(bucket="bucket", website_configuration=configuration))


async def refused(s3: Operations, configuration: types.WebsiteConfiguration | None) -> S3Error:
    request = types.PutBucketWebsiteInput(bucket="bucket", website_configuration=configuration)
    return await s3.refused(request)


async def test_put_get_and_delete(s3: Operations) -> None:
    await s3.create()
    error = await s3.refused(types.GetBucketWebsiteInput(bucket="bucket"))
    assert (error.code, error.status) == ("NoSuchWebsiteConfiguration", 404)
    assert error.message == "The specified bucket does not have a website configuration"
    assert error.fields == {"BucketName": "bucket"}
    rules = [
        rule({"host_name": "a.example", "protocol": "https", "http_redirect_code": "307"}),
        rule(
            {"replace_key_prefix_with": ""}, key_prefix_equals="old/", http_error_code_returned_equals="404"
        ),
        rule({"replace_key_with": "k"}, key_prefix_equals=""),
    ]
    given = site(*rules, error_document=types.ErrorDocument(key="e.html"))
    await put(s3, given)
    found = await s3.do(types.GetBucketWebsiteInput(bucket="bucket"))
    assert found.index_document == given.index_document
    assert found.error_document == given.error_document
    assert found.routing_rules == rules
    assert found.redirect_all_requests_to is None
    await put(s3, everything(protocol="https"))
    found = await s3.do(types.GetBucketWebsiteInput(bucket="bucket"))
    assert found.redirect_all_requests_to == everything(protocol="https").redirect_all_requests_to
    assert (found.index_document, found.routing_rules) == (None, None)
    await s3.do(types.DeleteBucketWebsiteInput(bucket="bucket"))
    await s3.do(types.DeleteBucketWebsiteInput(bucket="bucket"))
    assert (await s3.refused(types.GetBucketWebsiteInput(bucket="bucket"))).code == error.code


async def test_fifty_rules(s3: Operations) -> None:
    await s3.create()
    await put(s3, site(*[rule({"host_name": "h"})] * 50))
    error = await refused(s3, site(*[rule({"host_name": "h"})] * 51))
    assert error.code == "InvalidRequest"
    assert error.message.startswith("51 routing rules provided, the number of routing rules in a website")


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (None, "MalformedXML", None),
        (
            site(index_document=None),
            "InvalidArgument",
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
        ),
        (
            site(index_document=types.IndexDocument(suffix="a/b")),
            "InvalidArgument",
            "The IndexDocument Suffix is not well formed",
        ),
        (site(index_document=types.IndexDocument(suffix="")), "InvalidArgument", None),
        (
            site(error_document=types.ErrorDocument(key="")),
            "InvalidArgument",
            "The ErrorDocument Key is not well formed",
        ),
        (site(routing_rules=[]), "MalformedXML", None),
        (everything(None), "MalformedXML", None),
        (
            everything(index_document=types.IndexDocument(suffix="i")),
            "InvalidArgument",
            "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
        ),
        (
            everything(protocol="ftp"),
            "InvalidRequest",
            (
                "Invalid protocol, protocol can be http or https. "
                "If not defined the protocol will be selected automatically."
            ),
        ),
        (everything("a\r\nSet-Cookie: a=b"), "InvalidRequest", None),
        (site(rule(None)), "MalformedXML", None),
        (site(rule({})), "MalformedXML", None),
        (site(rule({"host_name": "a b"})), "InvalidRequest", None),
        (
            site(rule({"replace_key_with": "a", "replace_key_prefix_with": ""})),
            "InvalidRequest",
            "You can only define ReplaceKeyPrefix or ReplaceKey but not both.",
        ),
        (
            site(types.RoutingRule(condition=types.Condition(), redirect=types.Redirect(host_name="h"))),
            "InvalidRequest",
            (
                "Condition cannot be empty. To redirect all requests without a condition, "
                "the condition element shouldn't be present."
            ),
        ),
        *(
            (
                site(rule({"http_redirect_code": code})),
                "InvalidRequest",
                f"The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300.",
            )
            for code in ("300", "306", "399", "200", "3xx", "3011")
        ),
        *(
            (
                site(rule({"host_name": "h"}, http_error_code_returned_equals=code)),
                "InvalidRequest",
                f"The provided HTTP error code ({code}) is not valid. Valid codes are 4XX or 5XX.",
            )
            for code in ("302", "399", "418", "506", "4xx")
        ),
    ],
)
async def test_refused(
    s3: Operations, given: types.WebsiteConfiguration | None, code: str, message: str | None
) -> None:
    await s3.create()
    error = await refused(s3, given)
    assert (error.code, error.status) == (code, 400)
    assert message is None or error.message == message
    assert (
        await s3.refused(types.GetBucketWebsiteInput(bucket="bucket"))
    ).code == "NoSuchWebsiteConfiguration"


def test_which_rule_speaks() -> None:
    document = {
        "rules": [
            {"condition": {"error": "404", "prefix": "a/"}, "redirect": {"host": "first"}},
            {"condition": {"prefix": "a/b"}, "redirect": {"host": "second"}},
            {"condition": {"error": "404"}, "redirect": {"host": "third"}},
        ]
    }

    def host(key: str, status: int | None) -> str | None:
        found = matching_rule(document, key, status)
        return None if found is None else found["redirect"]["host"]

    assert host("a/b", None) == "second"
    assert host("a/c", None) is None
    assert host("a/c", 404) == "first"
    assert host("x", 404) == "third"
    assert host("x", 403) is None


@pytest.mark.parametrize(
    ("redirect", "prefix", "path", "query", "target"),
    [
        ({"host": "h"}, "", "/a%20b", "c=d", "http://h/a%20b?c=d"),
        ({"replace_prefix": "new/"}, "old/", "/old/a%20b?", "", "http://site:1/new/a%20b%3F"),
        ({"replace_prefix": ""}, "old/", "/old/a", "", "http://site:1/a"),
        ({"replace_prefix": "#!/"}, "", "/a", "q=1", "http://site:1/#!/a"),
        ({"replace": "k?x=1", "protocol": "https"}, "", "/a", "q=1", "https://site:1/k?x=1"),
        ({"replace": "line\r\nSet-Cookie: a=b"}, "", "/a", "", "http://site:1/line%0D%0ASet-Cookie:%20a=b"),
        ({"code": "302", "host": "h"}, "", "/ü", "ü", "http://h/%C3%BC?%C3%BC"),
    ],
)
def test_where_a_rule_sends(
    redirect: dict[str, str], prefix: str, path: str, query: str, target: str
) -> None:
    key = path[1:].replace("%20", " ")
    given = {"condition": {"prefix": prefix}, "redirect": redirect}
    assert location(given, key, path, query, "http", "site:1") == target
