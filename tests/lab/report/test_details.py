"""The details of one scenario."""

from __future__ import annotations

from dataclasses import replace

from lab.report.results import BROKEN, HTTP, HTTPS, SKIPPED, SPIED, STREAM, UNTRUSTED, UNTRUSTED_ERROR, shown
from overheard.report.details import details
from overheard.words.result import SHOWED, Exchange, Result
from overheard.words.visible import Visible

MESSAGE = "fluffy tail"


def text(result: Result, data: bytes = b"", interceptor: str = "") -> str:
    return shown(details(result, "a title", MESSAGE, data, interceptor), width=400)


def test_it_begins_with_the_scenario_and_its_verdict() -> None:
    assert "https: a title   PROTECTED" in text(HTTPS)


def test_every_attempt_is_shown_with_its_result() -> None:
    refused = Exchange("with another key", received=False, error="InvalidToken: not this key", notes=("a note",))
    printed = text(replace(HTTP, exchanges=(*HTTP.exchanges, refused)))
    assert "  a GET: “fluffy tail”\n" in printed
    assert "  with another key: InvalidToken: not this key\n    a note\n" in printed


def test_a_certificate_is_shown_once_and_a_warning_each_time() -> None:
    notes = (f"{SHOWED}I am server", "SoftFailWarning: nobody answered")
    exchange = replace(HTTP.exchanges[0], notes=notes)
    printed = text(replace(HTTP, exchanges=(exchange, exchange)))
    assert [printed.count(note) for note in notes] == [1, 2]


def test_an_error_is_shown_in_short_and_in_full() -> None:
    printed = text(UNTRUSTED)
    assert "trusting the usual CAs: unable to get local issuer certificate\n" in printed
    assert f"    {UNTRUSTED_ERROR}\n" in printed
    again = Exchange("once more", received=False, error=UNTRUSTED_ERROR)
    longer = text(replace(UNTRUSTED, exchanges=(*UNTRUSTED.exchanges, again)))
    # Once, and below its own attempt.
    assert longer.count(UNTRUSTED_ERROR) == 1
    assert longer.index(UNTRUSTED_ERROR) < longer.index("once more")
    assert "it never left: no application data" in printed


def test_an_attempt_is_shown_with_what_the_wire_showed() -> None:
    wire = "unknown_ca from the client in frame 8, and no application data"
    exchange = replace(UNTRUSTED.exchanges[0], wire=wire)
    assert f"    on the wire: {wire}\n" in text(replace(UNTRUSTED, exchanges=(exchange,)))


def test_a_broken_cipher_is_shown_step_by_step() -> None:
    lines = text(BROKEN).splitlines()
    tries = [line for line in lines if line[4:6].strip().isdecimal() and line.startswith(("    ", "  →"))]
    assert len(tries) == 25
    (right,) = (line for line in tries if "→" in line)
    assert right.split()[1:4] == ["1", "fluffy", "tail"]
    assert "broken by trying" not in text(HTTP)


def test_the_interceptors_notes_are_shown() -> None:
    assert "GET https://server:5443/ → 200: “fluffy tail”" in text(
        SPIED, interceptor="GET https://server:5443/ → 200: “fluffy tail”"
    )
    assert "interceptor wrote" not in text(HTTPS)


def test_a_skipped_scenario_shows_only_its_reason() -> None:
    assert text(SKIPPED).split("\n", 2)[1:] == ["post-quantum: a title   skipped", f"  {SKIPPED.skipped}\n"]


def test_what_was_still_visible_is_shown_for_each_connection() -> None:
    printed = text(HTTPS)
    for words in (
        "127.0.0.1:40000 → 127.0.0.1:5443",
        "for 12 ms",
        "about 142 bytes asked, about 176 answered",
        "TLS 1.3, TLS_AES_256_GCM_SHA384, group x25519, SNI server",
    ):
        assert words in printed
    assert "alert unknown_ca from the client in frame 8" in text(UNTRUSTED)


def test_a_visible_certificate_is_shown() -> None:
    old = replace(STREAM, version="TLS 1.2", subject="server", names=("server", "localhost"))
    printed = text(replace(HTTPS, verdict=replace(HTTPS.verdict, visible=(old,))))
    assert "certificate of server for server, localhost" in printed


def test_the_sizes_of_plaintext_are_shown() -> None:
    plain = Visible(0, "a:1", "b:2", 0, 0.001, 154, 165, "plain text")
    printed = text(replace(HTTP, verdict=replace(HTTP.verdict, visible=(plain,))))
    assert "154 bytes there, 165 back" in printed


def test_many_connections_are_counted() -> None:
    printed = text(replace(HTTPS, verdict=replace(HTTPS.verdict, visible=(STREAM,) * 9)))
    assert printed.count("127.0.0.1:40000 →") == 6
    assert "and 3 more connections" in printed
