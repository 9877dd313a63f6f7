"""A secret in another form: a key, a base64 or hexadecimal value, a UUID."""

from __future__ import annotations

import base64
import json
import textwrap
import uuid
from functools import cache
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from overheard.words.secret import Secret
from overheard.words.spelling import patterns
from overheard_capture.search import Search
from rows import for_each

RAW = bytes(range(7, 250, 8))
STANDARD, URL = base64.b64encode(RAW).decode(), base64.urlsafe_b64encode(RAW).decode()
UUID = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")


@cache
def pem(kind: str) -> str:
    """A private key."""
    key = rsa.generate_private_key(65537, 2048) if kind == "RSA" else ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


search = cache(lambda secret: Search(Secret("secret", secret.encode()), engine="re"))


def seen(secret: str, data: str | bytes) -> set[str]:
    """The names of the spellings of the secret in these bytes."""
    data = data.encode() if isinstance(data, str) else data
    return {match.spelling for match in search(secret).matches(b"It is " + data + b" indeed")}


def layouts(text: str) -> list[str | bytes]:
    """A key in other layouts."""
    lines = text.splitlines()
    body = "".join(lines[1:-1])
    der = base64.b64decode(body)
    return [
        *(
            text.replace("\n", "\r\n"),
            text.rstrip("\n"),
            textwrap.indent(text, "        "),
            textwrap.indent(text, "\t"),
        ),
        *("\n".join(mark + line for line in lines) for mark in ("+", "-", "> ", "# ", ">> ", " * ", "  - ")),
        *(glue.join(lines) for glue in ("\\n", "\\r\\n", " ", "", "\\\\n", "\t", '" +\n    "', '\\n"\n    "')),
        *(body, "\n".join(lines[1:-1]), "\n".join(textwrap.wrap(body, 76)), json.dumps(text), quote(text)),
        *(der, der.hex(), der.hex(":"), der.hex().upper(), base64.b64encode(der), base64.urlsafe_b64encode(der)),
    ]


@pytest.mark.parametrize("kind", [pytest.param("RSA", marks=pytest.mark.slow), "EC"])
@pytest.mark.parametrize("number", range(len(layouts("a\nAAAA\nb"))))
def test_a_key_is_found_in_any_layout(kind: str, number: int) -> None:
    assert seen(pem(kind), layouts(pem(kind))[number])


def test_a_key_beside_its_public_certificate_is_the_key_alone() -> None:
    public = "-----BEGIN CERTIFICATE-----\n" + base64.b64encode(RAW * 3).decode() + "\n-----END CERTIFICATE-----\n"
    assert seen(public + pem("EC"), layouts(pem("EC"))[-6])
    assert not seen(public + pem("EC"), RAW * 3)
    older = pem("EC").replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,00\n\n", 1)
    assert seen(older, layouts(pem("EC"))[-6])


@for_each(
    written=[RAW, RAW.hex(), RAW.hex().upper(), RAW.hex(":"), URL],
    secret=[RAW.hex(), RAW.hex(":"), base64.b64encode(RAW).decode(), base64.urlsafe_b64encode(RAW).decode().strip("=")],
)
def test_a_value_is_found_in_its_other_forms(secret: str, written: bytes | str) -> None:
    assert seen(secret, written)
    assert seen(secret + "\n", base64.b64encode(b"x" + RAW).rstrip(b"="))


@pytest.mark.parametrize("written", [str(UUID), str(UUID).upper(), UUID.hex, UUID.bytes, UUID.bytes_le, UUID.urn])
def test_a_uuid_is_found_in_its_other_forms(written: str | bytes) -> None:
    assert seen(str(UUID), written)
    assert seen(f"{{{UUID}}}", base64.b64encode(UUID.bytes_le))


def test_line_ends_at_the_end_of_a_secret_do_not_count() -> None:
    assert seen("fluffy tail\r\n", "a fluffy tail.") == {"plainly"}
    assert patterns(b"\n")


@pytest.mark.parametrize(
    ("secret", "data"),
    [
        (RAW.hex(), RAW[:-1] + b"x"),
        (str(UUID), UUID.bytes[8:] + UUID.bytes[:8]),
        (STANDARD, base64.b64encode(RAW[::-1])),
        ("https://user:hunter2-Xk29Qz@a.example/", "hunter2-Xk29Qz"),
    ],
)
def test_other_values_are_not_found(secret: str, data: str | bytes) -> None:
    """The password of a URL alone is another secret."""
    assert not seen(secret, data)


@pytest.mark.parametrize("secret", [b"fluffy tail 4711", b"correcthorsebattery", b"12345678", b"hunter2-Xk29Qz-blue!"])
def test_a_word_stands_for_nothing(secret: bytes) -> None:
    assert not [pattern for pattern in patterns(secret) if pattern.spellings[0].name.startswith("decoded")]
