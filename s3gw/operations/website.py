"""Static websites: what a bucket's configuration says, and how requests to its website are redirected.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from s3gw.db import bucket_settings
from s3gw.db.records import Bucket
from s3gw.errors import S3Error
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.operations.names import missing_bucket
from s3gw.protocol import types
from s3gw.protocol.values import invalid_argument

WEBSITE = "website"
"""Kind of document."""
_MOST_RULES = 50
_PROTOCOLS = ("http", "https")
_REDIRECTS = frozenset({"301", "302", "303", "304", "305", "307", "308"})
"""Those that S3 takes, whatever its message says."""
_ERRORS = frozenset(map(str, [*range(400, 418), *range(500, 506)]))
_OF_CONDITION = {"error": "http_error_code_returned_equals", "prefix": "key_prefix_equals"}
_OF_REDIRECT = {
    "host": "host_name",
    "code": "http_redirect_code",
    "protocol": "protocol",
    "replace_prefix": "replace_key_prefix_with",
    "replace": "replace_key_with",
}
_AS_GIVEN = "/!#$&'()*+,;:=?@~%"
"""Characters that an owner's replacement keeps: it may well bring a query or a fragment."""

Rule = dict[str, dict[str, str]]


@operation("GetBucketWebsite", "s3:GetBucketWebsite")
async def get_bucket_website(
    call: Call, request: types.GetBucketWebsiteInput
) -> types.GetBucketWebsiteOutput:
    """The configuration, as it was given."""
    document = website_of(await bucket_of(call, request))
    output = types.GetBucketWebsiteOutput()
    if "all" in document:
        output.redirect_all_requests_to = types.RedirectAllRequestsTo(
            host_name=document["all"]["host"], protocol=document["all"].get("protocol")
        )
    if "index" in document:
        output.index_document = types.IndexDocument(suffix=document["index"])
    if "error" in document:
        output.error_document = types.ErrorDocument(key=document["error"])
    if "rules" in document:
        output.routing_rules = [_shown(rule) for rule in document["rules"]]
    return output


@operation("PutBucketWebsite", "s3:PutBucketWebsite")
async def put_bucket_website(call: Call, request: types.PutBucketWebsiteInput) -> None:
    """Make the bucket a website; what it shows is what anybody may read of it."""
    bucket = await bucket_of(call, request)
    document = _checked(request.website_configuration)
    if not await bucket_settings.put(call.services.db, bucket.id, WEBSITE, document):
        raise missing_bucket(bucket.name)


@operation("DeleteBucketWebsite", "s3:DeleteBucketWebsite")
async def delete_bucket_website(call: Call, request: types.DeleteBucketWebsiteInput) -> None:
    """Have the bucket be a website no longer."""
    bucket = await bucket_of(call, request)
    await bucket_settings.delete(call.services.db, bucket.id, WEBSITE)


def website_of(bucket: Bucket) -> dict[str, Any]:
    """The document of a bucket. Raises NoSuchWebsiteConfiguration."""
    document: dict[str, Any] | None = bucket.documents.get(WEBSITE)
    if document is None:
        raise S3Error("NoSuchWebsiteConfiguration", fields={"BucketName": bucket.name})
    return document


def matching_rule(document: dict[str, Any], key: str, status: int | None) -> Rule | None:
    """The first routing rule for a key: of those on errors where `status` is one, else of the others."""
    for rule in document.get("rules", ()):
        condition = rule.get("condition", {})
        error = condition.get("error")
        if not key.startswith(condition.get("prefix", "")):
            continue
        if status is None if error is None else error == str(status):
            return dict(rule)
    return None


def location(rule: Rule, key: str, raw_path: str, raw_query: str, scheme: str, host: str) -> str:
    """Where a rule sends a request for `key`: it keeps whatever the rule does not replace."""
    redirect = rule["redirect"]
    path = quoted(raw_path)
    if "replace" in redirect:
        path = "/" + quoted(redirect["replace"])
    elif "replace_prefix" in redirect:
        rest = key[len(rule.get("condition", {}).get("prefix", "")) :]
        path = "/" + quoted(redirect["replace_prefix"]) + quote(rest, safe="/~")
    if raw_query and "?" not in path and "#" not in path:
        path += f"?{quoted(raw_query)}"
    return f"{redirect.get('protocol') or scheme}://{redirect.get('host') or host}{path}"


def quoted(text: str) -> str:
    """A path or query as it was given, but for what cannot stand in a header."""
    return quote(text, safe=_AS_GIVEN, errors="surrogateescape")


def _shown(rule: Rule) -> types.RoutingRule:
    shown = types.RoutingRule(
        redirect=types.Redirect(**{_OF_REDIRECT[name]: value for name, value in rule["redirect"].items()})
    )
    if "condition" in rule:
        members = {_OF_CONDITION[name]: value for name, value in rule["condition"].items()}
        shown.condition = types.Condition(**members)
    return shown


def _checked(given: types.WebsiteConfiguration | None) -> dict[str, Any]:
    """What is kept of a configuration. Raises MalformedXML, InvalidArgument, InvalidRequest."""
    if given is None:
        raise S3Error("MalformedXML")
    if given.redirect_all_requests_to is not None:
        return {"all": _checked_all(given)}
    if given.index_document is None:
        raise _argument(
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty", "null"
        )
    suffix = given.index_document.suffix
    if not suffix or "/" in suffix or "\0" in suffix:
        raise _argument("The IndexDocument Suffix is not well formed", suffix or "")
    document: dict[str, Any] = {"index": suffix}
    if given.error_document is not None:
        key = given.error_document.key
        if not key or "\0" in key:
            raise invalid_argument("ErrorDocument", key or "null", "The ErrorDocument Key is not well formed")
        document["error"] = key
    if given.routing_rules is not None:
        document["rules"] = _checked_rules(given.routing_rules)
    return document


def _checked_all(given: types.WebsiteConfiguration) -> dict[str, str]:
    if (given.index_document, given.error_document, given.routing_rules) != (None, None, None):
        raise S3Error(
            "InvalidArgument",
            "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
            fields={"ArgumentName": "RedirectAllRequestsTo", "ArgumentValue": "not null"},
        )
    everything = given.redirect_all_requests_to
    if everything is None or not everything.host_name:
        raise S3Error("MalformedXML")
    _check_target(everything.host_name, everything.protocol)
    return {"host": everything.host_name} | (
        {} if everything.protocol is None else {"protocol": everything.protocol}
    )


def _checked_rules(rules: list[types.RoutingRule]) -> list[Rule]:
    if not rules:
        raise S3Error("MalformedXML")
    if len(rules) > _MOST_RULES:
        raise S3Error(
            "InvalidRequest",
            f"{len(rules)} routing rules provided, the number of routing rules in a website configuration is "
            f"limited to {_MOST_RULES}.",
        )
    return [_checked_rule(rule) for rule in rules]


def _checked_rule(rule: types.RoutingRule) -> Rule:
    redirect = _members(rule.redirect, _OF_REDIRECT)
    if not redirect:
        raise S3Error("MalformedXML")
    if "replace" in redirect and "replace_prefix" in redirect:
        raise S3Error("InvalidRequest", "You can only define ReplaceKeyPrefix or ReplaceKey but not both.")
    _check_target(redirect.get("host"), redirect.get("protocol"))
    code = redirect.get("code")
    if code is not None and code not in _REDIRECTS:
        raise S3Error(
            "InvalidRequest",
            f"The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300.",
        )
    if rule.condition is None:
        return {"redirect": redirect}
    condition = _members(rule.condition, _OF_CONDITION)
    if not condition:
        raise S3Error(
            "InvalidRequest",
            "Condition cannot be empty. To redirect all requests without a condition, the condition element "
            "shouldn't be present.",
        )
    error = condition.get("error")
    if error is not None and error not in _ERRORS:
        raise S3Error(
            "InvalidRequest",
            f"The provided HTTP error code ({error}) is not valid. Valid codes are 4XX or 5XX.",
        )
    return {"condition": condition, "redirect": redirect}


def _members(given: Any, names: dict[str, str]) -> dict[str, str]:
    if given is None:
        return {}
    found = {name: getattr(given, member) for name, member in names.items()}
    if any("\0" in value for value in found.values() if value is not None):
        raise S3Error("MalformedXML")
    return {name: value for name, value in found.items() if value is not None}


def _check_target(host: str | None, protocol: str | None) -> None:
    if protocol is not None and protocol not in _PROTOCOLS:
        raise S3Error(
            "InvalidRequest",
            "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected "
            "automatically.",
        )
    if host is not None and (not host.isprintable() or not host.isascii() or " " in host):
        raise S3Error("InvalidRequest", "The host name of a redirect can only have visible ASCII characters.")


def _argument(message: str, value: str) -> S3Error:
    return invalid_argument("IndexDocument", value, message)
