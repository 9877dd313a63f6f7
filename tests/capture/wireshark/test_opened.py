"""What keys prove of TLS streams: for all of them, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.opened import are_all_opened, are_empty
from overheard_capture.wireshark.tshark import Decrypted, TlsFrame, TsharkInput, decrypt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from capture.recordings import Recordings
    from overheard.words.visible import Visible


def opened(capture: TsharkInput, keys: TlsKeys, visible: Sequence[Visible]) -> bool:
    """Whether these keys open all of these streams, by what they decrypt."""
    return are_all_opened(visible, decrypt(capture, keys, [each.stream for each in visible]))


@pytest.mark.parametrize(("name", "streams"), [("https", 1), ("tls13", 1), ("rsa", 1), ("all-three", 3)])
def test_the_keys_of_the_recording_open_all(recordings: Recordings, name: str, streams: int) -> None:
    visible = recordings.verdict(name).visible
    assert len(visible) == streams
    assert opened(TsharkInput.for_streams(recordings.path(name), visible), recordings.tls_keys, visible)


@pytest.mark.parametrize("name", ["https", "rsa", "all-three"])
def test_other_keys_open_none(recordings: Recordings, name: str) -> None:
    visible = recordings.verdict(name).visible
    capture = TsharkInput.for_streams(recordings.path(name), visible)
    assert not opened(capture, TlsKeys((recordings.other_keys,)), visible)
    assert not opened(capture, TlsKeys(), visible)
    assert not opened(capture, recordings.tls_keys, ())


def test_keys_of_some_streams_are_not_enough(recordings: Recordings, tmp_path: Path) -> None:
    """The key of the server opens one of three, and a key log without one connection the others."""
    visible = recordings.verdict("all-three").visible
    capture = TsharkInput.for_streams(recordings.path("all-three"), visible)
    assert not opened(capture, TlsKeys(private=recordings.stolen), visible)
    # A premaster secret opens the same connection as the master secret does.
    lines = [line for line in recordings.keys.read_bytes().splitlines() if not line.startswith(b"RSA ")]
    recorded = capture.path.read_bytes()
    randoms = {line.split()[1] for line in lines if len(line.split()) == 3}
    needed = {each for each in randoms if bytes.fromhex(each.decode()) in recorded}
    assert len(needed) == 3

    def opened_without(left_out: set[bytes]) -> bool:
        some = tmp_path / "some.keys"
        some.write_bytes(b"\n".join(line for line in lines if not left_out.intersection(line.split())))
        return opened(capture, TlsKeys((some,)), visible)

    for client_random in needed:
        assert not opened_without({client_random})
    # The connections of all other recordings make no difference.
    assert randoms - needed
    assert opened_without(randoms - needed)


def shown(**types: str) -> Decrypted:
    """Streams `s0`, `s1` and so on, each of one record, whose real type is empty if it was not opened."""
    return Decrypted(frames=tuple(TlsFrame(1, (int(name[1:]),), each, "99") for name, each in types.items()))


HANDSHAKE, DATA, CLOSED = "22", "23", ""


@pytest.mark.parametrize(
    ("opened", "empty"),
    [
        ([shown(s0=HANDSHAKE, s1=HANDSHAKE)], True),
        ([shown(s0=HANDSHAKE, s1=DATA)], False),
        ([shown(s0=HANDSHAKE, s1=CLOSED)], False),
        # Each of the keys opens one of them.
        ([shown(s0=HANDSHAKE, s1=CLOSED), shown(s0=CLOSED, s1=HANDSHAKE)], True),
        ([shown(s0=HANDSHAKE, s1=CLOSED), shown(s0=CLOSED, s1=DATA)], False),
        ([shown(s0=HANDSHAKE, s1=CLOSED), shown(s0=HANDSHAKE, s1=CLOSED)], False),
        # One is not recognised, or one more.
        ([shown(s0=HANDSHAKE)], False),
        ([shown(s0=HANDSHAKE), shown(s0=CLOSED, s1=HANDSHAKE)], True),
        ([shown(s0=HANDSHAKE, s1=HANDSHAKE, s2=HANDSHAKE)], True),
        ([shown(s0=HANDSHAKE, s1=HANDSHAKE, s2=CLOSED)], False),
        ([Decrypted()], False),
        ([], False),
    ],
)
def test_streams_are_empty_if_some_keys_show_it_of_each(opened: list[Decrypted], empty: bool) -> None:
    assert are_empty([0, 1], opened) is empty
