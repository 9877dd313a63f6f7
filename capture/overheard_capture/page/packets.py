"""One packet for the page: its bytes and fields, what each field is for, and where the secret is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from overheard_capture.page.wire import chosen_keys, tshark_input
from overheard_capture.wireshark.explained import explained_packet
from overheard_capture.wireshark.packet_fields import dissect, dissect_all

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from overheard_capture.page.masking import Masking
    from overheard_capture.page.run_folder import RunFolder
    from overheard_capture.wireshark.packet_fields import Packet


def packet_of(run: RunFolder, scenario: str, frame: int, masking: Masking, *, with_keys: bool) -> dict[str, Any]:
    """A frame of the recording of a scenario as plain data.

    It is an `explained_packet`, with `marks`: a data source, where the secret is in it, and its length. Raises
    UnknownRunError, UnknownFrameError or UnreadableError.
    """
    packet = dissect(tshark_input(run, scenario), frame, chosen_keys(run, with_keys=with_keys))
    return _marked(packet, run, scenario, masking)


def packets_of(
    run: RunFolder, scenario: str, frames: Collection[int], masking: Masking, *, with_keys: bool
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The same of many frames, each with its number."""
    if not frames:
        return
    between = range(min(frames), max(frames) + 1)
    for packet in dissect_all(tshark_input(run, scenario), between, chosen_keys(run, with_keys=with_keys)):
        if packet.frame in frames:
            yield packet.frame, _marked(packet, run, scenario, masking)


def _marked(packet: Packet, run: RunFolder, scenario: str, masking: Masking) -> dict[str, Any]:
    marks = sorted({*_seen(run, scenario, packet.frame), *_found(packet, masking.secret)})
    return masking.packet({**explained_packet(packet), "marks": marks})


def _seen(run: RunFolder, scenario: str, frame: int) -> Iterator[tuple[int, int, int]]:
    """Where the judge saw the secret in the frame itself, in whatever spelling."""
    interim = run.known.get(scenario)
    for sighting in interim.verdict.sightings if interim and interim.verdict else ():
        if sighting.frame == frame and not sighting.layers:
            yield 0, sighting.offset, sighting.length


def _found(packet: Packet, secret: bytes) -> Iterator[tuple[int, int, int]]:
    """Where it is, as it is, in a frame or in what was decrypted of it."""
    for number, source in enumerate(packet.sources):
        at = source.data.find(secret)
        if at >= 0:
            yield number, at, len(secret)
