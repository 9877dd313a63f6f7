"""Datagrams: DNS, syslog, SNMP, SIP and others; and packets that are neither TCP nor UDP."""

from __future__ import annotations

import base64
import socket
import struct
from functools import partial
from typing import TYPE_CHECKING

import dns.message
import dns.name
import dns.query
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from corpus.case import FLUFFY, harmless, leak
from corpus.encoded import hexed
from corpus.packed import gz, page

if TYPE_CHECKING:
    from corpus.scene import Scene

_UDP_LITE = 136
_EXPERIMENT = 253  # for experiments and testing (RFC 3692)


def datagram(*payloads: bytes, port: int = 9999, wire: bytes | None = None, scene: Scene) -> bytes | None:
    """Datagrams to a server that does not answer."""
    receiver = scene.datagrams(port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for payload in payloads:
            client.sendto(payload, (scene.host, port))
            receiver.recv(65536)
    return wire


def to_nobody(payload: bytes, *, scene: Scene) -> None:
    """A datagram to a closed port, which an ICMP error quotes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.connect((scene.host, 9))
        client.send(payload)
        try:
            client.recv(99)
        except ConnectionRefusedError:
            return


def logged(*options: str, message: str, scene: Scene) -> None:
    """A syslog message over UDP, by the program logger."""
    scene.datagrams(514)
    scene.run("logger", "-n", scene.host, "-P", "514", "-d", *options, "--", message)


def logged_over_tcp(*, scene: Scene) -> None:
    """The same over TCP, with octet counting."""

    def take(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass

    scene.serve(take, 601)
    scene.run("logger", "-n", scene.host, "-P", "601", "-T", "--octet-count", "--", f"word={FLUFFY}")


def resolved(labels: list[bytes], *texts: bytes, tcp: bool = False, wire: bytes, scene: Scene) -> bytes:
    """A DNS query, and an answer with TXT strings if there are any."""
    name = dns.name.Name([*labels, b"oak", b"example", b""])
    query = dns.message.make_query(name, "TXT")
    answer = dns.message.make_response(query)
    if texts:
        quoted = " ".join('"' + "".join(f"\\{byte:03d}" for byte in text) + '"' for text in texts)
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", quoted))

    def over_tcp(connection: socket.socket) -> None:
        connection.recv(4096)
        data = answer.to_wire()
        connection.sendall(struct.pack(">H", len(data)) + data)

    def over_udp() -> None:
        _, client = receiver.recvfrom(4096)
        receiver.sendto(answer.to_wire(), client)

    if tcp:
        scene.serve(over_tcp, 53)
        dns.query.tcp(query, scene.host, timeout=10)
    else:
        receiver = scene.datagrams(53)
        thread = scene.background(over_udp)
        dns.query.udp(query, scene.host, timeout=10)
        thread.join()
    return wire


def _labels(text: bytes, size: int) -> tuple[list[bytes], bytes]:
    """Text as DNS labels, and its bytes on the wire, from the first character on."""
    labels = [text[at : at + size] for at in range(0, len(text), size)]
    return labels, b"".join(bytes([len(label)]) + label for label in labels)[1:]


def smuggled(text: bytes, size: int, *, scene: Scene) -> bytes:
    """Text exfiltrated in DNS queries."""
    labels, wire = _labels(text, size)
    return resolved(labels, wire=wire, scene=scene)


def snmp(community: str, *, scene: Scene) -> None:
    """An SNMP request with a community string, by the program snmpget."""
    scene.datagrams(161)
    scene.run("snmpget", "-v2c", "-c", community, "-r", "0", "-t", "0.1", scene.host, "1.3.6.1.2.1.1.1.0", fine=(1,))


def pinged(payload: bytes, *, scene: Scene) -> None:
    """An ICMP echo request, and its reply."""
    head = struct.pack(">HH", 77, 1)
    words = b"\x08\0" + head + payload + bytes(len(payload) % 2)
    total = sum(struct.unpack(f">{len(words) // 2}H", words))
    total = (total >> 16) + (total & 0xFFFF)
    checksum = struct.pack(">H", ~(total + (total >> 16)) & 0xFFFF)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as client:
        client.settimeout(5)
        client.connect((scene.host, 0))
        client.send(b"\x08\0" + checksum + head + payload)
        client.recv(4096)


def light(payload: bytes, *, scene: Scene) -> None:
    """A datagram of UDP-Lite."""
    with scene.tap.server.entered():
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, _UDP_LITE)
    with receiver, socket.socket(socket.AF_INET, socket.SOCK_DGRAM, _UDP_LITE) as client:
        receiver.bind((scene.host, 7777))
        receiver.settimeout(5)
        client.sendto(payload, (scene.host, 7777))
        receiver.recv(4096)


def unknown(protocol: int, payload: bytes, *, scene: Scene) -> None:
    """An IP packet of an unassigned protocol."""
    with scene.tap.server.entered():
        receiver = socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)
    with receiver, socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol) as client:
        receiver.bind((scene.host, 0))
        receiver.settimeout(5)
        client.sendto(payload, (scene.host, 0))
        receiver.recv(4096)


def unheard_of(payload: bytes, *, scene: Scene) -> None:
    """An Ethernet frame with an ethertype for experiments (IEEE 802, 9.2.2), with the case's address in it."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as client:
        client.bind((scene.tap.there, 0))
        here = socket.inet_aton(scene.host)
        client.send(b"\x02\0\0\0\0\2" + b"\x02\0\0\0\0\1" + b"\x88\xb5" + here + payload)


def called(word: str, *, scene: Scene) -> None:
    """A SIP message."""
    head = (
        f"MESSAGE sip:acorn@{scene.host} SIP/2.0",
        "Via: SIP/2.0/UDP nut.example;branch=z9hG4bK7",
        "From: <sip:nut@oak>;tag=7",
        "To: <sip:acorn@oak>",
        "Call-ID: 7@nut.example",
        "CSeq: 1 MESSAGE",
        "Content-Type: text/plain",
        f"Content-Length: {len(word)}",
    )
    datagram("\r\n".join((*head, "", word)).encode(), port=5060, scene=scene)


_WORD = FLUFFY.encode()
_BASE32 = base64.b32encode(_WORD).rstrip(b"=")
# A length and then text, as at the beginning of mDNS or NetBIOS answers.
_COAP = b"\x50\x01\x00\x07\xb6hollow\x51\xff"

CASES = [
    leak("udp", partial(datagram, b"the word is fluffy tail")),
    leak("udp-gzip", partial(datagram, gz(page()), wire=gz(page())), "gzip"),
    leak(
        "udp-base64-gzip",
        partial(datagram, base64.b64encode(gz(page())), wire=base64.b64encode(gz(page()))),
        "base64",
        "gzip",
    ),
    leak(
        "udp-utf-16",
        partial(datagram, FLUFFY.encode("utf-16-le"), wire=FLUFFY.encode("utf-16-le")),
        spelling="UTF-16 little-endian",
    ),
    leak("udp-hex", partial(datagram, hexed(_WORD), wire=hexed(_WORD)), spelling="hexadecimal"),
    leak("udp-error", partial(to_nobody, b"the word is fluffy tail")),
    leak("syslog", partial(logged, message=f"word={FLUFFY}")),
    leak("syslog-old", partial(logged, "--rfc3164", message=f"word={FLUFFY}")),
    leak("syslog-tcp", logged_over_tcp),
    leak("statsd", partial(datagram, b"hollow.word.fluffy tail:1|c", port=8125)),
    leak("sip", partial(called, FLUFFY)),
    leak("coap", partial(datagram, _COAP + _WORD, port=5683)),
    leak("snmp", partial(snmp, FLUFFY)),
    leak("dns-label", partial(resolved, [_WORD], wire=_WORD)),
    leak("dns-text", partial(resolved, [b"word"], b"the word is fluffy tail", wire=_WORD)),
    leak(
        "dns-two-texts", partial(resolved, [b"word"], b"the word is fluf", b"fy tail", wire=b"fluf\x07fy tail"), "DNS"
    ),
    leak("dns-tcp", partial(resolved, [b"word"], b"the word is fluffy tail", tcp=True, wire=_WORD)),
    leak("dns-base32", partial(smuggled, _BASE32, 63), spelling="base32"),
    leak("dns-base32-in-labels", partial(smuggled, _BASE32, 5), "DNS", spelling="base32"),
    leak("dns-hex-in-labels", partial(smuggled, hexed(_WORD), 6), "DNS", spelling="hexadecimal"),
    leak("ping", partial(pinged, b"the word is fluffy tail ")),
    leak("udp-lite", partial(light, b"the word is fluffy tail")),
    leak("unknown-protocol", partial(unknown, _EXPERIMENT, b"the word is fluffy tail")),
    leak("unknown-ethernet", partial(unheard_of, b"the word is fluffy tail")),
    harmless("udp-three", partial(datagram, b"fluffy ", b"acorn", b"tail")),
    harmless("udp-random", partial(datagram, bytes(range(256)) * 5)),
    harmless("udp-gzip-other-word", partial(datagram, gz(page("fluffy trail")))),
    harmless("syslog-other-word", partial(logged, message="word=fluffy, tail")),
    harmless("dns-other-word", partial(smuggled, base64.b32encode(b"fluffy bail").rstrip(b"="), 5)),
    harmless("dns-labels-are-words", partial(smuggled, b"fluffytail", 6)),
    harmless("snmp-other-word", partial(snmp, "fluffy")),
    harmless("ping-other-word", partial(pinged, b"the word is Fluffy tail ")),
    harmless("unknown-protocol-other-word", partial(unknown, _EXPERIMENT, b"the word is fluffy-tail")),
]
