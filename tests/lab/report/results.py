"""Results as the lab produces them, for tests of reports."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console, RenderableType

from overheard.words.dissected import Dissected
from overheard.words.layer import TLS_BY_THE_INTERCEPTOR
from overheard.words.result import Exchange, Result
from overheard.words.sighting import Sighting
from overheard.words.spelling import shifted_by
from overheard.words.verdict import Check, Outcome, Presence, Rule, Verdict
from overheard.words.visible import Alert, Visible

HELLO = Dissected(
    6,
    "127.0.0.1:5443 → 127.0.0.1:40000",
    ("eth", "ip", "tcp", "tls"),
    ("TLSv1.3: Handshake Protocol: Server Hello",),
    (("version", "TLS 1.3 (0x0304)"), ("cipher suite", "TLS_AES_256_GCM_SHA384 (0x1302)")),
)
ANSWER = Dissected(
    6,
    "127.0.0.1:5683 → 127.0.0.1:40000",
    ("eth", "ip", "tcp", "http"),
    ("HTTP/1.1 200 OK",),
    (("Server", "gunicorn"), ("Content-Length", "11")),
)
SHIFTED = shifted_by(25)
SIGHTING = Sighting("message", "plainly", 6, 226, 11, 0, ANSWER.direction, 160, (6,))

STREAM = Visible(
    0,
    "127.0.0.1:40000",
    "127.0.0.1:5443",
    0.2,
    0.012,
    800,
    2100,
    "TLS",
    version="TLS 1.3",
    cipher="TLS_AES_256_GCM_SHA384",
    group="x25519",
    sni="server",
    data_sent=142,
    data_answered=676,
    data_guessed=176,
    hello_frames=(4, 6),
)
REFUSED = replace(
    STREAM, data_sent=0, data_answered=0, data_guessed=0, alerts=(Alert(8, "client", "fatal", "unknown_ca"),)
)
GOT_IT = (Exchange("a GET", received=True),)

HTTP = Result(
    "http",
    GOT_IT,
    Verdict(Outcome.OVERHEARD, (), (SIGHTING,), Presence.SEEN, carrier=6, dissection=(ANSWER,)),
)
HTTPS = Result(
    "https",
    GOT_IT,
    Verdict(
        Outcome.PROTECTED,
        (Check(Rule.WHOLE, "marks", holds=True, says="both marks are there"),) * 3,
        (),
        Presence.KEY_LOG,
        carrier=13,
        dissection=(HELLO,),
        visible=(STREAM,),
    ),
)
# The verbatim error of `requests`.
UNTRUSTED_ERROR = (
    "SSLError: HTTPSConnectionPool(host='server', port=5443): Max retries exceeded with url: / (Caused by "
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
    "unable to get local issuer certificate (_ssl.c:1006)')))"
)
UNTRUSTED = Result(
    "https-untrusted",
    (Exchange("trusting the usual CAs", received=False, error=UNTRUSTED_ERROR),),
    Verdict(
        Outcome.NOT_SENT,
        (Check(Rule.PRESENT, "never-sent", holds=False, says="it never left: no application data"),),
        dissection=(HELLO,),
        visible=(REFUSED,),
    ),
)
BROKEN = replace(
    HTTP,
    scenario="substitution",
    verdict=replace(HTTP.verdict, sightings=(replace(SIGHTING, spelling=SHIFTED),), broken=1),
)
SPIED = replace(
    HTTPS,
    scenario="https-compromised-ca",
    verdict=replace(
        HTTPS.verdict,
        outcome=Outcome.OVERHEARD,
        sightings=(replace(SIGHTING, frame=13, layers=(TLS_BY_THE_INTERCEPTOR,)),),
    ),
)
SKIPPED = Result.of_skipped("post-quantum", "it needs OpenSSL 3.5 or later, and here is 3.0.19")
UNEXPECTED = replace(HTTP, scenario="fernet", wrong=("the verdict should be PROTECTED, but is OVERHEARD",))


def shown(renderable: RenderableType, *, terminal: bool = False, width: int = 120) -> str:
    """The output of a console: of a log, or of a terminal with colours."""
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
