"""Who may read the page, and who may start something by it: this machine's browser, on this page alone.

A page of another site, open in the same browser, can send requests here. It cannot read an answer (same-origin policy),
unless its own name leads here (DNS rebinding): so the name in `Host` must be this machine's. And what it sends by POST
has its own `Origin`, and no token.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

from flask import abort, request

if TYPE_CHECKING:
    from flask import Flask, Response

# Everything on the page is its own. `data:` is for pictures that a style has.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not `no-referrer`: a form of this page would then be sent with the origin `null` (Fetch, 3.2).
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # Secrets are on it.
    "Cache-Control": "no-store",
}
_THIS_MACHINE = {"127.0.0.1", "localhost", "[::1]"}
_TOKEN = "token"  # noqa: S105  (the name of the field, not its value)


def guard(app: Flask) -> None:
    """Check every request, and protect every response."""
    token = secrets.token_urlsafe()

    @app.before_request
    def check() -> None:
        if _name(request.host) not in _THIS_MACHINE:
            abort(403, "open this page by the name of this machine: 127.0.0.1 or localhost")
        # A link may lead here; an image, a script or a form of another site may not.
        is_followed = request.headers.get("Sec-Fetch-Mode", "") == "navigate" and request.method == "GET"
        is_elsewhere = request.headers.get("Sec-Fetch-Site", "") in ("cross-site", "same-site") and not is_followed
        origin = request.headers.get("Origin", "")
        if is_elsewhere or (origin and origin != f"{request.scheme}://{request.host}"):
            abort(403, "this request was sent by another page")
        if request.method == "POST" and not (origin and _same(request.form.get(_TOKEN, ""), token)):
            abort(403, "this page is older than the program that serves it: load it again")

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    app.jinja_env.globals["token"] = token


def _name(host: str) -> str:
    """The name in a `Host`, without the port (RFC 9110, 7.2)."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
