"""What authorities and servers have in certificates, and what an application may hide in one."""

from __future__ import annotations

import base64
import uuid
import zlib

from capture.in_clear import SPELLED, SWAPPED
from capture.protocols.tls.der import LDAP, certificate, element, extension, named, sequence
from capture.talk import noise, vector
from overheard_capture.protocols.tls.certificate_fields import certificate_fields, is_usual_document

NAMES, KEY, AUTHORITY_KEY, POLICIES, LISTS, CONSTRAINTS = "551d11", "551d0e", "551d23", "551d20", "551d1f", "551d13"
ACCESS, TIMESTAMPS, COMMENT = "2b06010505070101", "2b06010401d679020402", "6086480186f842010d"
TEMPLATE, UNKNOWN = "2b0601040182371402", "2b06010401ce0f01"
NOTICE, CPS = bytes.fromhex("06082b06010505070202"), bytes.fromhex("06082b06010505070201")
MUST_STAPLE, USAGE = "2b06010505070118", "551d0f"
ISSUERS, OCSP = bytes.fromhex("06082b06010505073002"), bytes.fromhex("06082b06010505073001")


def hosts(*names: bytes) -> bytes:
    return extension(NAMES, sequence(*(element(0x82, name) for name in names)))


def policy(qualifier: bytes) -> bytes:
    return extension(POLICIES, sequence(sequence(element(6, b"\x67\x81\x0c\1\2\1"), sequence(sequence(qualifier)))))


def notice(text: bytes, tag: int = 0x0C) -> bytes:
    return policy(NOTICE + sequence(element(tag, text)))


def timestamps(*more: bytes) -> bytes:
    each = b"\0" + noise(32) + b"\0\0\1\x95" + noise(4) + vector(2, *more) + b"\4\3" + vector(2, noise(72))
    return extension(TIMESTAMPS, element(4, vector(2, vector(2, each), vector(2, each))))


def locations(kind: bytes, url: bytes) -> bytes:
    return extension(ACCESS, sequence(sequence(kind, element(0x86, url))))


def lists(url: bytes) -> bytes:
    return extension(LISTS, sequence(sequence(element(0xA0, element(0xA0, element(0x86, url))))))


ORDINARY = {
    "no extension": certificate(),
    "an automatic authority": certificate(
        extension(USAGE, b"\3\2\7\x80", is_critical=True),
        extension(CONSTRAINTS, sequence(), is_critical=True),
        extension(KEY, element(4, noise(20))),
        extension(AUTHORITY_KEY, sequence(element(0x80, noise(20)))),
        locations(OCSP, b"http://e6.o.lencr.org"),
        locations(ISSUERS, b"http://e6.i.lencr.org/"),
        hosts(b"example.com", b"*.example.com", b"xn--bcher-kva.example"),
        policy(CPS + element(0x16, b"https://www.digicert.com/CPS")),
        lists(b"http://crl3.digicert.com/DigiCertTLSHybridECCSHA3842020CA1-1.crl"),
        timestamps(),
        extension(MUST_STAPLE, sequence(b"\2\1\5")),
    ),
    "a domain": certificate(
        extension(TEMPLATE, element(0x1E, "WebServer".encode("utf-16-be"))),
        lists(LDAP),
        locations(ISSUERS, LDAP),
    ),
    "a notice": certificate(
        notice(
            b"This Certificate may only be relied upon by Relying Parties and only in accordance with the Certificate "
            b"Policy found at https://letsencrypt.org/repository/"
        )
    ),
    "a wide notice": certificate(notice("Any use of this Certificate".encode("utf-16-be"), 0x1E)),
    "a comment": certificate(extension(COMMENT, element(0x16, b"OpenSSL Generated Certificate"))),
    "a number of somebody": certificate(extension(UNKNOWN, b"\2\1\5")),
    "a version of somebody": certificate(extension(UNKNOWN, element(0x0C, b"v1.2"))),
    "an address and a workload": certificate(
        extension(
            NAMES, sequence(element(0x87, b"\x0a\0\0\1"), element(0x86, b"spiffe://cluster.local/ns/default/sa/web"))
        )
    ),
    "an issuer": certificate(
        extension(
            AUTHORITY_KEY, sequence(element(0xA1, element(0xA4, named(b"Example Root"))), element(0x82, noise(9)))
        )
    ),
    "many hosts": certificate(hosts(*(b"shop%d.example%d.com" % (each, each) for each in range(90)))),
}
HIDDEN = {
    "serial number": [certificate(serial=SWAPPED + b" 4711"), certificate(serial=SPELLED)],
    "algorithm": [certificate(parameters=element(0x0C, SWAPPED))],
    "validity": [certificate(begins=SWAPPED)],
    "subject": [certificate(subject=SPELLED)],
    "key": [certificate(key=noise(20) + SPELLED)],
    "signature": [certificate(signature=SPELLED)],
    "unique identifier": [certificate(more=element(0x81, SPELLED)), certificate(more=element(0x82, noise(17)))],
    "structure": [sequence(SWAPPED), b"", SPELLED, certificate() + SWAPPED, certificate()[:-4]],
    "extension 2.5.29.17": [
        hosts(SPELLED.replace(b" ", b"-")),
        hosts(SPELLED),
        hosts(*SPELLED.split()),
        hosts(noise(40).hex().encode() + b".example.com"),
        extension(NAMES, sequence(element(0x81, SPELLED))),
        extension(NAMES, sequence(element(0x86, b"https://a.example/" + SPELLED.replace(b" ", b"/")))),
        extension(NAMES, sequence(element(0xA0, element(6, b"\x2a\3"), element(0xA0, element(0x0C, SPELLED))))),
        extension(NAMES, sequence(element(0x88, b"\x69" + noise(18)))),
        extension(NAMES, sequence(element(0xA4, named(SPELLED)))),
    ],
    "extension 2.5.29.14": [extension(KEY, element(4, SPELLED[:20])), extension(KEY, element(4, noise(65)))],
    "extension 2.5.29.32": [
        notice(SPELLED),
        notice(SPELLED.decode().encode("utf-16-be"), 0x1E),
        policy(CPS + element(0x16, b"https://a.example/" + base64.b64encode(SPELLED))),
        extension(POLICIES, sequence(sequence(element(6, b"\x2b\6\1\4\1" + SWAPPED)))),
    ],
    "extension 2.5.29.19": [extension(CONSTRAINTS, sequence(*(element(2, bytes([each])) for each in SWAPPED)))],
    "extension 2.5.29.31": [lists(b"data:text/plain," + SPELLED.replace(b" ", b"+"))],
    "extension 1.3.6.1.5.5.7.1.1": [locations(ISSUERS, b"http://a.example/?" + SPELLED.replace(b" ", b"&"))],
    "extension 2.16.840.1.113730.1.13": [extension(COMMENT, element(0x16, SWAPPED))],
    "extension 1.3.6.1.4.1.11129.2.4.2": [timestamps(noise(17)), timestamps(SPELLED[:16])],
    "extension 1.3.6.1.4.1.9999.1": [
        extension(UNKNOWN, SWAPPED),
        extension(UNKNOWN, element(0x0C, SWAPPED)),
        extension(UNKNOWN, element(4, noise(32))),
        extension(UNKNOWN, zlib.compress(SPELLED)),
        extension(UNKNOWN, sequence(element(0x0C, SWAPPED))),
    ],
}


def test_what_authorities_issue_says_nothing() -> None:
    assert {name: found for name, each in ORDINARY.items() if (found := certificate_fields(each))} == {}


def test_what_an_application_says_in_a_certificate_is_in_clear() -> None:
    found = {
        name: [
            [field for field, _ in certificate_fields(certificate(each) if name.startswith("extension") else each)]
            for each in hidden
        ]
        for name, hidden in HIDDEN.items()
    }
    assert found == {name: [[name]] * len(hidden) for name, hidden in HIDDEN.items()}


def test_a_uuid_as_an_identifier_is_in_clear() -> None:
    """ITU-T X.667: below 2.25, all of it is one number."""
    number, arcs = uuid.UUID("6ba7b810-9dad-41d1-80b4-00c04fd430c8").int, bytearray()
    while number or not arcs:
        arcs.insert(0, number & 0x7F | (0x80 if arcs else 0))
        number >>= 7
    assert certificate_fields(certificate(extension((b"\x69" + arcs).hex(), b"\5\0")))


def test_a_value_of_an_extension_that_nobody_knows_is_in_clear_however_short_it_is() -> None:
    for value in (b"\7fox", noise(3), noise(16), element(4, noise(2)), element(2, b"fox")):
        assert certificate_fields(certificate(extension(UNKNOWN, value)))


def test_a_value_has_the_length_of_its_algorithm() -> None:
    for each in (
        certificate(key=noise(20)),
        certificate(signature=noise(71)),
        certificate(extension(KEY, element(4, noise(19)))),
        certificate(extension(NAMES, sequence(element(0x87, b"fox")))),
    ):
        assert certificate_fields(each)


def test_elements_of_another_document() -> None:
    answer = sequence(b"\x0a\1\0", element(0xA0, sequence(element(4, noise(20)), element(24, b"20260101000000Z"))))
    assert is_usual_document(answer)
    assert not is_usual_document(sequence(element(4, SPELLED)))
    assert not is_usual_document(sequence(element(0x0C, SPELLED)))
    assert not is_usual_document(b"\x30\x82\1\0" + noise(256))


def test_a_certificate_with_too_few_elements_in_a_part_is_none() -> None:
    broken = certificate(sequence(element(6, bytes.fromhex(UNKNOWN))))
    assert certificate_fields(broken) == (("structure", len(broken)),)
