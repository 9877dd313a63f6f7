"""The display of the request, and of the packet that carried the message."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Group

from lab.report.results import ANSWER, HTTP, HTTPS, SKIPPED, SPIED, STREAM, UNTRUSTED, shown
from overheard.report.packets import packets
from overheard.words.dissected import Dissected

if TYPE_CHECKING:
    from overheard.words.result import Result

ASKED = Dissected(
    4,
    "127.0.0.1:40000 → 127.0.0.1:5683",
    ("eth", "ip", "tcp", "http"),
    ("GET / HTTP/1.1",),
    (("Host", "server:5683"), ("Accept", "*/*")),
    (3, 4),
)
RECORD = ("Application Data Protocol: Application Data",)
FINISHED = Dissected(9, "127.0.0.1:40000 → 127.0.0.1:5443", ("eth", "ip", "tcp", "tls"), RECORD)
SEALED = replace(FINISHED, frame=10)
OTHERS = replace(FINISHED, frame=11, direction="127.0.0.1:40001 → 127.0.0.1:5443")
SENT = replace(FINISHED, frame=13, direction="127.0.0.1:5443 → 127.0.0.1:40000")
FRAME = bytes(226) + b"fluffy tail"
ESCAPE = "\x1b"


def text(result: Result, data: bytes, *, terminal: bool = False, width: int = 120) -> str:
    return shown(Group(*packets(result, data)), terminal=terminal, width=width)


def dissected(result: Result, *frames: Dissected) -> Result:
    return replace(result, verdict=replace(result.verdict, dissection=frames))


def test_the_request_is_shown_before_the_response() -> None:
    later = replace(ASKED, frame=8, shows=("GET /later HTTP/1.1",))
    printed = text(dissected(HTTP, ASKED, ANSWER, later), FRAME)
    assert printed.startswith(
        "  the request\n"
        "  frame 4: 127.0.0.1:40000 → 127.0.0.1:5683   eth / ip / tcp / http\n"
        "    GET / HTTP/1.1\n"
        "    Host: server:5683\n"
        "    Accept: */*\n"
        "    its beginning is in frame 3\n"
        "  the response\n"
        "  frame 6: "
    )
    assert "later" not in printed


def test_of_an_encrypted_request_it_says_who_can_read_it() -> None:
    """The last record before the response, in the same connection: those before it are of the handshake."""
    frames = (FINISHED, SEALED, OTHERS, SENT)
    printed = text(dissected(HTTPS, *frames), bytes(100))
    assert "  frame 10: 127.0.0.1:40000 → 127.0.0.1:5443   eth / ip / tcp / tls\n    Application Data" in printed
    assert "are encrypted: without the key, nobody can read them\n  the response\n  frame 13: " in printed
    assert "frame 11" not in printed
    assert "and the spy has it" in text(dissected(SPIED, *frames), bytes(100))


def test_a_message_in_a_request_is_shown_as_the_request() -> None:
    sent = replace(HTTP.verdict, carrier=4, dissection=(ASKED,))
    assert text(replace(HTTP, verdict=sent), FRAME).startswith("  the request\n  frame 4: ")
    # In TLS, it is known by the endpoint that sends it.
    sealed = replace(HTTPS.verdict, carrier=10, visible=(STREAM,), dissection=(FINISHED, SEALED))
    printed = text(replace(HTTPS, verdict=sealed), bytes(100))
    assert printed.startswith("  the request\n  frame 10: ")
    assert "response" not in printed


def test_without_a_carrier_the_only_request_is_shown() -> None:
    """Of many attempts, none is more the request than another."""
    unknown = dissected(replace(UNTRUSTED, verdict=replace(UNTRUSTED.verdict, checks=())), ASKED)
    assert text(unknown, b"").startswith("  the request\n  frame 4: ")
    assert text(replace(unknown, exchanges=UNTRUSTED.exchanges * 2), b"").strip() == ""


def test_it_says_that_no_request_was_sent() -> None:
    assert text(UNTRUSTED, b"") == "  the request\n  none was sent: the connection ended before there was one\n"


def test_a_message_in_clear_is_shown_and_marked() -> None:
    lines = text(HTTP, FRAME).splitlines()
    assert lines[0] == "  frame 6: 127.0.0.1:5683 → 127.0.0.1:40000   eth / ip / tcp / http"
    assert "    HTTP/1.1 200 OK" in lines
    assert "    Content-Length: 11" in lines
    assert [line[:6] for line in lines if line.startswith("→")] == ["→ 00e0"]
    assert "fluffy tail" in "".join(lines[-3:])


def test_ciphertext_is_shown_without_a_mark() -> None:
    printed = text(HTTPS, bytes(100))
    assert "0000  00 00" in printed
    assert "→ 00" not in printed


def test_decrypted_content_is_marked_in_its_frame() -> None:
    spied = replace(SPIED.verdict.sightings[0], offset=16, length=16)
    printed = text(replace(SPIED, verdict=replace(SPIED.verdict, sightings=(spied,))), bytes(64))
    assert [line[:6] for line in printed.splitlines() if line.startswith("→")] == ["→ 0010"]


def test_nothing_is_shown_if_no_frame_carried_it() -> None:
    assert text(SKIPPED, b"").strip() == ""


def test_colours_are_for_terminals_only() -> None:
    for result in (HTTP, HTTPS):
        assert ESCAPE in text(result, FRAME, terminal=True)
        assert ESCAPE not in text(result, FRAME)


def test_the_hex_dump_is_no_wider_than_a_terminal() -> None:
    for width in (40, 60, 80):
        assert max(map(len, text(HTTP, FRAME, width=width).splitlines()), default=0) <= width
    assert "  00e0  00 00  66 6c  ..fl" in text(HTTP, FRAME, width=40).replace("→ ", "  ")


def test_headers_in_brackets_are_shown_as_they_are() -> None:
    (answer,) = HTTP.verdict.dissection
    odd = replace(answer, details=(("X-Odd", "[bold]x[/nowhere]"),))
    printed = text(replace(HTTP, verdict=replace(HTTP.verdict, dissection=(odd,))), FRAME)
    assert "X-Odd: [bold]x[/nowhere]" in printed
