"""NOT SENT is said only where nothing is in doubt: not where there is anything beside a refused handshake."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, udp
from capture.recordings import SECRET, Doctored, reasons
from overheard.words.verdict import Outcome
from overheard_capture.judge.evidence import Evidence
from overheard_capture.wireshark.tshark import Decrypted, TlsFrame

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings

# TLS records: of a hello, of early data, of an alert, and of one that is longer.
HELLO = bytes.fromhex("16030100050100000101")
EARLY = bytes.fromhex("1703030014") + bytes(range(0x80, 0x94))
ALERT = bytes.fromhex("15030300020230")
LONG_ALERT = bytes.fromhex("1503030010") + bytes(range(0x80, 0x90))

BESIDE: dict[str, list[bytes]] = {
    "HTTP in clear": exchange([b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"], [b"HTTP/1.1 204 No Content\r\n\r\n"]),
    "an unknown protocol": exchange([bytes(range(0x80, 0xC0))], [bytes(range(0xC0, 0x100))]),
    "a datagram": [ethernet(ipv4(udp(b"some words", source=5000, target=5001), 17))],
    "an encrypted datagram": [ethernet(ipv4(udp(bytes(range(0x80, 0xF0)), source=5000, target=5001), 17))],
    "a question of DNS": [
        ethernet(
            ipv4(
                udp(bytes.fromhex("abcd01000001000000000000046e616d65036c616200 00010001".replace(" ", "")), target=53),
                17,
            )
        )
    ],
    "an echo of ICMP": [ethernet(ipv4(bytes.fromhex("0800f7ff00000000") + b"some words", 1))],
    "early data": exchange([HELLO + EARLY], [ALERT]),
    "data after an alert": exchange([HELLO], [ALERT + b"some words"]),
    "data before TLS": exchange([b"some words\r\n" + HELLO], [ALERT]),
    "a long alert": exchange([HELLO], [LONG_ALERT]),
    "a connection that goes on": exchange([b"some words"], [b"other words"])[3:],
}


@pytest.fixture
def refused(recordings: Recordings, tmp_path: Path) -> Doctored:
    """The recording of a refused handshake, to insert frames into."""
    return Doctored(recordings, tmp_path, "untrusted")


def test_without_anything_beside_it_nothing_was_sent(refused: Doctored) -> None:
    """The control: to write the file again changes nothing."""
    assert refused.judge([]).outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("what", BESIDE)
def test_whatever_is_beside_it_is_a_doubt(refused: Doctored, what: str) -> None:
    verdict = refused.judge(BESIDE[what])
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "never-sent" not in reasons(verdict)


def test_whoever_vouches_that_it_was_sent_gets_no_proof_of_the_opposite(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Evidence.__init__

    def vouched(evidence: Evidence, *arguments: object, **named: object) -> None:
        before(evidence, *arguments, **named)  # type: ignore[arg-type]
        evidence.vouched = frozenset({"sent"})

    monkeypatch.setattr(Evidence, "__init__", vouched)
    verdict = recordings.judge("untrusted")
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"no-data-in-tls"})


@pytest.mark.parametrize("message", [b"\x0b\0\0\x0f" + b"CN=" + SECRET.value, b"\x19\0\0\x02xx", b"\x99\0\0\0"])
def test_a_message_of_a_handshake_may_hide_it(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch, message: bytes
) -> None:
    """A certificate with the secret in a name, one that is compressed, and a message that nobody knows."""
    monkeypatch.setattr(Evidence, "handshakes", [b"\x01\0\0\0", message])
    verdict = recordings.judge("untrusted")
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"no-data-in-tls"})


@pytest.mark.parametrize(
    ("types", "lengths"), [("22,20,22", "40,1,40"), ("22,21", "40,40"), ("22,20", "40,9"), ("22,21", "40,18")]
)
def test_a_record_may_hide_it(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch, types: str, lengths: str
) -> None:
    """A handshake of TLS 1.2 that went on encrypted, and records that are longer than what they hold."""
    (stream,) = (each.stream for each in recordings.verdict("untrusted").visible)
    opened = [Decrypted((), (TlsFrame(9, (stream + (types == "22,20,22"),), types, lengths),))]
    monkeypatch.setattr(Evidence, "opened", opened)
    monkeypatch.setattr(Evidence, "tls_is_empty", True)
    assert recordings.judge("untrusted").outcome is Outcome.INCONCLUSIVE
    fine = replace(opened[0].frames[0], streams=(stream,), types="22,20,21", lengths="40,1,19")
    monkeypatch.setattr(Evidence, "opened", [Decrypted((), (fine,))])
    assert recordings.judge("untrusted").outcome is Outcome.NOT_SENT
