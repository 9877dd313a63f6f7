"""Packets that are made for what a relay passes on: tshark reads them as a conversation in which nothing is wrong."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from overheard_capture.recorder.ip_packets import CLIENT, MOST_BYTES, SERVER, TcpPackets, datagram
from overheard_capture.recorder.pcapng_file import PcapngFile

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("ip.checksum.status", "tcp.flags.str", "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "_ws.expert.message")


def told(path: Path, *fields: str) -> list[list[str]]:
    command = ["tshark", "-r", str(path), "-o", "ip.check_checksum:TRUE", "-Tfields"]
    command += [each for field in fields for each in ("-e", field)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.split("\t") for line in lines]


@pytest.mark.parametrize("hosts", [("192.0.2.1", "198.51.100.255"), ("2001:db8::1", "::1")])
def test_a_conversation_is_in_order_from_its_beginning_to_its_end(hosts: tuple[str, str], tmp_path: Path) -> None:
    packets = TcpPackets((hosts[0], 40_000), (hosts[1], 443))
    file = PcapngFile(tmp_path / "made.pcapng")
    for packet in packets.opening():
        file.add(packet)
    file.add(packets.data(CLIENT, b"fluffy"))
    file.add(packets.data(SERVER, bytes(MOST_BYTES)))
    file.add(packets.data(CLIENT, b"tail"))
    file.add(packets.closing(CLIENT))
    file.add(packets.reset(SERVER))
    file.close(whole=True)
    checksum = "" if ":" in hosts[0] else "1"
    most = str(MOST_BYTES)
    flags = {"SYN": "··········S·", "SYN, ACK": "·······A··S·", "ACK": "·······A····"}
    assert [line[:5] for line in told(tmp_path / "made.pcapng", *FIELDS)] == [
        [checksum, flags["SYN"], "0", "0", "0"],
        [checksum, flags["SYN, ACK"], "0", "1", "0"],
        [checksum, flags["ACK"], "1", "1", "0"],
        [checksum, "·······AP···", "1", "1", "6"],
        [checksum, "·······AP···", "1", "7", most],
        [checksum, "·······AP···", "7", str(1 + MOST_BYTES), "4"],
        [checksum, "·······A···F", "11", str(1 + MOST_BYTES), "0"],
        [checksum, "·······A·R··", str(1 + MOST_BYTES), "12", "0"],
    ]


def test_after_the_highest_sequence_number_comes_zero() -> None:
    packets = TcpPackets(("192.0.2.1", 1), ("192.0.2.2", 2), first=(1 << 32) - 2)
    numbers = [packets.data(CLIENT, b"abc")[24:28] for _ in range(2)]
    assert [int.from_bytes(number, "big") for number in numbers] == [(1 << 32) - 2, 1]


def test_a_datagram_has_its_payload(tmp_path: Path) -> None:
    file = PcapngFile(tmp_path / "made.pcapng")
    file.add(datagram(("192.0.2.1", 5699), ("239.255.56.83", 5699), b"a mark"))
    file.close(whole=True)
    assert told(tmp_path / "made.pcapng", "ip.dst", "udp.dstport", "udp.length", "udp.payload") == [
        ["239.255.56.83", "5699", "14", b"a mark".hex()]
    ]
