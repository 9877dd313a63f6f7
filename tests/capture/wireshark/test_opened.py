"""Whether keys open every record: proved by tshark for all streams, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.opened import are_all_opened
from overheard_capture.wireshark.tshark import decrypt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from capture.recordings import Recordings
    from overheard.words.visible import Visible
    from overheard_capture.wireshark.tshark import TsharkInput

PORTS = (5443, 5446)


def opened(capture: TsharkInput, keys: TlsKeys, visible: Sequence[Visible]) -> bool:
    """Whether these keys open all of these streams, by what they decrypt."""
    return are_all_opened(visible, decrypt(capture, keys, [each.stream for each in visible]))


@pytest.mark.parametrize(("name", "streams"), [("https", 1), ("tls13", 1), ("rsa", 1), ("all-three", 3)])
def test_the_keys_of_the_recording_open_all(recordings: Recordings, name: str, streams: int) -> None:
    visible = recordings.verdict(name).visible
    assert len(visible) == streams
    assert opened(recordings.capture(name, *PORTS), recordings.tls_keys, visible)


@pytest.mark.parametrize("name", ["https", "rsa", "all-three"])
def test_other_keys_open_none(recordings: Recordings, name: str) -> None:
    visible = recordings.verdict(name).visible
    capture = recordings.capture(name, *PORTS)
    assert not opened(capture, TlsKeys((recordings.other_keys,)), visible)
    assert not opened(capture, TlsKeys(), visible)
    assert not opened(capture, recordings.tls_keys, ())


def test_keys_of_some_streams_are_not_enough(recordings: Recordings, tmp_path: Path) -> None:
    """The key of the server opens one of three, and a key log without one connection the others."""
    visible = recordings.verdict("all-three").visible
    capture = recordings.capture("all-three", *PORTS)
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
