"""Protocols of the hunt other than HTTP: each says a value to somebody, over TCP, UDP or ICMP."""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import dns.message
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT

from frames import Conversation, Turn
from nesting import MisfitError, Shape
from talks_http import HTTP
from talks_messaging import MESSAGING


@dataclass(frozen=True)
class Talk:
    """A protocol, the place in it for the value, and the widest shape that fits."""

    transport: str
    takes: Shape
    make: Callable[[bytes, random.Random], list[Turn]]
    port: int

    def conversation(self, data: bytes, chance: random.Random) -> Conversation:
        """The conversation, on its usual port or on another."""
        port = self.port if chance.random() < 0.6 else chance.randrange(1025, 32000)
        return Conversation(self.transport, tuple(self.make(data, chance)), port)


def _spoken(*said: bytes, server_first: bool = True) -> list[Turn]:
    """Turns that alternate."""
    return [Turn((number % 2 == 0) != server_first, each) for number, each in enumerate(said)]


def _at_most(data: bytes, size: int) -> bytes:
    """The bytes. Raises MisfitError if there are more than `size`: what is left out could be the secret."""
    if len(data) > size:
        raise MisfitError(f"more than {size} bytes")
    return data


def _crlf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


_MAIL = b"From: alice@example.org\r\nTo: bob@example.org\r\n"
_BEFORE_MAIL = (
    b"220 mail.example.org ESMTP\r\n",
    b"EHLO client\r\n",
    b"250-mail.example.org\r\n250-CHUNKING\r\n250 AUTH PLAIN LOGIN\r\n",
    b"MAIL FROM:<alice@example.org>\r\n",
    b"250 ok\r\n",
    b"RCPT TO:<bob@example.org>\r\n",
    b"250 ok\r\n",
)


def _smtp(data: bytes, _: random.Random) -> list[Turn]:
    body = _crlf(data).replace(b"\r\n.", b"\r\n..")
    body = b"." + body if body.startswith(b".") else body
    mail = _MAIL + b"Subject: note\r\n\r\n" + body + b"\r\n.\r\n"
    return _spoken(*_BEFORE_MAIL, b"DATA\r\n", b"354 go\r\n", mail, b"250 ok\r\n", b"QUIT\r\n", b"221 bye\r\n")


def _smtp_subject(data: bytes, _: random.Random) -> list[Turn]:
    mail = _MAIL + b"Subject: " + data + b"\r\n\r\nhello\r\n.\r\n"
    return _spoken(*_BEFORE_MAIL, b"DATA\r\n", b"354 go\r\n", mail, b"250 ok\r\n", b"QUIT\r\n", b"221 bye\r\n")


def _bdat(data: bytes, chance: random.Random) -> list[Turn]:
    """RFC 3030: the message in chunks of a stated size."""
    mail = _MAIL + b"Subject: note\r\nContent-Transfer-Encoding: binary\r\n\r\n" + data
    cut = chance.randrange(len(_MAIL), len(mail))
    chunks = b"BDAT %d\r\n%s" % (cut, mail[:cut]), b"BDAT %d LAST\r\n%s" % (len(mail) - cut, mail[cut:])
    return _spoken(*_BEFORE_MAIL, chunks[0], b"250 ok\r\n", chunks[1], b"250 ok\r\n", b"QUIT\r\n", b"221 bye\r\n")


def _auth_plain(data: bytes, _: random.Random) -> list[Turn]:
    token = base64.b64encode(b"\0alice\0" + data)
    return _spoken(*_BEFORE_MAIL[:3], b"AUTH PLAIN " + token + b"\r\n", b"235 ok\r\n")


def _auth_login(data: bytes, _: random.Random) -> list[Turn]:
    name, token = base64.b64encode(b"alice") + b"\r\n", base64.b64encode(data) + b"\r\n"
    asked = b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n"
    return _spoken(*_BEFORE_MAIL[:3], b"AUTH LOGIN\r\n", asked[0], name, asked[1], token, b"235 ok\r\n")


def _imap_fetch(data: bytes, _: random.Random) -> list[Turn]:
    answer = b"* 1 FETCH (UID 7 BODY[TEXT] {%d}\r\n%s)\r\na2 OK done\r\n" % (len(data), data)
    return _spoken(b"* OK ready\r\n", b"a1 SELECT INBOX\r\n", b"a1 OK\r\n", b"a2 FETCH 1 (UID BODY[TEXT])\r\n", answer)


def _imap_append(data: bytes, _: random.Random) -> list[Turn]:
    asked = b"a1 APPEND Drafts {%d}\r\n" % len(data)
    return _spoken(b"* OK ready\r\n", asked, b"+ go\r\n", data + b"\r\n", b"a1 OK done\r\n")


def _imap_login(data: bytes, _: random.Random) -> list[Turn]:
    quoted = data.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return _spoken(b"* OK ready\r\n", b'a1 LOGIN alice "' + quoted + b'"\r\n', b"a1 OK done\r\n")


def _pop3(data: bytes, _: random.Random) -> list[Turn]:
    answer = b"+OK %d octets\r\n%s%s\r\n.\r\n" % (len(data), _MAIL + b"Subject: note\r\n\r\n", _crlf(data))
    return _spoken(b"+OK ready\r\n", b"RETR 1\r\n", answer, b"QUIT\r\n", b"+OK\r\n")


def _ftp(data: bytes, chance: random.Random) -> list[Turn]:
    command = chance.choice((b"PASS ", b"STOR ", b"MKD "))
    return _spoken(b"220 ready\r\n", b"USER alice\r\n", b"331 password\r\n", command + data + b"\r\n", b"230 ok\r\n")


def _redis(data: bytes, chance: random.Random) -> list[Turn]:
    parts = chance.choice(([b"SET", b"note", data], [b"HSET", b"user:17", b"name", b"alice", b"note", data]))
    asked = b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
    asked_again = b"*2\r\n$3\r\nGET\r\n$4\r\nnote\r\n"
    return _spoken(asked, b"+OK\r\n", asked_again, b"$%d\r\n%s\r\n" % (len(data), data), server_first=False)


def _memcached(data: bytes, _: random.Random) -> list[Turn]:
    return _spoken(b"set note 0 900 %d\r\n%s\r\n" % (len(data), data), b"STORED\r\n", server_first=False)


def _sized(data: bytes) -> bytes:
    return struct.pack(">H", len(data)) + data


def _mqtt(data: bytes, _: random.Random) -> list[Turn]:
    def packet(first: int, rest: bytes) -> bytes:
        size, left = bytearray(), len(rest)
        while True:
            size.append(left & 127 | (128 if left > 127 else 0))
            left >>= 7
            if not left:
                return bytes([first]) + bytes(size) + rest

    connect = packet(0x10, _sized(b"MQTT") + b"\x04\x02\x00\x3c" + _sized(b"hunter"))
    publish = packet(0x30, _sized(b"home/note") + data)
    return _spoken(connect, b"\x20\x02\0\0", publish + b"\xe0\0", server_first=False)


def _postgres(data: bytes, _: random.Random) -> list[Turn]:
    def message(kind: bytes, rest: bytes) -> bytes:
        return kind + struct.pack(">I", 4 + len(rest)) + rest

    ready = message(b"Z", b"I")
    startup = message(b"", struct.pack(">I", 196608) + b"user\0alice\0database\0notes\0\0")
    query = message(b"Q", b"SELECT note FROM notes WHERE note <> '" + data.replace(b"'", b"''") + b"'\0")
    row = message(b"D", struct.pack(">HI", 1, 2) + b"no") + message(b"C", b"SELECT 1\0") + ready
    return _spoken(startup, message(b"R", bytes(4)) + ready, query, row, message(b"X", b""), server_first=False)


def _mysql(data: bytes, _: random.Random) -> list[Turn]:
    def packet(number: int, rest: bytes) -> bytes:
        return struct.pack("<I", len(rest))[:3] + bytes([number]) + rest

    hello = b"\x0a8.0.36\0" + bytes(4) + b"abcdefgh\0\xff\xf7\x21\2\0\xff\xc1\x15" + bytes(10) + b"ijklmnopqrst\0"
    login = struct.pack("<IIB", 0x000FA68D, 1 << 24, 33) + bytes(23) + b"alice\0" + bytes([0])
    query = packet(0, b"\3INSERT INTO notes VALUES ('" + data.replace(b"'", b"''") + b"')")
    ok = bytes.fromhex("00000002000000")
    return _spoken(packet(0, hello), packet(1, login), packet(2, ok), query, packet(1, ok))


def _ldap(data: bytes, _: random.Random) -> list[Turn]:
    def ber(tag: int, *parts: bytes) -> bytes:
        inner = b"".join(parts)
        size = bytes([len(inner)]) if len(inner) < 128 else b"\x83" + struct.pack(">I", len(inner))[1:]
        return bytes([tag]) + size + inner

    bind = ber(0x30, ber(2, b"\1"), ber(0x60, ber(2, b"\3"), ber(4, b"cn=alice,dc=example"), ber(0x80, data)))
    answer = ber(0x30, ber(2, b"\1"), ber(0x61, ber(0x0A, b"\0"), ber(4), ber(4)))
    return _spoken(bind, answer, server_first=False)


def _telnet(data: bytes, _: random.Random) -> list[Turn]:
    asked = b"\xff\xfd\x18\xff\xfb\x01login: "
    return _spoken(asked, b"\xff\xfc\x18alice\r\n", b"Password: ", _crlf(data) + b"\r\n", b"\r\nWelcome\r\n$ ")


def _irc(data: bytes, _: random.Random) -> list[Turn]:
    hello = b"NICK alice\r\nUSER alice 0 * :Alice\r\n"
    return _spoken(hello, b":irc 001 alice :Welcome\r\n", b"PRIVMSG #cats :" + data + b"\r\n", server_first=False)


def _raw(data: bytes, chance: random.Random) -> list[Turn]:
    return [Turn(chance.random() < 0.5, data)]


def _dns(name: str, kind: str, answer: Iterable[bytes]) -> list[Turn]:
    question = dns.message.make_query(name, kind)
    question.id = 4711
    response = dns.message.make_response(question)
    texts = tuple(answer)
    if texts:
        record = TXT(dns.rdataclass.IN, dns.rdatatype.TXT, texts)
        response.answer.append(dns.rrset.from_rdata(question.question[0].name, 300, record))
    return _spoken(question.to_wire(), response.to_wire(), server_first=False)


def _dns_txt(data: bytes, chance: random.Random) -> list[Turn]:
    size = chance.choice((40, 255))
    return _dns("note.example.org", "TXT", [data[at : at + size] for at in range(0, len(data), size)])


def _dns_labels(data: bytes, _: random.Random) -> list[Turn]:
    """As tunnels through DNS do: base32 in labels."""
    text = base64.b32encode(_at_most(data, 110)).rstrip(b"=").lower().decode()
    labels = [text[at : at + 60] for at in range(0, len(text), 60)]
    return _dns(".".join([*labels, "t.example.org"]), "A", ())


def _syslog(data: bytes, chance: random.Random) -> list[Turn]:
    head = chance.choice((b"<34>1 2026-01-02T03:04:05Z host app 17 ID47 - ", b"<34>Jan  2 03:04:05 host app[17]: "))
    return [Turn(True, head + data)]


def _snmp(data: bytes, _: random.Random) -> list[Turn]:
    def ber(tag: int, *parts: bytes) -> bytes:
        inner = b"".join(parts)
        size = bytes([len(inner)]) if len(inner) < 128 else b"\x82" + struct.pack(">H", len(inner))
        return bytes([tag]) + size + inner

    binding = ber(0x30, ber(0x30, ber(6, bytes.fromhex("2b06010201010500")), ber(4, data)))
    pdu = ber(0xA3, ber(2, b"\x12\x34"), ber(2, b"\0"), ber(2, b"\0"), binding)
    return [Turn(True, ber(0x30, ber(2, b"\1"), ber(4, b"public"), pdu))]


def _tftp(data: bytes, _: random.Random) -> list[Turn]:
    turns = [Turn(True, b"\0\2note.txt\0octet\0"), Turn(False, b"\0\4\0\0")]
    for number, at in enumerate(range(0, len(data) + 1, 512), 1):
        turns += [Turn(True, struct.pack(">HH", 3, number) + data[at : at + 512])]
        turns += [Turn(False, struct.pack(">HH", 4, number))]
    return turns


def _datagrams(data: bytes, _: random.Random) -> list[Turn]:
    return [Turn(True, data)]


TALKS: dict[str, Talk] = {
    **{name: Talk("tcp", takes, make, 80) for name, (takes, make) in HTTP.items()},
    **{name: Talk("tcp", takes, make, port) for name, (takes, make, port) in MESSAGING.items()},
    "SMTP": Talk("tcp", Shape.EIGHT_BIT, _smtp, 25),
    "SMTP subject": Talk("tcp", Shape.LINE, _smtp_subject, 25),
    "SMTP BDAT": Talk("tcp", Shape.BINARY, _bdat, 25),
    "SMTP AUTH PLAIN": Talk("tcp", Shape.EIGHT_BIT, _auth_plain, 25),
    "SMTP AUTH LOGIN": Talk("tcp", Shape.EIGHT_BIT, _auth_login, 25),
    "IMAP FETCH": Talk("tcp", Shape.BINARY, _imap_fetch, 143),
    "IMAP APPEND": Talk("tcp", Shape.BINARY, _imap_append, 143),
    "IMAP LOGIN": Talk("tcp", Shape.LINE, _imap_login, 143),
    "POP3": Talk("tcp", Shape.EIGHT_BIT, _pop3, 110),
    "FTP": Talk("tcp", Shape.LINE, _ftp, 21),
    "Redis": Talk("tcp", Shape.BINARY, _redis, 6379),
    "memcached": Talk("tcp", Shape.BINARY, _memcached, 11211),
    "MQTT": Talk("tcp", Shape.BINARY, _mqtt, 1883),
    "PostgreSQL": Talk("tcp", Shape.EIGHT_BIT, _postgres, 5432),
    "MySQL": Talk("tcp", Shape.EIGHT_BIT, _mysql, 3306),
    "LDAP": Talk("tcp", Shape.BINARY, _ldap, 389),
    "telnet": Talk("tcp", Shape.TEXT, _telnet, 23),
    "IRC": Talk("tcp", Shape.LINE, _irc, 6667),
    "TCP": Talk("tcp", Shape.BINARY, _raw, 7777),
    "DNS TXT": Talk("udp", Shape.BINARY, _dns_txt, 53),
    "DNS labels": Talk("udp", Shape.BINARY, _dns_labels, 53),
    "syslog": Talk("udp", Shape.EIGHT_BIT, _syslog, 514),
    "SNMP": Talk("udp", Shape.BINARY, _snmp, 161),
    "TFTP": Talk("udp", Shape.BINARY, _tftp, 69),
    "UDP": Talk("udp", Shape.BINARY, _datagrams, 7777),
    "ICMP": Talk("icmp", Shape.BINARY, _datagrams, 0),
}
