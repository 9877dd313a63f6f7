"""Results as the lab has them, for the tests that show them."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console, RenderableType

from overheard.words.dissected import Dissected
from overheard.words.result import Result
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Outcome, Presence, Rule, Verdict

HELLO = Dissected(
    6,
    "127.0.0.1:5443 → 127.0.0.1:40000",
    ("eth", "ip", "tcp", "tls"),
    ("TLSv1.3: Handshake Protocol: Server Hello",),
    (("version", "TLS 1.3 (0x0304)"), ("cipher suite", "TLS_AES_256_GCM_SHA384 (0x1302)")),
)
ALERT = Dissected(
    8,
    HELLO.direction,
    HELLO.layers,
    ("Alert (Level: Fatal, Description: Unknown CA)",),
    (("alert", "Unknown CA (48)"),),
)
ANSWER = Dissected(
    6,
    "127.0.0.1:5683 → 127.0.0.1:40000",
    ("eth", "ip", "tcp", "http"),
    ("HTTP/1.1 200 OK",),
    (("Server", "gunicorn"), ("Content-Length", "11")),
)
SIGHTING = Sighting("message", "plainly", 6, 226, 11, 0, ANSWER.direction, 160, (6,))

HTTP = Result(
    "http",
    received=True,
    error="",
    verdict=Verdict(Outcome.OVERHEARD, (), (SIGHTING,), Presence.SEEN, carrier=6, dissection=(ANSWER,)),
    as_expected=True,
)
HTTPS = Result(
    "https",
    received=True,
    error="",
    verdict=Verdict(
        Outcome.PROTECTED,
        (Check(Rule.WHOLE, "marks", holds=True, says="both marks are there"),) * 3,
        (),
        Presence.KEY_LOG,
        carrier=13,
        dissection=(HELLO,),
    ),
    as_expected=True,
)
# What `requests` says, to the letter.
UNTRUSTED_ERROR = (
    "SSLError: HTTPSConnectionPool(host='server', port=5443): Max retries exceeded with url: / (Caused by "
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
    "unable to get local issuer certificate (_ssl.c:1006)')))"
)
UNTRUSTED = Result(
    "https-untrusted",
    received=False,
    error=UNTRUSTED_ERROR,
    verdict=Verdict(
        Outcome.INCONCLUSIVE,
        (Check(Rule.PRESENT, "never-sent", holds=False, says="it never left: no application data"),),
        dissection=(HELLO, ALERT),
    ),
    as_expected=True,
)
UNEXPECTED = replace(HTTP, scenario="fernet", as_expected=False)


def shown(renderable: RenderableType, *, terminal: bool = False, width: int = 120) -> str:
    """What comes out of a console: of a log, or of a terminal with colours."""
    out = Console(
        file=io.StringIO(),
        force_terminal=terminal,
        color_system="truecolor" if terminal else None,
        width=width,
        highlight=False,
    )
    out.print(renderable)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()
