"""From a reply to a response: bytes, headers, and the damage that a fault does to them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from email.utils import formatdate

from reconciler.emulator.call import Plain, Reply, Several, Shown
from reconciler.emulator.errors import INVALID_TOKEN, NOT_FOUND, OH_SNAP, RATE_LIMITED, ApiError, error_body
from reconciler.emulator.faults import Rule
from reconciler.emulator.faults.bodies import badly_shaped, with_field, with_unknown_fields, without_field
from reconciler.emulator.limits import Allowance
from reconciler.emulator.lists import Listing
from reconciler.emulator.rendering import Fields, Renderer, Scene
from reconciler.emulator.wire import JSON_TYPE, Delivery, Response, encode_json

_ELSEWHERE = "https://elsewhere.invalid"
_PLAINLY = "http://elsewhere.invalid"
_A_FILE = "file:///etc/hostname"
_TEXTS = {
    401: INVALID_TOKEN,
    403: "You are not authorized to view this resource",
    404: NOT_FOUND,
    422: "The request was refused",
    429: RATE_LIMITED,
    503: "Service Unavailable",
}
_BALANCER = (502, 504)
"""What the load balancer answered, with a page and not with JSON (packngo checkResponse)."""


def of_object(reply: Reply, renderer: Renderer, scene: Scene, fields: Fields) -> Response:
    """The answer with one object, a few, some JSON, or nothing."""
    if isinstance(reply, Shown):
        moment = scene if reply.as_of is None else replace(scene, now=reply.as_of)
        return Response(reply.status, body=renderer.encode(reply.record, moment, fields))
    if isinstance(reply, Several):
        shown = b",".join(renderer.encode(record, scene, fields) for record in reply.records)
        return Response(reply.status, body=b"".join((b'{"', reply.key.encode(), b'":[', shown, b"]}")))
    if isinstance(reply, Plain):
        return Response(reply.status, body=encode_json(reply.body))
    return Response(reply.status)


def of_list(listing: Listing) -> Response:
    """The answer with a list."""
    return Response(200, body=listing.body())


def of_error(error: ApiError) -> Response:
    """The answer to a refused request."""
    return Response(error.status, body=encode_json(error_body(error.status, error.errors)))


def of_crash() -> Response:
    """The answer when the emulator itself failed."""
    return Response(500, body=encode_json(error_body(500, (OH_SNAP,))))


def of_status(status: int, retry_after: int | None = None, errors: tuple[str, ...] = ()) -> Response:
    """The answer of a fault that says `status`, in these words or the usual ones."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status in _BALANCER:
        page = f"<html><body><h1>{status}</h1></body></html>".encode()
        return Response(status, {**headers, "Content-Type": "text/html"}, page)
    texts = errors or (_TEXTS.get(status, OH_SNAP),)
    return Response(status, headers, encode_json(error_body(status, texts)))


def redirected(rule: Rule, target: str) -> Response:
    """The answer that sends the client elsewhere: to another host, by plain HTTP, to a file, to where it was."""
    place = {"host": _ELSEWHERE + target, "http": _PLAINLY + target, "file": _A_FILE, "loop": target}[rule.to]
    return Response(rule.status, {"Location": place, "Content-Type": "text/html"})


DROPPED = Response(0, delivery=Delivery.DROP)


def damaged(response: Response, rule: Rule | None) -> Response:
    """What a fault makes of a finished answer."""
    if rule is None:
        return response
    if rule.kind in ("commit_then_drop", "commit_then_timeout"):
        return DROPPED
    if rule.kind == "commit_then_status":
        return of_status(rule.status, rule.retry_after, rule.errors)
    if rule.kind == "garbage":
        return Response(200, body=b"<!DOCTYPE html><title>Everything is fine</title>")
    if rule.kind in _DELIVERIES:
        return replace(response, delivery=_DELIVERIES[rule.kind], seconds=rule.seconds or 0.0)
    if rule.kind == "bad_body":
        body, content_type = badly_shaped(response.body, rule.shape, rule.size)
        headers = response.headers if content_type is None else {**response.headers, "Content-Type": content_type}
        return replace(response, status=rule.status, body=body, headers=headers)
    return replace(response, body=_rewritten(response.body, rule))


_DELIVERIES = {"slow_body": Delivery.TRICKLE, "slow_head": Delivery.CRAWL, "cut_body": Delivery.CUT}


def _rewritten(body: bytes, rule: Rule) -> bytes:
    if rule.kind == "set_field":
        return with_field(body, rule.field, rule.value)
    if rule.kind == "drop_field":
        return without_field(body, rule.field)
    return with_unknown_fields(body) if rule.kind == "unknown_fields" else body


def with_headers(response: Response, request_id: str, allowance: Allowance | None, now: float) -> Response:
    """The answer with the headers that every API answer has; a balancer's page has none of them."""
    if response.dropped:
        return response
    if response.headers.get("Content-Type") == "text/html":
        return replace(response, headers={**response.headers, "Date": formatdate(now, usegmt=True)})
    headers = {
        "Content-Type": JSON_TYPE,
        "Cache-Control": "max-age=0, private, must-revalidate",
        "X-Request-Id": request_id,
        "Date": formatdate(now, usegmt=True),
        **(allowance.headers() if allowance else {}),
        **response.headers,
    }
    if response.body:
        digest = hashlib.sha256(response.body).hexdigest()[:32]
        headers["ETag"] = f'W/"{digest}"'
    return replace(response, headers=headers)
