"""Every field of every packet that the scenarios produce has an explanation, and every byte of it a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capture.unexplained import unexplained
from overheard.words.recording import KEY_LOG
from overheard_capture.captures.reader import read
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.packet_fields import dissect_all
from overheard_capture.wireshark.tshark import TsharkInput
from scenarios.runs import by_name, skip_where_it_was_skipped

if TYPE_CHECKING:
    from overheard.words.scenario import Scenario
    from scenarios.runs import Run


@by_name
def test_every_field_is_explained(run: Run, scenario: Scenario) -> None:
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    capture = TsharkInput.for_streams(run.path(scenario.name), result.verdict.visible)
    frames = range(1, len(read(capture.path).frames) + 1)
    for keys in (TlsKeys(), TlsKeys((run.job.folder / KEY_LOG,))):
        packets = dissect_all(capture, frames, keys)
        assert unexplained(packets) == set()
        for packet in packets:
            owners = {position for number in range(len(packet.sources)) for _, _, position in packet.owners(number)}
            # The first field is the frame as a whole, which owns none of its bytes.
            assert min(owners) > 0
