"""SSH is sealed after NEWKEYS, and everything before and after is doubted."""

from __future__ import annotations

import base64
import gzip
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.protocols.ssh.speaking import (
    RANDOM,
    conversation,
    key_exchange_init,
    packet,
    spoken_by_openssh,
    string,
    with_cipher,
)
from capture.sealed import KEYED, LETTER, SEALED, of_stream, verdict
from capture.talk import SECRET, replay

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-c", "aes256-ctr", "-m", "hmac-sha2-256", "-o", "KexAlgorithms=diffie-hellman-group14-sha256"),
        ("-c", "aes128-gcm@openssh.com", "-o", "KexAlgorithms=diffie-hellman-group-exchange-sha256"),
        ("-c", "aes128-cbc", "-m", "hmac-sha2-512-etm@openssh.com", "-o", "KexAlgorithms=ecdh-sha2-nistp256", "-C"),
    ],
    ids=["as it comes", "CTR", "GCM", "CBC, encrypted before the MAC"],
)
def test_openssh_is_sealed(tmp_path: Path, options: tuple[str, ...]) -> None:
    parts = spoken_by_openssh(tmp_path, *options, said=SECRET.decode())
    for in_turn in (False, True):
        result = replay(parts, in_turn=in_turn)
        assert result.protected, (result.problems, result.unread)
        assert result.kinds == "SSH"
    assert verdict(tmp_path, of_stream(parts)) == SEALED


@pytest.mark.parametrize("cuts", [range(0), range(0, 9000, 7), (16384,)])
def test_it_is_sealed_wherever_it_is_cut(cuts: Iterable[int]) -> None:
    parts = conversation(RANDOM.randbytes(70_000))
    for shown in (parts, [*parts, ("<", RANDOM.randbytes(10))]):
        result = replay(shown, cuts=cuts)
        assert result.protected, (result.problems, result.unread)


READABLE = {
    "text after NEWKEYS": conversation(LETTER),
    "text in the middle of ciphertext": conversation(RANDOM.randbytes(20_000) + LETTER + RANDOM.randbytes(900)),
    "base64 after NEWKEYS": conversation(base64.b64encode(gzip.compress(LETTER))),
    "gzip after NEWKEYS": conversation(gzip.compress(LETTER)),
    "gzip in the middle of ciphertext": conversation(RANDOM.randbytes(999) + gzip.compress(LETTER)),
    "a comment": conversation(line=b"SSH-2.0-x " + SECRET),
    "a comment in base64": conversation(line=b"SSH-2.0-x " + base64.b64encode(gzip.compress(SECRET))),
    "a cookie": conversation(init=key_exchange_init(cookie=SECRET.ljust(16))),
    "a name of an algorithm": conversation(init=key_exchange_init(languages="a," + gzip.compress(SECRET).hex())),
    "padding": conversation(init=key_exchange_init(padding=gzip.compress(SECRET))),
    "a message to be ignored": conversation(before=packet(2, string(gzip.compress(LETTER)))),
    "a debug message": conversation(before=packet(4, b"\0" + string(b"note: " + SECRET) + string(b""))),
    "a public value": conversation(public=SECRET.ljust(32, b".")),
    "the cipher none": conversation(
        packet(94, bytes(4) + string(gzip.compress(LETTER))) + bytes(32),
        init=key_exchange_init(lists=with_cipher("none")),
    ),
}
DOUBTFUL = {
    "a cookie that is text": conversation(init=key_exchange_init(cookie=b"secret of acorns")),
    "a fixed key after NEWKEYS": conversation(KEYED),
    "a fixed key, short and repeated": conversation(bytes(byte ^ 0xC3 for byte in SECRET) * 60),
    "opaque padding": conversation(init=key_exchange_init(padding=KEYED[:40])),
    "an opaque message to be ignored": conversation(before=packet(2, string(RANDOM.randbytes(200)))),
    "a public value of no known length": conversation(public=RANDOM.randbytes(77)),
    "a reserved number": conversation(init=key_exchange_init(reserved=0x61626364)),
    "an unknown message": conversation(before=packet(60, RANDOM.randbytes(20))),
    "many short strings": conversation(before=packet(30, string(b"acorn") * 9)),
    "a key with more than its numbers": conversation(
        before=packet(31, string(string(b"ssh-ed25519"), string(RANDOM.randbytes(32)) * 9))
    ),
    "a group of an impossible size": conversation(before=packet(34, b"acorns!!nuts")),
    "many public values": conversation(before=packet(30, string(RANDOM.randbytes(32))) * 4),
    "an unknown cipher": conversation(init=key_exchange_init(lists=with_cipher("rot13@example.org"))),
    "RC4": conversation(init=key_exchange_init(lists=with_cipher("arcfour"))),
    "lengths that are none": conversation(
        init=key_exchange_init(lists=with_cipher("aes128-ctr", "hmac-sha2-256-etm@openssh.com"))
    ),
    "no answer to NEWKEYS": [part for part in conversation() if part[0] == ">"],
    "no key exchange": [*conversation()[:2], (">", RANDOM.randbytes(400)), ("<", RANDOM.randbytes(400))],
}


@pytest.mark.parametrize("name", READABLE)
def test_what_anybody_can_read_is_overheard(name: str, tmp_path: Path) -> None:
    assert replay(READABLE[name]).client.sightings
    assert verdict(tmp_path, of_stream(READABLE[name])) == "OVERHEARD"


@pytest.mark.slow
@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_need_not_be_ciphertext_is_not_sealed(name: str, tmp_path: Path) -> None:
    assert verdict(tmp_path, of_stream(DOUBTFUL[name])) == "INCONCLUSIVE"
    for cuts in (range(0), range(0, 20_000, 3)):
        assert replay(DOUBTFUL[name], cuts=cuts).unread


def test_a_probe_of_a_server_is_complete(tmp_path: Path) -> None:
    """A health check reads the first line, and closes the connection."""
    result = replay([("<", b"SSH-2.0-OpenSSH_9.2p1\r\n")])
    assert not result.unread
    assert not result.protected
    assert verdict(tmp_path, of_stream(conversation()[:4])) == "INCONCLUSIVE"


def test_a_client_that_does_not_trust_the_server_ends_early(tmp_path: Path) -> None:
    assert verdict(tmp_path, of_stream(conversation()[:-1])) == SEALED


def test_compression_after_newkeys_does_not_look_compressible() -> None:
    assert replay(conversation(zlib.compress(RANDOM.randbytes(9000))[2:])).protected


@given(st.binary(max_size=300), st.integers(0, 6))
def test_any_bytes_are_read_without_an_error(data: bytes, at: int) -> None:
    parts = conversation()
    parts[at] = (parts[at][0], parts[at][1][:40] + data)
    replay(parts, in_turn=True)
