"""What a tunnel carries is its endpoints', too, and what an ICMP error quotes is of those that it quotes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from capture.frames import dialogue, ethernet, ipv4, rewritten, tcp, udp
from overheard import Options, judge
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Fluffy tail 4711"
# A conversation in clear between two hosts of a network inside, as IP packets.
INSIDE = [each[14:] for each in dialogue([(">", b"GET /" + TEXT.encode() + b" HTTP/1.1\r\nHost: a.example\r\n\r\n")])]
OUTER = {"source": "192.0.2.1", "target": "192.0.2.2"}


def gre(packet: bytes) -> bytes:
    return ipv4(struct.pack(">HH", 0, 0x0800) + packet, 47, **OUTER)  # type: ignore[arg-type]


def vxlan(packet: bytes) -> bytes:
    header = struct.pack(">II", 0x08000000, 7 << 8)
    return ipv4(udp(header + ethernet(packet), target=4789), 17, **OUTER)  # type: ignore[arg-type]


def esp_without_cipher(packet: bytes) -> bytes:
    """ESP in UDP, with the NULL cipher (RFC 2410), and a checksum of twelve bytes."""
    padding = bytes(range(1, 1 + (-len(packet) - 2) % 4))
    trailer = padding + bytes([len(padding), 4])
    header = struct.pack(">II", 0x11223344, 1 + len(packet))
    return ipv4(udp(header + packet + trailer + bytes(range(200, 212)), source=4500, target=4500), 17, **OUTER)  # type: ignore[arg-type]


TUNNELS = {"GRE": (gre, "192.0.2.2"), "VXLAN": (vxlan, "192.0.2.2:4789"), "ESP": (esp_without_cipher, "192.0.2.2:4500")}


@pytest.mark.parametrize("name", TUNNELS)
def test_what_a_selected_tunnel_carries_is_judged(tmp_path: Path, name: str) -> None:
    tunnel, end = TUNNELS[name]
    path = rewritten(tmp_path / "a.pcapng", [ethernet(tunnel(packet)) for packet in INSIDE])
    for options in (Options(only=(end,)), Options(only=("127.0.0.1",)), Options()):
        assert judge(path, {"it": TEXT}, options).outcome is Outcome.OVERHEARD
    others = (
        Options(only=("192.0.2.9",)),
        Options(without=("127.0.0.1",)),
        Options(only=(end,), without=("127.0.0.1",)),
    )
    for options in others:
        assert judge(path, {"it": TEXT}, options).outcome is not Outcome.OVERHEARD


@pytest.mark.parametrize("name", ["VXLAN", "ESP"])
def test_what_a_tunnel_carries_in_clear_is_that_of_its_endpoint(tmp_path: Path, name: str) -> None:
    tunnel, end = TUNNELS[name]
    path = rewritten(tmp_path / "a.pcapng", [ethernet(tunnel(packet)) for packet in INSIDE])
    options = Options(required=("sealed",), sealed_endpoints=(end,), vouched=("whole", "sent"))
    checks = judge(path, {"it": "another text"}, options).verdicts["it"].checks
    assert any(check.code == "in-clear" and check.says.startswith(end) for check in checks if not check.holds)


def test_what_an_icmp_error_quotes_is_judged_for_those_that_it_quotes(tmp_path: Path) -> None:
    quoted = ipv4(tcp(b"it is " + TEXT.encode(), target=443), source="192.0.2.1", target="192.0.2.2")
    error = ipv4(struct.pack(">BBHI", 11, 0, 0, 0) + quoted, 1, source="203.0.113.9", target="192.0.2.1")
    path = rewritten(tmp_path / "a.pcapng", [ethernet(error)])
    for only, outcome in (("192.0.2.2:443", Outcome.OVERHEARD), ("192.0.2.2", Outcome.OVERHEARD)):
        assert judge(path, {"it": TEXT}, Options(only=(only,))).outcome is outcome
    assert judge(path, {"it": TEXT}, Options(only=("192.0.2.2:80",))).outcome is not Outcome.OVERHEARD
