"""What tshark finds as the second witness: in real recordings, in any main spelling, and across segments."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, rewritten, udp
from capture.judge.tshark_queries import ASKED, HTTP, SECRET, VALUE, answer, recorded, seen_in
from overheard.words.options import Options
from overheard.words.secret import Secret
from overheard_capture.captures.reader import read
from overheard_capture.judge.second_witness import query_tshark
from overheard_capture.wireshark import witness_query as dissecting

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings

pytestmark = pytest.mark.slow


def test_it_sees_the_message_in_a_real_recording_and_its_place(recordings: Recordings) -> None:
    (seen,) = query_tshark([recordings.path("http")], [SECRET], HTTP)["message"]
    assert (seen.field, seen.spelling, seen.streams) == ("http.file_data", "plainly", (0,))
    (sighting,) = recordings.verdict("http").sightings
    assert seen.frame in sighting.frames


def test_it_sees_nothing_in_protected_recordings(recordings: Recordings) -> None:
    """All in one query: what it sees in any of them it names. After them comes one that it does see into."""
    names = ["https", "tls13", "rsa", "fernet", "diffie-hellman", "quiet", "elsewhere-5500"]
    before = sum(len(list(read(recordings.path(name)).frames)) for name in names)
    (sighting,) = recordings.verdict("http").sightings
    (seen,) = query_tshark([recordings.path(name) for name in (*names, "http")], [SECRET], HTTP)["message"]
    assert seen.frame - before in sighting.frames


def test_it_sees_into_gzip_that_is_split_over_segments(tmp_path: Path) -> None:
    whole = answer(gzip.compress(b"what a " + VALUE), b"Content-Encoding: gzip")
    harmless = answer(gzip.compress(b"what a fluffy coat"), b"Content-Encoding: gzip")
    frames = exchange([ASKED], [whole[:90], whole[90:]]) + exchange([ASKED], [harmless], port=45001)
    assert seen_in(rewritten(tmp_path / "gzip.pcapng", frames)) == {"message": [(6, "http.file_data")]}


def test_it_sees_text_after_a_nul(tmp_path: Path) -> None:
    """In tshark 4.0 the field of a body is text, which ends at a NUL."""
    path = recorded(tmp_path / "nul.pcapng", [answer(bytes(4) + VALUE)])
    ((frame, field),) = seen_in(path)["message"]
    assert (frame, field) in {(5, "data.data"), (5, "http.file_data")}


# Each is sent in a frame.
SPELLED = [
    (VALUE.hex().encode(), "hexadecimal"),
    (VALUE.hex().upper().encode(), "hexadecimal"),
    (VALUE.decode().encode("utf-16-be"), "UTF-16 big-endian"),
    (b"fluffy%20tail", "percent-encoded"),
    (b"fluffy+tail", "form-encoded"),
    (b"xZmx1ZmZ5IHRhaWx5"[1:], "base64"),
    (b"AGZsdWZmeSB0YWls", "base64"),
    (b"AABmbHVmZnkgdGFpbA==", "base64"),
]


def test_it_searches_for_the_main_spellings(tmp_path: Path) -> None:
    frames = [ethernet(ipv4(udp(b"so " + spelled + b" it is"), 17)) for spelled, _ in SPELLED]
    seen = query_tshark([rewritten(tmp_path / "spelled.pcapng", frames)], [SECRET])["message"]
    spellings = [(number, spelling) for number, (_, spelling) in enumerate(SPELLED, 1)]
    assert [(each.frame, each.spelling) for each in seen] == spellings


def test_it_sees_through_segments_out_of_order_and_a_gap_before_a_body(tmp_path: Path) -> None:
    """Each is seen in one of the two passes alone."""
    frames = exchange([ASKED], [answer(b"x" * 200 + VALUE)[start : start + 60] for start in range(0, 260, 60)])
    turned = [*frames[:5], frames[6], frames[5], *frames[7:]]
    # The secret spans the last segments.
    swapped = [*turned[:7], turned[8], turned[7], *turned[9:]]
    whole = answer(gzip.compress(VALUE), b"Content-Encoding: gzip")
    lost = exchange([ASKED], [answer(b"x" * 300), answer(b"y" * 300), whole], port=45001)
    path = rewritten(tmp_path / "both.pcapng", [*swapped, *lost[:5], *lost[6:]])
    assert {stream for seen in query_tshark([path], [SECRET], HTTP)["message"] for stream in seen.streams} == {0, 1}


def test_many_secrets_are_distinguished(tmp_path: Path) -> None:
    path = recorded(tmp_path / "many.pcapng", [answer(b"one acorn"), answer(b"two beechnuts")])
    secrets = [Secret(f"s{number}", b"nothing %d" % number) for number in range(12)]
    secrets += [Secret("a", b"acorn"), Secret("b", b"beechnuts")]
    found = seen_in(path, HTTP, *secrets)
    assert {name for name, seen in found.items() if seen} == {"a", "b"}
    assert [frame for frame, _ in found["a"]] == [5]
    assert [frame for frame, _ in found["b"]] == [6]


def test_an_unprintable_secret_is_queried_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dissecting, "_bytes", lambda _value, _hexadecimal: b"")
    path = recorded(tmp_path / "many.pcapng", [answer(b"one acorn"), answer(b"two beechnuts")])
    secrets = [Secret("a", b"acorn"), Secret("b", b"beechnuts"), Secret("c", b"chestnut")]
    assert seen_in(path, HTTP, *secrets) == {"a": [(5, "")], "b": [(6, "")], "c": []}


def test_secrets_are_queried_one_by_one_if_the_output_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dissecting, "_MAX_OUTPUT", 600)
    path = recorded(tmp_path / "many.pcapng", [answer(b"one acorn"), answer(b"two beechnuts")])
    found = seen_in(path, HTTP, Secret("a", b"acorn"), Secret("b", b"beechnuts"))
    assert found["a"]
    assert found["b"]


def test_case_is_ignored_if_requested(tmp_path: Path) -> None:
    path = recorded(tmp_path / "case.pcapng", [answer(b"what a Fluffy TAIL")])
    assert seen_in(path) == {"message": []}
    assert seen_in(path, HTTP._replace(options=Options(any_case=True))) == {"message": [(5, "http.file_data")]}


def test_a_secret_may_have_any_bytes(tmp_path: Path) -> None:
    strange = Secret("strange", b'a"\\\x00\xff\n$1${secret0}')
    path = rewritten(tmp_path / "strange.pcapng", [ethernet(ipv4(udp(b"so " + strange.value), 17))])
    assert query_tshark([path], [strange])["strange"][0].frame == 1
