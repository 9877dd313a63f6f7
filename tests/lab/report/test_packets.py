"""The packet that carried the message, as it is shown."""

from __future__ import annotations

from dataclasses import replace

from lab.report.results import HTTP, HTTPS, UNTRUSTED, UNTRUSTED_ERROR, shown
from overheard.report.packets import packets, refusal

FRAME = bytes(226) + b"fluffy tail"
ESCAPE = "\x1b"


def test_a_message_in_clear_is_shown_and_marked() -> None:
    lines = shown(packets(HTTP, FRAME)).splitlines()
    assert lines[0] == "http: frame 6 carried the message in clear"
    assert "  127.0.0.1:5683 → 127.0.0.1:40000   eth / ip / tcp / http" in lines
    assert "    HTTP/1.1 200 OK" in lines
    assert "    Content-Length: 11" in lines
    assert [line[:6] for line in lines if line.startswith("→")] == ["→ 00e0"]
    assert "fluffy tail" in lines[-2] + lines[-1]


def test_ciphertext_is_shown_without_a_mark() -> None:
    printed = shown(packets(HTTPS, bytes(100)))
    assert "https: frame 13 carried the message as ciphertext" in printed
    assert "frame 6   Server Hello  TLS 1.3, TLS_AES_256_GCM_SHA384" in printed
    assert "\n→" not in printed


def test_a_refusal_is_told_in_the_words_of_the_library() -> None:
    printed = shown(refusal(UNTRUSTED), width=400)
    assert f"  {UNTRUSTED_ERROR}\n" in printed
    assert "frame 8   Alert         Unknown CA" in printed
    assert "  it never left: no application data\n" in printed


def test_colours_are_for_terminals_alone() -> None:
    for renderable in (packets(HTTP, FRAME), packets(HTTPS, FRAME), refusal(UNTRUSTED)):
        assert ESCAPE in shown(renderable, terminal=True)
        assert ESCAPE not in shown(renderable)


def test_the_hex_dump_is_no_wider_than_a_terminal() -> None:
    assert max(map(len, shown(packets(HTTP, FRAME), width=80).splitlines())) <= 80


def test_headers_in_brackets_are_shown_as_they_are() -> None:
    (answer,) = HTTP.verdict.dissection
    odd = replace(answer, details=(("X-Odd", "[bold]x[/nowhere]"),))
    printed = shown(packets(replace(HTTP, verdict=replace(HTTP.verdict, dissection=(odd,))), FRAME))
    assert "X-Odd: [bold]x[/nowhere]" in printed
