"""One packet for the page: its bytes and fields, what each field is for, and where the secret is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from overheard_capture.page.wire import keys_of, tshark_input
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.packet_fields import dissect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.page.run_folder import RunFolder
    from overheard_capture.wireshark.packet_fields import Packet


def packet_of(run: RunFolder, scenario: str, frame: int, secret: bytes, *, with_keys: bool) -> dict[str, Any]:
    """A frame of the recording of a scenario as plain data. Raises UnknownRunError, or UnreadableError.

    `marks` are a data source, where the secret is in it, and its length; `explained` is by the names of fields.
    """
    capture = tshark_input(run, scenario)
    packet = dissect(capture, frame, keys_of(run) if with_keys else TlsKeys())
    marks = sorted({*_seen(run, scenario, frame), *_found(packet, secret)})
    return {**packet.to_json(), "marks": marks, "explained": {}}


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
