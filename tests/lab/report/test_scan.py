"""The text report of a scan."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lab.report.results import shown
from lab.report.scans import (
    ACCOUNT,
    ALONE,
    AT,
    DATA,
    FLOWS,
    INCONCLUSIVE,
    NOT_SENT,
    OVERHEARD,
    PACKED,
    PLACES,
    PLAIN,
    PROTECTED,
    VALUE,
    report,
)
from overheard.report.flows import by_weight
from overheard.report.places import Place
from overheard.report.scan import scanned
from overheard.words.report import Report
from overheard.words.sighting import Unwrapped
from overheard.words.verdict import Outcome, Presence, Verdict


def hide(data: bytes) -> list[range]:
    return [range(match.start(), match.end()) for match in re.finditer(re.escape(VALUE), data)]


def test_the_verdict_on_each_secret_comes_first_with_its_reason_in_one_line() -> None:
    lines = shown(scanned(report())).splitlines()
    assert lines[0].split(maxsplit=2) == ["OVERHEARD", "password", "seen in frame 6, plainly, and once more"]
    assert lines[1].startswith("PROTECTED     token")
    assert lines[1].endswith("all 5 checks hold; presence: key log")
    assert lines[2].startswith("INCONCLUSIVE  user")
    assert lines[2].endswith("nobody vouches for its start and end")


@pytest.mark.parametrize(
    ("verdict", "code"),
    [(OVERHEARD, "31"), (PROTECTED, "32"), (INCONCLUSIVE, "33"), (NOT_SENT, "36")],
    ids=lambda value: str(value)[:9],
)
def test_a_verdict_has_its_colour(verdict: Verdict, code: str) -> None:
    assert f"\x1b[1;{code}m{verdict.outcome}" in shown(scanned(report(password=verdict)), terminal=True)


def test_every_place_is_listed_with_frame_flow_direction_how_and_offset() -> None:
    said = shown(scanned(report()))
    assert re.search(rf"^ +6 +{AT} +0 +10\.0\.0\.1:40000 → 10\.0\.0\.2:80 +plainly *$", said, re.MULTILINE)
    assert re.search(r"^ +9 +54 +0 +10\.0\.0\.1:40000 → 10\.0\.0\.2:80 +plainly, in gzip, in chunked *$", said, re.M)


def test_further_places_are_counted() -> None:
    many = replace(OVERHEARD, sightings=tuple(replace(PLAIN, frame=number) for number in range(1, 41)))
    said = shown(scanned(report(password=many)))
    assert "  and 30 more" in said
    assert len(said.splitlines()) < 60


def test_the_bytes_are_shown_with_the_place_marked() -> None:
    said = shown(scanned(report(), places=PLACES))
    assert "frame 6: plainly\n" in said
    assert "frame 9: plainly, in gzip, in chunked; parts of it in frame 10\n" in said
    marked = [line for line in said.splitlines() if line.startswith("→ ")]
    assert f"→ {AT // 16 * 16:04x}  " in marked[0]
    assert "correct horse" in "".join(line[-16:] for line in marked)


def test_with_several_files_the_file_of_a_frame_is_named() -> None:
    said = shown(scanned(report(), places={6: replace(PLACES[6], file="b.pcap", frame=2)}))
    assert "frame 6 (frame 2 of b.pcap): plainly\n" in said


def test_a_long_frame_is_shown_only_around_the_place() -> None:
    place = Place("traffic.pcapng", 6, bytes(30_000) + DATA + bytes(30_000))
    seen = replace(PLAIN, offset=30_000 + AT)
    said = shown(scanned(report(password=replace(OVERHEARD, sightings=(seen,))), places={6: place}))
    assert len(re.findall(r"^[→ ] [0-9a-f]{4,}  ", said, re.MULTILINE)) <= 12


def test_no_byte_of_a_hidden_secret_is_shown() -> None:
    twice = replace(PLACES[6], data=DATA[:AT] + VALUE + b"!" + VALUE + bytes(40))
    said = shown(scanned(report(), places={6: twice}, hide=hide))
    assert "→ " in said
    assert "··" in said
    assert VALUE[:4].hex(" ") not in said
    assert "corr" not in said
    assert "horse" not in said


def test_a_secret_that_continues_in_the_next_frame_is_marked_to_the_end_of_this_one() -> None:
    cut = Place("traffic.pcapng", 6, DATA[: AT + 5])
    said = shown(scanned(report(), places={6: cut}, hide=hide))
    assert "·· ·· ··" in said
    assert "corre" not in said


def test_decoded_content_is_shown_on_a_terminal_and_not_in_a_log() -> None:
    around = {PACKED: Unwrapped(b'{"password":"', VALUE, b'"}')}
    with_context = replace(report(), unwrapped=around)
    assert f'decoded: {{"password":"»{VALUE.decode()}«"}}' in shown(scanned(with_context))
    assert VALUE.decode() not in shown(scanned(with_context, hide=hide))


def test_every_check_that_does_not_hold_is_shown_with_its_hint() -> None:
    said = shown(scanned(report()))
    assert "why not PROTECTED\n  marks  user: nobody vouches for its start and end\n    → vouch for it: --vouch" in said
    assert "why not" not in shown(scanned(report(token=PROTECTED)))


def test_a_shared_reason_is_shown_once() -> None:
    said = shown(scanned(report(a=INCONCLUSIVE, b=INCONCLUSIVE)))
    assert said.count("  marks  nobody vouches") == 1


def test_bytes_are_counted_by_what_they_were_read_as() -> None:
    said = shown(scanned(report()))
    assert "  12 frames, 99,320 bytes, 2.500 s of traffic: traffic.pcapng\n" in said
    assert "  95000 bytes as TLS application data\n   4300 bytes as HTTP/1.1\n" in said


def test_the_flows_that_matter_come_first() -> None:
    assert [flow.stream for flow in by_weight(FLOWS)] == [0, 2, 1]
    said = shown(scanned(report()))
    assert re.search(r"^ +0 +10\.0\.0\.1:40000 → 10\.0\.0\.2:80 +TCP HTTP/1\.1 +300 +4000 +no +2 *$", said, re.M)
    assert re.search(r"TCP text .* opaque: no text *$", said, re.MULTILINE)


def test_many_flows_are_listed_only_on_request() -> None:
    many = replace(ACCOUNT, flows=tuple(replace(FLOWS[0], stream=number) for number in range(50)), more_flows=7)
    of_many = Report({"token": PROTECTED}, many)
    assert "  and 38 more: --flows lists them\n  and 7 more, which were judged" in shown(scanned(of_many))
    assert "--flows" not in shown(scanned(of_many, every_flow=True))
    assert shown(scanned(of_many, every_flow=True)).count("TCP TLS 1.3") == 50


def test_a_sighting_of_only_one_witness_is_shown() -> None:
    assert "witness" not in shown(scanned(report()))
    assert "the second witness, tshark, agrees" in shown(scanned(report(asked=True)))
    said = shown(scanned(report(ALONE)))
    assert "  user: only tshark finds it in frame 7, plainly, in http.file_data as tshark dissects it\n" in said


def test_brackets_in_names_are_not_markup() -> None:
    flow = replace(FLOWS[0], client="[::1]:40000", server="[/red]:443")
    of_it = Report({"[bold]": Verdict(Outcome.INCONCLUSIVE, (), (), Presence.NONE)}, replace(ACCOUNT, flows=(flow,)))
    said = shown(scanned(of_it))
    assert "[bold]" in said
    assert "[::1]:40000 → [/red]:443" in said


def test_an_empty_report_is_printed() -> None:
    nothing = Report({}, replace(ACCOUNT, files=(), flows=(), read_as={}))
    assert "what was read" in shown(scanned(nothing))
