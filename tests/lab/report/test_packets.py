"""The display of the packet that carried the message."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Group

from lab.report.results import HTTP, HTTPS, SKIPPED, SPIED, UNTRUSTED, shown
from overheard.report.packets import carrier

if TYPE_CHECKING:
    from overheard.words.result import Result

FRAME = bytes(226) + b"fluffy tail"
ESCAPE = "\x1b"


def text(result: Result, data: bytes, *, terminal: bool = False, width: int = 120) -> str:
    return shown(Group(*carrier(result, data)), terminal=terminal, width=width)


def test_a_message_in_clear_is_shown_and_marked() -> None:
    lines = text(HTTP, FRAME).splitlines()
    assert lines[0] == "  frame 6: 127.0.0.1:5683 → 127.0.0.1:40000   eth / ip / tcp / http"
    assert "    HTTP/1.1 200 OK" in lines
    assert "    Content-Length: 11" in lines
    assert [line[:6] for line in lines if line.startswith("→")] == ["→ 00e0"]
    assert "fluffy tail" in lines[-2] + lines[-1]


def test_ciphertext_is_shown_without_a_mark() -> None:
    printed = text(HTTPS, bytes(100))
    assert "0000  00 00" in printed
    assert "→" not in printed


def test_decrypted_content_is_marked_in_its_frame() -> None:
    spied = replace(SPIED.verdict.sightings[0], offset=16, length=16)
    printed = text(replace(SPIED, verdict=replace(SPIED.verdict, sightings=(spied,))), bytes(64))
    assert [line[:6] for line in printed.splitlines() if line.startswith("→")] == ["→ 0010"]


def test_nothing_is_shown_if_no_frame_carried_it() -> None:
    for result in (UNTRUSTED, SKIPPED):
        assert text(result, b"").strip() == ""


def test_colours_are_for_terminals_only() -> None:
    for result in (HTTP, HTTPS):
        assert ESCAPE in text(result, FRAME, terminal=True)
        assert ESCAPE not in text(result, FRAME)


def test_the_hex_dump_is_no_wider_than_a_terminal() -> None:
    assert max(map(len, text(HTTP, FRAME, width=80).splitlines())) <= 80


def test_headers_in_brackets_are_shown_as_they_are() -> None:
    (answer,) = HTTP.verdict.dissection
    odd = replace(answer, details=(("X-Odd", "[bold]x[/nowhere]"),))
    printed = text(replace(HTTP, verdict=replace(HTTP.verdict, dissection=(odd,))), FRAME)
    assert "X-Odd: [bold]x[/nowhere]" in printed
