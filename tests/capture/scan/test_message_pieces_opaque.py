"""What a tunnel says below a domain of DNS is a reason if nobody can read it; ordinary names are none."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import dns.message
import dns.rrset
import pytest

from capture.frames import ethernet, exchange, ipv4, rewritten, udp
from capture.talk import noise
from overheard import Options, judge

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"correct horse battery staple"
HARMLESS = exchange([b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"], [b"HTTP/1.1 204 No Content\r\n\r\n"])


def outcome(folder: Path, frames: list[bytes]) -> str:
    report = judge(
        rewritten(folder / "x.pcapng", [*HARMLESS, *frames]), {"secret": SECRET}, Options(vouched={"whole", "sent"})
    )
    says = [reason.says for reason in report.verdicts["secret"].reasons]
    assert all("names and texts below one domain" in each for each in says)
    return str(report.outcome)


def asked(number: int, name: str, kind: str = "TXT", *answers: str) -> list[bytes]:
    """A question of a client, from a port of its own, and what the server answers."""
    question = dns.message.make_query(name, kind)
    payload = udp(question.to_wire(), source=40000 + number, target=53)
    frames = [ethernet(ipv4(payload, 17, source="10.0.0.1", target="10.0.0.53"))]
    if answers:
        response = dns.message.make_response(question)
        response.answer = [dns.rrset.from_text(f"{name}.", 60, "IN", kind, *answers)]
        payload = udp(response.to_wire(), source=53, target=40000 + number)
        frames.append(ethernet(ipv4(payload, 17, source="10.0.0.53", target="10.0.0.1")))
    return frames


def tunnelled(size: int, how: str) -> list[bytes]:
    """So many bytes that nobody can read, 30 in each message."""
    frames = []
    for number, at in enumerate(range(0, size, 30)):
        data = noise(size)[at : at + 30]
        base32, base64_, name = base64.b32encode(data).decode(), base64.b64encode(data).decode(), f"{number}.evil.test"
        if how == "names":
            frames += asked(number, f"{base32.lower()}.evil.test")
        elif how == "names in hexadecimal":
            frames += asked(number, f"{data.hex()[:40]}.{data.hex()[40:]}.evil.test")
        elif how == "texts":
            frames += asked(number, name, "TXT", f'"{base64_}"')
        else:
            frames += asked(number, name, "CNAME", f"{base32}.evil.test.")
    return frames


HOW = ["names", "names in hexadecimal", "texts", "names of answers"]


@pytest.mark.parametrize("how", HOW)
def test_a_tunnel_is_a_reason(how: str, tmp_path: Path) -> None:
    assert outcome(tmp_path, tunnelled(690, how)) == "INCONCLUSIVE"
    assert outcome(tmp_path, tunnelled(450, how)) == "PROTECTED"
    assert outcome(tmp_path, tunnelled(450, how) * 5) == "PROTECTED"


def test_ordinary_names_are_no_reason(tmp_path: Path) -> None:
    digests = [hashlib.md5(b"%d" % number, usedforsecurity=False).hexdigest() for number in range(60)]
    names = [
        *(f"d{digest[:13]}.cloudfront.net" for digest in digests),
        *(f"r{number}---sn-{digest[:8]}.googlevideo.com" for number, digest in enumerate(digests)),
        *(f"e{1000 + 37 * number}.dscx.akamaiedge.net" for number in range(60)),
        *(f"{digest}.safeframe.googlesyndication.com" for digest in digests),
        *(f"{number}.1.168.192.in-addr.arpa" for number in range(60)),
        *(".".join(digest) + ".ip6.arpa" for digest in digests),
        *(f"{base64.b32encode(noise(20, number)).decode().lower()}._domainkey.shop.test" for number in range(3)),
    ]
    frames = [frame for number, name in enumerate(names) for frame in asked(number, name, "A")]
    assert outcome(tmp_path, frames) == "PROTECTED"


def test_hashes_and_signatures_of_dnssec_are_no_reason(tmp_path: Path) -> None:
    frames = []
    for number in range(60):
        question = dns.message.make_query(f"no{number}.test", "A")
        response = dns.message.make_response(question)
        owner, following = (base64.b32hexencode(noise(20, number + more)).decode() for more in (0, 100))
        signature = base64.b64encode(noise(64, number)).decode()
        signed = f"NSEC3 13 2 900 20260101000000 20251201000000 1 test. {signature}"
        response.authority = [
            dns.rrset.from_text(f"{owner}.test.", 60, "IN", "NSEC3", f"1 1 0 - {following} NS SOA"),
            dns.rrset.from_text(f"{owner}.test.", 60, "IN", "RRSIG", signed),
        ]
        payload = udp(response.to_wire(), source=53, target=40000 + number)
        frames += [*asked(number, f"no{number}.test", "A"), ethernet(ipv4(payload, 17, source="10.0.0.53"))]
    assert outcome(tmp_path, frames) == "PROTECTED"
