"""What all pages have in common: the document around their parts, its security policy, and the list of keys.

A page fetches nothing and can be read without its script. Its policy lets only this style and this script be used, by
their hashes: even markup that came in from outside could do nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.report.html.markup import Html, Markup, lines

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' "
    "rx='3' fill='%233451b2'/%3E%3Cpath d='M4 5h8M4 11h8M8 2.5v5' stroke='white' stroke-width='2'/%3E%3C/svg%3E"
)

Keys = Sequence[tuple[str, str]]
"""The keys of a page, several of them with spaces between, and what they do."""


def document(html: Html, title: str, header: Markup, parts: Sequence[Markup | None], keys: Keys) -> str:
    """The whole page, in ASCII. Empty parts are left out."""
    style, script = _asset("style.css"), _asset("app.js")
    head = lines(
        [
            html.tag("meta", {"charset": "utf-8"}),
            html.tag("meta", {"http-equiv": "Content-Security-Policy", "content": _policy(style, script)}),
            html.tag("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
            html.tag("meta", {"name": "referrer", "content": "no-referrer"}),
            html.tag("meta", {"name": "color-scheme", "content": "light dark"}),
            html.tag("title", {}, title),
            html.tag("link", {"rel": "icon", "href": _ICON}),
            html.tag("style", {}, style),
        ]
    )
    main = html.tag("main", {}, lines([each for each in parts if each]))
    body = lines([header, main, _dialog(html, keys), html.tag("script", {}, script)])
    page = html.tag("html", {"lang": "en"}, html.tag("head", {}, head), html.tag("body", {}, body))
    return f"<!doctype html>\n{page}\n"


def top(html: Html, what: str, stack: str) -> Markup:
    """The first line of a page: what it is of, and its buttons."""
    theme = html.tag("button", {"type": "button", "id": "theme", "title": "Light or dark (t)"}, "Theme")
    keys = html.tag("button", {"type": "button", "id": "help", "title": "Keys (?)"}, "Keys")
    title = html.tag("h1", {}, html.tag("span", {}, f"reconciler {what} "), stack)
    return html.tag("div", {"class": "top"}, title, html.tag("div", {"class": "buttons", "hidden": True}, keys, theme))


def section(html: Html, name: str, title: str, *children: str | None) -> Markup:
    return html.tag(
        "section", {"id": name, "aria-labelledby": f"{name}-title"}, section_title(html, name, title), *children
    )


def section_title(html: Html, name: str, title: str, *more: str) -> Markup:
    return html.tag("h2", {"id": f"{name}-title"}, title, *more)


def diagnostics_section(html: Html, title: str, found: Sequence[Diagnostic]) -> Markup | None:
    if not found:
        return None
    words = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.NOTE: "Note"}
    items = [
        html.tag(
            "li",
            {"class": str(each.severity)},
            html.tag("p", {}, html.tag("b", {}, words[each.severity]), " ", each.summary),
            html.tag("p", {"class": "dim"}, _origin(each)),
            html.tag("pre", {}, each.excerpt.strip()) if each.excerpt else None,
            html.tag("p", {}, each.hint) if each.hint else None,
        )
        for each in found
    ]
    return section(html, "warnings", title, html.tag("ul", {}, *items))


def _origin(found: Diagnostic) -> str:
    return ", ".join(str(each) for each in (found.address, found.place, found.code) if each)


def _asset(name: str) -> Markup:
    return Markup(resources.files(__package__).joinpath(name).read_text(encoding="ascii"))


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, sent or run but what the page brings."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _dialog(html: Html, keys: Keys) -> Markup:
    rows = [
        html.tag("div", {}, html.tag("dt", {}, *_keycaps(html, each)), html.tag("dd", {}, what)) for each, what in keys
    ]
    close = html.tag("button", {"type": "button", "id": "close"}, "Close")
    title = html.tag("h2", {"id": "keys-title"}, "Keys")
    return html.tag("dialog", {"id": "keys", "aria-labelledby": "keys-title"}, title, html.tag("dl", {}, *rows), close)


def _keycaps(html: Html, keys: str) -> list[Markup]:
    return [html.tag("kbd", {}, each) for each in keys.split()]
