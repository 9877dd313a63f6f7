"""Pages of packets: rows from our own reader, and the same rows in tshark's words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, rewritten, udp
from overheard.words.errors import UnreadableError
from overheard_capture.wireshark import conversations, packet_list
from overheard_capture.wireshark.packet_list import in_words, rows_of
from overheard_capture.wireshark.tshark import TsharkInput

if TYPE_CHECKING:
    from pathlib import Path

HTTP = exchange([b"GET /one HTTP/1.1\r\nHost: a\r\n\r\n"], [b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", b"yes"])


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return rewritten(tmp_path / "a.pcapng", [ethernet(ipv4(udp(b"said"), 17)), *HTTP, ethernet(b"", 0x88CC)])


def test_rows_have_times_endpoints_and_lengths(capture: Path) -> None:
    page = rows_of(capture, 1, 2)
    datagram, syn = page.rows
    assert page.total == len(HTTP) + 2
    assert (datagram.number, datagram.time, datagram.protocol, datagram.length) == (1, 0.0, "UDP", 46)
    assert (syn.protocol, syn.target.rpartition(":")[2]) == ("TCP", "5683")
    assert 0 < syn.time < 1e-5
    assert json.dumps(syn.to_json()).startswith("[2, ")


def test_a_page_ends_with_the_capture_and_has_a_limit(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = rows_of(capture, 4, 1000).rows
    assert [row.number for row in last] == list(range(4, len(HTTP) + 3))
    assert (last[-1].source, last[-1].protocol) == ("", "")
    assert rows_of(capture, 1000, 10).rows == ()
    monkeypatch.setattr(packet_list, "MAX_ROWS", 3)
    assert len(rows_of(capture, 1, 1000).rows) == 3


def test_a_capture_that_breaks_off_says_where(capture: Path) -> None:
    capture.write_bytes(capture.read_bytes()[:300])
    page = rows_of(capture, 1, 100)
    assert "truncated" in page.damage
    assert page.total == len(page.rows) > 0


def test_words_are_those_of_tshark_for_the_whole_capture(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(capture, 1, 100).rows
    words = in_words(TsharkInput(capture), rows)
    assert "GET /one HTTP/1.1" in [row.info for row in words]
    assert [row.number for row in words] == [row.number for row in rows]
    # Nor does it matter where a page begins, and whether only its conversations are read.
    monkeypatch.setattr(conversations, "_FEW", 0)
    assert in_words(TsharkInput(capture), rows[5:]) == words[5:]
    assert in_words(TsharkInput(capture), []) == ()


def test_words_from_packets_are_safe_to_show(tmp_path: Path) -> None:
    asked = "GET /\u202e<script>&\x1b[31m\ufffe HTTP/1.1\r\n\r\n".encode()
    capture = rewritten(tmp_path / "a.pcapng", exchange([asked], []))
    infos = [row.info for row in in_words(TsharkInput(capture), rows_of(capture, 1, 100).rows)]
    assert any("<script>" in info for info in infos)
    assert all(info.isprintable() for info in infos)


def test_what_is_no_capture_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.pcapng").write_bytes(b"no capture" * 10)
    with pytest.raises(UnreadableError):
        rows_of(tmp_path / "a.pcapng", 1, 10)
