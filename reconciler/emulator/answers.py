"""From a reply to a response: bytes, headers, and the damage that a fault does to them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from email.utils import formatdate

from reconciler.emulator.call import Plain, Reply, Several, Shown
from reconciler.emulator.errors import INVALID_TOKEN, NOT_FOUND, OH_SNAP, RATE_LIMITED, ApiError, error_body
from reconciler.emulator.faults import Rule
from reconciler.emulator.limits import Allowance
from reconciler.emulator.lists import Listing
from reconciler.emulator.rendering import Fields, Renderer, Scene
from reconciler.emulator.wire import JSON_TYPE, Delivery, Response, encode_json

_ELSEWHERE = "https://elsewhere.invalid"
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


def of_list(listing: Listing, rule: Rule | None) -> Response:
    """The answer with a list, shortened or miscounted where a fault wants it."""
    if rule is not None and rule.kind == "truncate_page":
        listing = listing.shortened()
    if rule is not None and rule.kind == "wrong_total":
        listing = listing.miscounted()
    return Response(200, body=listing.body())


def of_error(error: ApiError) -> Response:
    """The answer to a refused request."""
    return Response(error.status, body=encode_json(error_body(error.status, error.errors)))


def of_crash() -> Response:
    """The answer when the emulator itself failed."""
    return Response(500, body=encode_json(error_body(500, (OH_SNAP,))))


def of_status(status: int, retry_after: int | None) -> Response:
    """The answer of a fault that says `status`."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status in _BALANCER:
        page = f"<html><body><h1>{status}</h1></body></html>".encode()
        return Response(status, {**headers, "Content-Type": "text/html"}, page)
    text = _TEXTS.get(status, OH_SNAP)
    return Response(status, headers, encode_json(error_body(status, (text,))))


def redirected(target: str) -> Response:
    """The answer that sends the client to another host."""
    return Response(302, {"Location": _ELSEWHERE + target, "Content-Type": "text/html"})


DROPPED = Response(0, delivery=Delivery.DROP)


def damaged(response: Response, rule: Rule | None) -> Response:
    """What a fault makes of a finished answer."""
    if rule is None:
        return response
    if rule.kind in ("commit_then_drop", "late_commit", "drop_before"):
        return DROPPED
    if rule.kind == "commit_then_status":
        return of_status(rule.status, rule.retry_after)
    if rule.kind == "garbage":
        return Response(200, body=b"<!DOCTYPE html><title>Everything is fine</title>")
    if rule.kind == "slow_body":
        return replace(response, delivery=Delivery.TRICKLE, seconds=rule.seconds or 0.0)
    return response


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
