"""What the second witness reads: host filters, several files, truncated files, and no embedded keys."""

from __future__ import annotations

import gzip
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest

from capture.frames import ETHERNET, File, ethernet, exchange, ipv4, udp
from capture.judge.tshark_queries import ASKED, HTTP, SECRET, VALUE, answer, recorded, seen_in
from overheard.words.errors import SettingsError
from overheard.words.options import Options
from overheard_capture.judge.second_witness import query_tshark
from overheard_capture.wireshark.fields import host_display_filter

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings

pytestmark = pytest.mark.slow


def test_only_the_requested_hosts_are_examined(tmp_path: Path) -> None:
    path = recorded(tmp_path / "http.pcapng", [answer(VALUE)])
    for term, there in (("127.0.0.1:5683", True), ("[::1]:5683", False)):
        assert bool(seen_in(path, HTTP._replace(options=Options(only=[term])))["message"]) is there, term
        assert bool(seen_in(path, HTTP._replace(options=Options(without=[term])))["message"]) is not there, term


def test_tshark_selects_the_frames_of_each_term(tmp_path: Path) -> None:
    """All of them, or none: the frames are all of one conversation. All filters in one tshark, which starts slowly."""
    path = recorded(tmp_path / "http.pcapng", [answer(VALUE)])
    there = ("127.0.0.1", "127.0.0.0/8", "127.0.0.1:5683", ":5683")
    terms = (*there, "10.0.0.1", ":80", "127.0.0.1:80", "::1", "[::1]:5683", "fe80::/10")
    filters = [each for term in terms for each in (host_display_filter([term], []), host_display_filter([], [term]))]
    counted = frames_that_match(path, "frame", *filters)
    for number, term in enumerate(terms):
        selected, left = counted[1 + 2 * number : 3 + 2 * number]
        assert (selected, left) == ((counted[0], 0) if term in there else (0, counted[0])), term


def frames_that_match(path: Path, *filters: str) -> list[int]:
    """How many frames match each of these display filters."""
    command = ["tshark", "-r", str(path), "-n", "-q", "-z", ",".join(["io,stat,0", *filters])]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # One row, of all the time: `| 0.0 <> 0.1 |`, then the frames and bytes of each filter.
    (row,) = (line for line in printed.splitlines() if "<>" in line)
    counts = [int(column) for column in row.split("|")[2:-1:2]]
    assert len(counts) == len(filters)
    return counts


def test_nothing_is_left_out_unless_requested() -> None:
    assert host_display_filter([], []) == ""
    mac = "(eth.addr == 02:00:00:00:00:0a and not ip and not ipv6)"
    assert host_display_filter([], ["02:00:00:00:00:0A"]) == f"not ({mac})"


@pytest.mark.parametrize(
    ("term", "source"),
    [
        ("10.0.0.7", "(ip.src == 10.0.0.7)"),
        ("10.0.0.0/8", "(ip.src == 10.0.0.0/8)"),
        (":443", "((tcp.srcport == 443 or udp.srcport == 443 or sctp.srcport == 443))"),
        (
            "10.0.0.7:443",
            "(ip.src == 10.0.0.7 and (tcp.srcport == 443 or udp.srcport == 443 or sctp.srcport == 443))",
        ),
        ("fe80::1", "(ipv6.src == fe80::1)"),
        ("[::1]", "(ipv6.src == ::1)"),
        ("[::1]:53", "(ipv6.src == ::1 and (tcp.srcport == 53 or udp.srcport == 53 or sctp.srcport == 53))"),
    ],
)
def test_a_term_becomes_a_display_filter(term: str, source: str) -> None:
    either = f"({source} or {source.replace('src', 'dst')})"
    assert host_display_filter([term], []) == f"({either})"
    assert host_display_filter([], [term]) == f"not ({either})"


def test_an_invalid_term_is_an_error() -> None:
    with pytest.raises(SettingsError, match="'here' is neither a host nor a port"):
        host_display_filter(["here"], [])


def test_frames_are_numbered_across_several_files(tmp_path: Path) -> None:
    first = recorded(tmp_path / "a.pcapng", [answer(b"nothing")])
    second = recorded(tmp_path / "b.pcapng", [answer(VALUE)])
    frames = len(exchange([ASKED], [b"x"]))
    assert [seen.frame for seen in query_tshark([first, second], [SECRET], HTTP)["message"]] == [frames + 5]


def test_embedded_keys_are_not_used(recordings: Recordings, tmp_path: Path) -> None:
    """With them tshark would see more than an eavesdropper, in compressed files and in ring buffers, too."""
    path = tmp_path / "with-keys.pcapng"
    command = ["editcap", "--inject-secrets", f"tls,{recordings.keys}", str(recordings.path("https")), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    ours = ["tshark", "-r", str(path), "-Y", 'http contains "fluffy tail"']
    assert subprocess.run(ours, check=True, capture_output=True, text=True).stdout, "tshark does not take the keys"
    assert query_tshark([path], [SECRET], HTTP) == {"message": []}
    packed = tmp_path / "with-keys.pcapng.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert query_tshark([packed], [SECRET], HTTP) == {"message": []}
    assert query_tshark([recordings.path("http"), packed], [SECRET], HTTP)["message"]
    assert query_tshark([recordings.path("quiet"), packed], [SECRET], HTTP) == {"message": []}


def test_it_reads_a_truncated_file_up_to_its_end(tmp_path: Path) -> None:
    path = recorded(tmp_path / "cut.pcapng", [answer(VALUE), answer(b"y" * 100)])
    path.write_bytes(path.read_bytes()[:-300])
    assert seen_in(path)["message"]
    clean = recorded(tmp_path / "clean.pcapng", [answer(b"x"), answer(b"y" * 100)])
    clean.write_bytes(clean.read_bytes()[:-300])
    assert seen_in(clean) == {"message": []}


def test_embedded_keys_of_a_big_endian_file_are_not_used_either(recordings: Recordings, tmp_path: Path) -> None:
    keys = recordings.keys.read_bytes()
    secrets = struct.pack(">II", 0x544C534B, len(keys)) + keys
    file = File().section(">").interface(ETHERNET).block(10, secrets)
    file.packet(ethernet(ipv4(udp(VALUE), 17)))
    path = file.write(tmp_path / "big.pcapng")
    assert [each.frame for each in query_tshark([path], [SECRET])["message"]] == [1]
