"""Messages of protocols that carry credentials, as a program would send them."""

from __future__ import annotations

import base64
import struct


def b64(data: bytes) -> bytes:
    return base64.b64encode(data)


def tlv(tag: int, *parts: bytes) -> bytes:
    """An element of BER."""
    content = b"".join(parts)
    size = len(content)
    return bytes([tag, size] if size < 0x80 else [tag, 0x82, size >> 8, size & 0xFF]) + content


def field(data: bytes) -> bytes:
    """A field of MQTT."""
    return len(data).to_bytes(2) + data


def bind(password: bytes, *, tag: int = 0x80, long: bool = False) -> bytes:
    """A bind of LDAP; with lengths of four bytes, as Windows writes them."""
    content = b"\x02\x01\x03" + tlv(4, b"cn=nut,dc=oak") + tlv(tag, password)
    inner = b"\x60\x84" + len(content).to_bytes(4) + content if long else tlv(0x60, content)
    return tlv(0x30, b"\x02\x01\x01", inner)


def snmp(community: bytes, version: int = 1) -> bytes:
    """A GetRequest of SNMP."""
    pdu = tlv(
        0xA0, b"\x02\x01\x07\x02\x01\x00\x02\x01\x00", tlv(0x30, tlv(0x30, bytes.fromhex("06082b060102010101000500")))
    )
    return tlv(0x30, bytes([2, 1, version]), tlv(4, community), pdu)


def startup(*messages: bytes) -> bytes:
    """What a client of PostgreSQL sends first."""
    return b"\x00\x00\x00\x27\x00\x03\x00\x00user\x00nut\x00database\x00oak\x00\x00" + b"".join(messages)


def password_message(value: bytes) -> bytes:
    return b"p" + (len(value) + 5).to_bytes(4) + value + b"\x00"


def mqtt(flags: int, *fields: bytes, version: int = 4) -> bytes:
    """CONNECT of MQTT, without its fixed header."""
    properties = b"\x05\x11\x00\x00\x00\x0a" if version == 5 else b""
    return b"\x00\x04MQTT" + bytes([version, flags]) + b"\x00\x3c" + properties + b"".join(map(field, fields))


def mysql(answer: bytes, plugin: bytes) -> bytes:
    """A response to the handshake of MySQL."""
    body = b"\x0d\xa6\x0f\x00\x00\x00\x00\x01\x2d" + bytes(23) + b"nut\x00" + tlv(len(answer), answer)[1:] + b"oak\x00"
    body += plugin + b"\x00"
    return len(body).to_bytes(3, "little") + b"\x01" + body


def ntlm(answer: bytes) -> bytes:
    """A type 3 message of NTLM, with nothing but the NT response, a domain and a user."""
    at = 72
    fields = b"".join(
        len(part).to_bytes(2, "little") * 2 + (at + before).to_bytes(4, "little")
        for part, before in ((b"", 0), (answer, 6), (b"o\0a\0k\0", 0), (b"", 0), (b"", 0), (b"", 0))
    )
    return b"NTLMSSP\x00\x03\x00\x00\x00" + fields + bytes(at - 12 - len(fields)) + b"o\0a\0k\0" + answer


def tds(password: str, *, kind: int = 0x10, cut: int = 0) -> bytes:
    """A login of TDS 7.4, in a packet of this type."""
    hidden = bytes(((byte >> 4 | byte << 4) & 0xFF) ^ 0xA5 for byte in password.encode("utf-16-le"))
    name, start = "nut".encode("utf-16-le"), 94
    fields = struct.pack("<6H", start, 0, start, 3, start + len(name), len(password) - cut)
    body = bytes.fromhex("04000074") + bytes(28) + fields + bytes(start - 48) + name + hidden
    return struct.pack(">BBHHBB", kind, 1, 12 + len(body), 0, 1, 0) + struct.pack("<I", 4 + len(body)) + body


def hidden(password: str) -> bytes:
    """A password as TDS hides it."""
    wire = tds(password)
    return wire[-2 * len(password) :]


def radius(*attributes: tuple[int, bytes], code: int = 1, more: int = 0) -> bytes:
    """A packet of RADIUS."""
    body = b"".join(bytes((kind, 2 + len(value))) + value for kind, value in attributes)
    return struct.pack(">BBH", code, 7, 20 + len(body) + more) + bytes(range(16)) + body


def snmpv3(flags: int, user: bytes, digest: bytes) -> bytes:
    """A message of SNMPv3."""
    head = tlv(0x30, b"\x02\x01\x07\x02\x03\x00\xff\xe3", tlv(4, bytes([flags])), b"\x02\x01\x03")
    engine = tlv(4, b"\x80\x00\x1f\x88\x04oak")
    security = tlv(4, tlv(0x30, engine, b"\x02\x01\x02\x02\x01\x63", tlv(4, user), tlv(4, digest), b"\x04\x00"))
    return tlv(0x30, b"\x02\x01\x03", head, security, tlv(0x30, engine, b"\x04\x00", snmp(b"")[-20:]))


def encrypted(tag: int, cipher: bytes, kind: int = 23) -> bytes:
    """EncryptedData of Kerberos, in a field."""
    return tlv(tag, tlv(0x30, tlv(0xA0, bytes((2, 1, kind))), tlv(0xA2, tlv(4, cipher))))


def ticket(service: bytes, cipher: bytes) -> bytes:
    """A ticket of Kerberos for a service of the host oak."""
    names = tlv(0xA1, tlv(0x30, tlv(0x1B, service), tlv(0x1B, b"oak")))
    name = tlv(0xA2, tlv(0x30, b"\xa0\x03\x02\x01\x02", names))
    return tlv(0x61, tlv(0x30, b"\xa0\x03\x02\x01\x05", tlv(0xA1, tlv(0x1B, b"OAK")), name, encrypted(0xA3, cipher)))


def kdc_reply(
    kind: int, service: bytes, in_ticket: bytes, beside: bytes, *, encryption: int = 23, user: bytes = b"nut"
) -> bytes:
    """AS-REP (11) or TGS-REP (13), without the outermost tag."""
    head = b"\xa0\x03\x02\x01\x05" + tlv(0xA1, bytes((2, 1, kind))) + tlv(0xA3, tlv(0x1B, b"OAK"))
    head += tlv(0xA4, tlv(0x30, b"\xa0\x03\x02\x01\x01", tlv(0xA1, tlv(0x30, tlv(0x1B, user)))))
    return tlv(0x30, head, tlv(0xA5, ticket(service, in_ticket)), encrypted(0xA6, beside, encryption))


def ap_request(service: bytes, cipher: bytes) -> bytes:
    """AP-REQ, without the outermost tag."""
    head = b"\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x0e\xa2\x07\x03\x05\x00\x00\x00\x00\x00"
    return tlv(0x30, head, tlv(0xA3, ticket(service, cipher)), encrypted(0xA4, bytes(24)))
