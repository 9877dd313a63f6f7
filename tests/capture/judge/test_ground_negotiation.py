"""What only asks for TLS before it begins is no application data; anything else before it is, and is not sealed."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange, rewritten
from capture.talk import openssl_transcript
from overheard import Options, judge
from overheard.words.ground import Ground, Proof
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    Transcript = list[tuple[str, bytes]]

POSTGRESQL, GSS = b"\0\0\0\x08\x04\xd2\x16\x2f", b"\0\0\0\x08\x04\xd2\x16\x30"
LDAP = b"\x30\x1d\2\1\1\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
LDAP_ANSWER = b"\x30\x0c\2\1\1\x78\x07\x0a\1\0\4\0\4\0"
MYSQL_REQUEST = b"\x20\0\0\1\x05\xae\xff\x01\0\0\0\x01\x2d" + bytes(23)


def greeting(version: bytes) -> bytes:
    """What MariaDB sends first."""
    salt = b"Ab?9x:Sy", b"Zd!x|Qe4^r2M"
    middle = b"\0\xfe\xff\x2d\x02\0\xff\xc1\x15\0\0\0\0\0\0\x1d\0\0\0"
    body = b"\n" + version + b"\0\x05\0\0\0" + salt[0] + middle + salt[1] + b"\0mysql_native_password\0"
    return len(body).to_bytes(3, "little") + b"\0" + body


MYSQL = greeting(b"5.5.5-10.11.19-MariaDB")
CONNECT = b"CONNECT server:443 HTTP/1.1\r\n\r\n"
CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Transcript:
    return openssl_transcript(tmp_path_factory.mktemp("tls"), ssl.TLSVersion.TLSv1_3)


def ground(folder: Path, before: tuple[bytes, bytes], tls: Transcript) -> Ground | None:
    """The ground if client and server send these, and then TLS. It is `sealed` exactly if that may be required."""
    sides = ([said, *(part for side, part in tls if side == each)] for each, said in zip("><", before, strict=True))
    path = rewritten(folder / "negotiated.pcapng", exchange(*([part for part in side if part] for side in sides)))
    secret, vouched = {"message": "fluffy tail"}, {"whole", "sent"}
    required = judge(path, secret, Options(vouched=vouched, required={"sealed"}))
    verdict = judge(path, secret, Options(vouched=vouched)).verdicts["message"]
    assert verdict.outcome is Outcome.PROTECTED, verdict.reasons
    assert verdict.ground
    assert (required.outcome is Outcome.PROTECTED) == verdict.ground.sealed
    return verdict.ground


@pytest.mark.parametrize(
    "before",
    [
        (POSTGRESQL, b"S"),
        (GSS + POSTGRESQL, b"NS"),
        (LDAP, LDAP_ANSWER),
        (MYSQL_REQUEST, MYSQL),
    ],
)
def test_it_is_sealed_if_what_precedes_tls_only_asks_for_it(
    tmp_path: Path, tls: Transcript, before: tuple[bytes, bytes]
) -> None:
    assert ground(tmp_path, before, tls) == Ground({}, Proof.SHAPE)


@pytest.mark.parametrize(
    ("before", "in_clear"),
    [
        ((LDAP, b"\x30\x11\2\1\1\x78\x0c\x0a\1\0\4\0\4\5acorn"), 19),
        ((MYSQL_REQUEST[:-20] + b"acorns" + bytes(14), MYSQL), 36),
        ((MYSQL_REQUEST, greeting(b"5.5.5-10.11.19\nacorns")), len(MYSQL) - 1),
        ((b"EHLO me\r\nSTARTTLS\r\n", b"220 mail\r\n250 STARTTLS\r\n220 go ahead\r\n"), 57),
        ((b"\5\1\0\5\1\0\1\x7f\0\0\1\x15\x38" + POSTGRESQL, b"\5\0\5\0\0\1" + bytes(6) + b"S"), 25),
        # In a tunnel, before which bytes are in clear.
        ((CONNECT + POSTGRESQL, CONNECTED + b"S"), 9),
    ],
)
def test_it_is_not_sealed_if_it_says_more(
    tmp_path: Path, tls: Transcript, before: tuple[bytes, bytes], in_clear: int
) -> None:
    found = ground(tmp_path, before, tls)
    assert found
    assert sum(found.in_clear.values()) == in_clear
