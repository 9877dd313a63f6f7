"""One packet for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from capture.page.place import MESSAGE
from overheard.words.errors import UnreadableError
from overheard_capture.page.masking import Masking
from overheard_capture.page.packets import packet_of, packets_of
from overheard_capture.page.run_folder import UnknownRunError

if TYPE_CHECKING:
    from overheard_capture.page.run_folder import RunFolder

SHOWS = Masking(MESSAGE)


def carrier(run: RunFolder, scenario: str) -> int:
    verdict = run.known[scenario].verdict
    assert verdict
    assert verdict.carrier
    return verdict.carrier


def marked(packet: dict[str, Any]) -> list[tuple[str, str]]:
    """The data source and the bytes of each mark."""
    return [
        (packet["sources"][source][0], bytes.fromhex(packet["sources"][source][1])[start : start + length].decode())
        for source, start, length in packet["marks"]
    ]


def test_the_secret_is_marked_in_the_frame_that_carried_it(run: RunFolder) -> None:
    shown = packet_of(run, "http", carrier(run, "http"), SHOWS, with_keys=False)
    assert ("Frame", MESSAGE) in marked(shown)


def test_encrypted_it_is_marked_only_where_the_keys_open_it(run: RunFolder) -> None:
    frame = carrier(run, "https")
    assert marked(packet_of(run, "https", frame, SHOWS, with_keys=False)) == []
    opened = marked(packet_of(run, "https", frame, SHOWS, with_keys=True))
    assert ("Decrypted TLS", MESSAGE) in opened
    assert all(source != "Frame" for source, _ in opened)


def test_many_packets_are_the_same_as_one_by_one(run: RunFolder) -> None:
    frames = {2, carrier(run, "http")}
    many = dict(packets_of(run, "http", frames, SHOWS, with_keys=False))
    # What tshark says of the time since the last frame that is shown depends on which are.
    for frame in frames:
        one = packet_of(run, "http", frame, SHOWS, with_keys=False)
        assert all(many[frame][name] == one[name] for name in ("sources", "owners", "marks", "explanations"))
    assert many.keys() == frames
    assert dict(packets_of(run, "http", (), SHOWS, with_keys=False)) == {}


@pytest.mark.parametrize("frame", [0, 100_000])
def test_a_frame_that_does_not_exist_is_an_error_in_words(run: RunFolder, frame: int) -> None:
    with pytest.raises(UnreadableError, match="has no frame"):
        packet_of(run, "http", frame, SHOWS, with_keys=False)
    with pytest.raises(UnknownRunError):
        packet_of(run, "fernet", 1, SHOWS, with_keys=False)
