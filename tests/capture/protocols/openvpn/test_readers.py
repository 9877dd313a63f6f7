"""OpenVPN is sealed if the TLS in its control channel is, or tls-crypt hides it, and if data is ciphertext."""

from __future__ import annotations

import gzip
import ssl
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import ipv4, tcp
from capture.protocols.openvpn.speaking import (
    CLIENT,
    RANDOM,
    SERVER,
    Speaker,
    control_channel,
    data,
    data_cbc,
    encrypted_control,
    with_lengths,
)
from capture.sealed import KEYED, LETTER, SEALED, of_datagrams, of_stream, verdict
from capture.talk import SECRET, openssl_transcript, read_datagrams, replay
from overheard_capture.protocols.openvpn.readers import OpenvpnDatagrams

if TYPE_CHECKING:
    from pathlib import Path

    from capture.talk import Parts

USUAL = [(side, data(number)) for number in range(1, 20) for side in "><"]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return openssl_transcript(tmp_path_factory.mktemp("openvpn"), ssl.TLSVersion.TLSv1_3)


@pytest.fixture(scope="module")
def tls_1_2(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return openssl_transcript(tmp_path_factory.mktemp("openvpn"), ssl.TLSVersion.TLSv1_2)


@pytest.mark.parametrize("wrapping", [0, 20, 32, 64, "crypt"])
def test_it_is_sealed(tls: Parts, tls_1_2: Parts, wrapping: int | str, tmp_path: Path) -> None:
    for version, inside in (("TLS 1.3", tls), ("TLS 1.2", tls_1_2)):
        parts = [*control_channel(inside, wrapping), *USUAL]
        both, known = read_datagrams(OpenvpnDatagrams, parts)
        assert all(known)
        assert not any(each.unread for each in both)
        kinds = [kind for kind in both[1].kinds if kind.startswith("TLS 1")]
        assert kinds == ([] if wrapping == "crypt" else [version])
        assert verdict(tmp_path, of_datagrams(parts)) == SEALED
        assert verdict(tmp_path, of_stream(with_lengths(parts))) == SEALED


def test_data_with_an_hmac_is_sealed(tls: Parts, tmp_path: Path) -> None:
    parts = [*control_channel(tls), *((side, data_cbc()) for side in "><" * 10)]
    assert verdict(tmp_path, of_datagrams(parts)) == SEALED


def test_it_is_sealed_wherever_it_is_cut(tls: Parts) -> None:
    parts = with_lengths([*control_channel(tls), *USUAL])
    for cuts in (range(0), range(0, 9000, 7)):
        result = replay(parts, cuts=cuts)
        assert result.protected, (result.problems, result.unread)


def test_control_packets_out_of_order_and_sent_again_are_usual(tls: Parts, tmp_path: Path) -> None:
    parts = control_channel(tls)
    first = next(at for at, (side, part) in enumerate(parts) if side == "<" and part[0] >> 3 == 4)
    second = next(at for at, (side, part) in enumerate(parts) if at > first and side == "<" and part[0] >> 3 == 4)
    parts[first], parts[second] = parts[second], parts[first]
    assert verdict(tmp_path, of_datagrams([parts[0], *parts, *parts[2:5], *USUAL])) == SEALED


def test_what_is_captured_twice_is_read_once(tls: Parts, tmp_path: Path) -> None:
    for wrapping in (0, 20, "crypt"):
        parts = [*control_channel(tls, wrapping), *USUAL]
        assert verdict(tmp_path, of_datagrams([part for part in parts for _ in range(2)])) == SEALED


def test_another_key_is_agreed_on_in_encrypted_packets(tls: Parts, tmp_path: Path) -> None:
    """OpenVPN 2.6 does that, whatever protects the first key."""
    again = [
        (side, encrypted_control(opcode, 1, own, number))
        for number, opcode in enumerate((3, 4, 4, 5), start=1)
        for side, own in ((">", CLIENT), ("<", SERVER))
    ]
    later = [(side, b"\x49" + data(number)[1:]) for number in range(1, 9) for side in "><"]
    for wrapping in (20, "crypt"):
        parts = [*control_channel(tls, wrapping), *USUAL, *again, *later]
        assert verdict(tmp_path, of_datagrams(parts)) == SEALED


def test_a_wrapped_key_is_sent_twice(tmp_path: Path) -> None:
    key = RANDOM.randbytes(298) + (300).to_bytes(2, "big")
    parts = [
        (">", encrypted_control(10, 0, CLIENT, 1, key)),
        ("<", encrypted_control(8, 0, SERVER, 1)),
        (">", encrypted_control(11, 0, CLIENT, 2, key)),
        ("<", encrypted_control(4, 0, SERVER, 2)),
    ]
    assert verdict(tmp_path, of_datagrams([*parts, *USUAL])) == SEALED


READABLE = {
    "text": data(20, LETTER),
    "gzip": data(20, RANDOM.randbytes(16) + gzip.compress(LETTER)),
    "a packet without encryption": b"\x48\0\0\7" + RANDOM.randbytes(20) + bytes(3) + b"\1" + ipv4(tcp(SECRET)),
    "a packet without encryption or HMAC": b"\x30" + bytes(3) + b"\1" + ipv4(tcp(SECRET)),
    "a datagram of something else": b"password=" + SECRET,
    "a reset and more": Speaker(CLIENT, SERVER).reset(7) + gzip.compress(LETTER),
    "a message that was sent before, with another content": Speaker(CLIENT, SERVER).control(gzip.compress(LETTER)),
    "a session ID and more": Speaker(SECRET[:8], SERVER).control(SECRET),
}
DOUBTFUL = {
    "a fixed key": data(20, KEYED),
    "a number that is text": data(0x6E757473),
    "numbers that acknowledge nothing": Speaker(CLIENT, SERVER).acknowledge(0x6E757473),
    "the ID of no session": Speaker(RANDOM.randbytes(8), SERVER).acknowledge(1),
    "the ID of no session of the other side": Speaker(CLIENT, RANDOM.randbytes(8)).acknowledge(1),
    "an unknown opcode": b"\xf8" + data(20)[1:],
    "a malformed control packet": b"\x20" + CLIENT + b"\x40" + RANDOM.randbytes(40),
    "an opaque message in the control channel": Speaker(CLIENT, SERVER, 20).control(RANDOM.randbytes(90)),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_anybody_can_read_is_overheard(name: str, tls: Parts, tmp_path: Path) -> None:
    parts = [*control_channel(tls), *USUAL, (">", READABLE[name])]
    assert verdict(tmp_path, of_datagrams(parts)) == "OVERHEARD"


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_need_not_be_ciphertext_is_not_sealed(name: str, tls: Parts, tmp_path: Path) -> None:
    parts = [*control_channel(tls), *USUAL, (">", DOUBTFUL[name])]
    assert verdict(tmp_path, of_datagrams(parts)) == "INCONCLUSIVE"
    assert verdict(tmp_path, of_stream(with_lengths(parts))) == "INCONCLUSIVE"


def test_a_control_channel_that_is_no_tls_is_read(tls: Parts, tmp_path: Path) -> None:
    parts = control_channel(
        [(">", b"GET / HTTP/1.1\r\n\r\n"), ("<", b"HTTP/1.1 200 OK\r\n\r\n" + gzip.compress(LETTER))]
    )
    assert verdict(tmp_path, of_datagrams([*parts, *USUAL])) == "OVERHEARD"
    harmless = control_channel([(">", b"hello"), ("<", b"good night")])
    assert verdict(tmp_path, of_datagrams([*harmless, *USUAL])) != SEALED
    assert verdict(tmp_path, of_datagrams(control_channel(tls[:1]) + USUAL)) != SEALED


def test_data_without_an_agreement_is_not_sealed(tls: Parts, tmp_path: Path) -> None:
    for parts in (control_channel(tls)[:2], control_channel(tls)[:4], control_channel(tls, "crypt")[:1]):
        assert verdict(tmp_path, of_datagrams([*parts, *USUAL])) == "INCONCLUSIVE"


def test_what_is_sent_when_there_is_nothing_to_send_shows_that_nothing_is_encrypted(tls: Parts, tmp_path: Path) -> None:
    ping = b"\x48\0\0\7" + RANDOM.randbytes(20) + bytes(3) + b"\1" + bytes.fromhex("2a187bf3641eb4cb07ed2d0a981fc748")
    assert verdict(tmp_path, of_datagrams([*control_channel(tls), (">", ping)])) == "INCONCLUSIVE"


@given(st.lists(st.tuples(st.sampled_from("<>"), st.binary(min_size=1, max_size=200)), max_size=6), st.integers(0, 90))
def test_any_packets_are_read_without_an_error(parts: list[tuple[str, bytes]], at: int) -> None:
    usual = control_channel([(">", b"hello"), ("<", b"hello")])
    changed = [(side, usual[2][1][:at] + part) for side, part in parts]
    read_datagrams(OpenvpnDatagrams, [*usual[:2], *changed, *parts])
    replay([*with_lengths([*usual, *changed]), *parts])
