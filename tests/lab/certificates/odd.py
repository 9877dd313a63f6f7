"""Chains of odd certificates, each with its roots and host: what OpenSSL makes of them is tried, not written here."""

from __future__ import annotations

from datetime import timedelta

from lab.certificates.der import (
    HOST,
    NOW,
    SERVER,
    alternative,
    attribute,
    authority_key,
    basic,
    bit_string,
    boolean,
    dns,
    extension,
    integer,
    key,
    leaf,
    leaf_extensions,
    name,
    octets,
    oid,
    rdn,
    replaced,
    root,
    root_extensions,
    seq,
    time,
    tlv,
    usage,
    without,
)
from lab.certificates.odd_chain import (
    Chain,
    alone,
    with_extensions,
    with_root,
)
from lab.certificates.odd_paths import CONSTRAINTS, PATHS

_GOOD = leaf_extensions()
# Extensions by their names, each with a value that is as it should be.
_URI = tlv(0x86, b"http://a.test")
_PLACES = seq(seq(tlv(0xA0, tlv(0xA0, _URI))))
_ACCESS = seq(seq(oid("1.3.6.1.5.5.7.48.1"), _URI))
EXTENSIONS = {
    "basicConstraints": ("2.5.29.19", seq()),
    "keyUsage": ("2.5.29.15", bit_string(b"\x80", 7)),
    "extKeyUsage": ("2.5.29.37", seq(oid(SERVER))),
    "subjectAltName": ("2.5.29.17", seq(dns(HOST))),
    "issuerAltName": ("2.5.29.18", seq(dns("a.test"))),
    "subjectKeyIdentifier": ("2.5.29.14", octets(b"12345678")),
    "cRLDistributionPoints": ("2.5.29.31", _PLACES),
    "freshestCRL": ("2.5.29.46", _PLACES),
    "authorityInfoAccess": ("1.3.6.1.5.5.7.1.1", _ACCESS),
    "subjectInfoAccess": ("1.3.6.1.5.5.7.1.11", _ACCESS),
    "certificatePolicies": ("2.5.29.32", seq(seq(oid("2.5.29.32.0")))),
    "policyMappings": ("2.5.29.33", seq(seq(oid("1.2.3"), oid("1.2.4")))),
    "policyConstraints": ("2.5.29.36", seq(tlv(0x80, b"\5"))),
    "inhibitAnyPolicy": ("2.5.29.54", integer(1)),
    "privateKeyUsagePeriod": ("2.5.29.16", seq(tlv(0x80, b"20200101000000Z"))),
    "nsCertType": ("2.16.840.1.113730.1.1", bit_string(b"\x40", 6)),
    "nsComment": ("2.16.840.1.113730.1.13", tlv(0x16, b"a comment")),
    "tlsFeature": ("1.3.6.1.5.5.7.1.24", seq(integer(5))),
    "precertPoison": ("1.3.6.1.4.1.11129.2.4.3", b"\x05\0"),
    "qcStatements": ("1.3.6.1.5.5.7.1.3", seq(seq(oid("1.2.3")))),
    "ipAddrBlocks": ("1.3.6.1.5.5.7.1.7", seq(seq(octets(b"\0\1"), b"\x05\0"))),
    "proxyCertInfo": ("1.3.6.1.5.5.7.1.14", seq(seq(oid("1.3.6.1.5.5.7.21.1")))),
    "1.3.6.1.4.1.55555.1": ("1.3.6.1.4.1.55555.1", b"\x05\0"),
}
_CUT_OFF = b"\x30\x03\x01"

_EXTENSIONS = {
    **{f"{kind} that is cut off": alone(extension(dotted, _CUT_OFF)) for kind, (dotted, _) in EXTENSIONS.items()},
    **{
        f"{kind} of the root that is cut off": with_root(extension(dotted, _CUT_OFF))
        for kind, (dotted, _) in EXTENSIONS.items()
    },
    **{f"critical {kind}": alone(extension(dotted, value, True)) for kind, (dotted, value) in EXTENSIONS.items()},
    **{
        f"{kind} twice": with_extensions([*replaced(_GOOD, extension(dotted, value)), extension(dotted, value)])
        for kind, (dotted, value) in EXTENSIONS.items()
    },
    "critical authorityKeyIdentifier": alone(authority_key(key(1), critical=True)),
    "no extensions": with_extensions([]),
    "empty extKeyUsage": alone(extension("2.5.29.37", seq())),
    "empty keyUsage": alone(extension("2.5.29.15", bit_string(b""), True)),
    "empty subjectAltName": alone(alternative()),
    "empty nameConstraints": with_root(extension("2.5.29.30", seq(), True)),
    "nsCertType of clients": alone(extension("2.16.840.1.113730.1.1", bit_string(b"\x80", 7))),
}

_NOT_DER = {
    "explicit FALSE": alone(alternative(dns(HOST), critical=False)),
    "BOOLEAN of 01": alone(seq(oid("2.5.29.19"), tlv(1, b"\1"), octets(seq()))),
    "explicit CA:FALSE": alone(extension("2.5.29.19", seq(boolean(False)), True)),
    "indefinite length": alone(subject=b"\x30\x80" + rdn(attribute(HOST)) + b"\0\0"),
    "explicit version 1": with_extensions([], version=tlv(0xA0, integer(0))),
    "INTEGER with a zero too many": alone(serial=tlv(2, b"\0\0\5")),
    "unused bits": alone(extension("2.5.29.15", bit_string(b"\x81", 7), True)),
    "string in pieces": alone(seq(oid("2.5.29.17"), tlv(0x24, octets(seq(dns(HOST)))))),
    "string in pieces of another type": alone(seq(oid("2.5.29.17"), tlv(0x24, tlv(0x0C, seq(dns(HOST)))))),
    "bytes after a value": alone(extension("2.5.29.17", seq(dns(HOST)) + b"\0\0")),
    "SET not in order": alone(subject=seq(rdn(attribute("a", kind="2.5.4.10"), attribute("z")))),
    "serial number below zero": alone(serial=tlv(2, b"\x85")),
    "serial number zero": alone(serial=tlv(2, b"\0")),
    "long serial number": alone(serial=integer(1 << 200)),
    "version 1": with_extensions([], version=b""),
    "version 1 with extensions": alone(version=b""),
    "version 4": alone(version=tlv(0xA0, integer(3))),
}

_DATES = {
    f"a date like {date.decode()}": alone(ends=tlv(tag, date))
    for tag, date in (
        (0x17, b"3001010000Z"),
        (0x17, b"300101000000+0100"),
        (0x17, b"301301000000Z"),
        (0x17, b"300230000000Z"),
        (0x17, b"hello"),
        (0x18, b"20300101000000Z"),
        (0x18, b"20300101000000.5Z"),
        (0x18, b"20300101000000"),
        (0x18, b"99991231235959Z"),
    )
} | {"ends before it begins": alone(begins=time(NOW + timedelta(2)), ends=time(NOW - timedelta(2)))}

_NAMES = {
    "set without attributes": alone(subject=seq(rdn())),
    "attribute twice": alone(subject=seq(rdn(attribute(HOST), attribute(HOST)))),
    "no subject": alone(subject=seq()),
    "no subject, names critical": alone(alternative(dns(HOST), critical=True), subject=seq()),
    "no issuer": Chain((leaf(issuer=seq()),), (root(subject=seq()),)),
    "Latin-1 in T61String": alone(subject=name(b"caf\xe9", 0x14)),
    "Latin-1 in UTF8String": alone(subject=name(b"caf\xe9")),
    "half a letter in BMPString": alone(subject=name(b"abc", 0x1E)),
    "@ in PrintableString": alone(subject=name("a@b", 0x13)),
    "long name": alone(subject=name("x" * 80)),
    "number for a name": alone(subject=seq(rdn(seq(oid("2.5.4.3"), integer(5))))),
    "attribute of the issuer twice": alone(issuer=seq(rdn(attribute("a root"), attribute("a root")))),
    "issuer in other letters": alone(issuer=name("A  ROOT")),
    "issuer in another type of string": alone(issuer=name("a root", 0x13)),
}

_HOSTS = {
    f"{pattern!r} for {host}": alone(alternative(dns(pattern)), host=host)
    for host, pattern in (
        ("server.test", "server.test."),
        ("a.test", ".test"),
        ("ab.x.test", "a*.x.test"),
        ("a.test", "*.test"),
        ("a.b.x.test", "*.*.x.test"),
        ("server", "*"),
        ("xn--bcher-kva.test", "b\xfccher.test"),
        ("a_b.x.test", "a_b.x.test"),
        ("a_b.x.test", "*.x.test"),
        ("a.x_y.test", "*.x_y.test"),
        ("xn--bcher-kva.x.test", "*.x.test"),
        ("a.xn--bcher-kva.test", "*.xn--bcher-kva.test"),
        ("a.test", " a.test"),
        ("a.test", "a.test\0"),
        ("a.test", "A.TEST"),
        ("127.0.0.1", "127.0.0.1"),
        ("a.test", "a.test:443"),
        ("a.x.test", "*.x.test"),
        ("-a.x.test", "*.x.test"),
        ("a.test", ""),
        ("server", "server"),
        ("a.x.test", "*.x.test."),
    )
} | {
    "other name": alone(alternative(dns(HOST), tlv(0xA0, oid("1.2.3"), tlv(0xA0, boolean(True))))),
    "other name without a value": alone(alternative(dns(HOST), tlv(0xA0, oid("1.2.3")))),
    "other name with two values": alone(
        alternative(dns(HOST), tlv(0xA0, oid("1.2.3"), *2 * [tlv(0xA0, boolean(True))]))
    ),
    "other name with an empty value": alone(alternative(dns(HOST), tlv(0xA0, oid("1.2.3"), tlv(0xA0)))),
    "address of three octets": alone(alternative(tlv(0x87, b"\x7f\0\0"), dns(HOST))),
    "name in the subject alone": with_extensions(without("2.5.29.17", _GOOD)),
}

_STRICT = {
    "no authorityKeyIdentifier": with_extensions(without("2.5.29.35", _GOOD)),
    "no subjectKeyIdentifier": with_extensions(without("2.5.29.14", _GOOD)),
    "root without subjectKeyIdentifier": Chain((leaf(),), (root(extensions=without("2.5.29.14", root_extensions())),)),
    "basicConstraints not critical": with_root(basic(ca=True, critical=None)),
    "root without keyUsage": Chain((leaf(),), (root(extensions=without("2.5.29.15", root_extensions())),)),
    "keyCertSign of a server": alone(usage(0, 5)),
    "path length of a server": alone(basic(ca=False, length=0)),
    "path length without keyCertSign": alone(basic(ca=True, length=0)),
    "server that is a CA": alone(basic(ca=True)),
    "path length of a server below zero": alone(basic(ca=False, length=-1)),
    "path length of a server that is a CA below zero": alone(basic(ca=True, length=-1)),
    "path length of a server too large": alone(basic(ca=False, length=1 << 80)),
    "path length of the root below zero": with_root(basic(ca=True, length=-1)),
    "server without basicConstraints": with_extensions(without("2.5.29.19", _GOOD)),
    "root of version 1": Chain((leaf(),), (root(extensions=[], version=b""),)),
    "root without basicConstraints": Chain((leaf(),), (root(extensions=without("2.5.29.19", root_extensions())),)),
    "root without extensions": Chain((leaf(),), (root(extensions=[]),)),
    "other algorithm without than within": alone(algorithm=seq(oid("1.2.840.10045.4.3.3"))),
    "other parameters without than within": alone(algorithm=seq(oid("1.2.840.10045.4.3.2"), b"\x05\0")),
}

CHAINS: dict[str, Chain] = {
    **_EXTENSIONS,
    **_NOT_DER,
    **_DATES,
    **_NAMES,
    **_HOSTS,
    **_STRICT,
    **PATHS,
    **{f"constraint: {kind}": chain for kind, chain in CONSTRAINTS.items()},
}
