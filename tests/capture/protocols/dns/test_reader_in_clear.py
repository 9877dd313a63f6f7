"""What domains, servers and services ordinarily say in DNS, and what an application may hide in it."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from capture.in_clear import SPELLED, SWAPPED, datagram, in_clear
from capture.talk import noise

RANDOM = hashlib.shake_128(b"random").digest(256)
A, NULL, HINFO, TXT, AAAA, LOC, NAPTR, OPT, SSHFP, RRSIG, TLSA, HTTPS, CAA = (
    *(1, 10, 13, 16, 28, 29, 35, 41, 44, 46, 52, 65),
    257,
)
NAME = b"\7example\3com\0"


def name(*labels: bytes) -> bytes:
    return b"".join(bytes([len(each)]) + each for each in labels) + b"\0"


def strings(*texts: bytes) -> bytes:
    return b"".join(bytes([len(each)]) + each for each in texts)


def answer(kind: int, *data: bytes, owner: bytes = NAME) -> bytes:
    """A response with a record for each data."""
    numbers = b"\x04\xd0" + bytes(4) if kind == OPT else b"\0\1\0\0\1\0"
    records = [owner + kind.to_bytes(2) + numbers + len(each).to_bytes(2) + each for each in data]
    return datagram(b"\0\0\x84\0\0\0" + len(records).to_bytes(2) + bytes(4) + b"".join(records))


def query(owner: bytes) -> bytes:
    return datagram(b"\0\1\1\0\0\1" + bytes(6) + owner + b"\0\1\0\1")


def option(code: int, value: bytes) -> bytes:
    return code.to_bytes(2) + len(value).to_bytes(2) + value


RSA = bytes.fromhex("30819f300d06092a864886f70d010101050003818d0030818902818100")
TEXTS = (
    (b"",),
    (b"v=spf1 include:_spf.google.com ip4:192.0.2.0/24 ~all",),
    (b"v=DMARC1; p=none; rua=mailto:dmarc@example.com; fo=1",),
    (b"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtv2LnyG0",),
    (b"v=DKIM1; k=ed25519; p=" + b64encode(noise(32)),),
    (b"google-site-verification=rXOxyZounnZasA8Z7oaD3c14JdjS9aKSWvsR1EbUSIQ",),
    (b"MS=ms35836237",),
    (b"facebook-domain-verification=22rm551cu4k0ab0bxsw536tlds4h95",),
    (b"docusign=1b0a6754-49b1-4db5-8540-d2c12664b289",),
    (b"v=STSv1; id=20210803T010101",),
    (b"LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM",),
    (b"13335 | 1.1.1.0/24 | US | apnic | 2011-08-11",),
    (b"https://www.spamhaus.org/query/ip/1.2.3.4",),
    (b"9.18.19-1~deb12u1-Debian",),
    (b"org.freedesktop.Avahi.cookie=2145813275",),
    (b"model=MacBookPro18,3", b"osxvers=22"),
    (
        b"txtvers=1",
        b"rp=ipp/print",
        b"ty=Brother HL-L2350DW series",
        b"adminurl=http://BRW0123456789AB.local./",
        b"Color=F",
    ),
    (b"id=d0c7ea4b8ad01f0fd9f2ee1b8c1f3d2e", b"md=Chromecast", b"ic=/setup/icon.png", b"fn=Living Room TV", b"st=0"),
    (b"deviceid=AA:BB:CC:DD:EE:FF", b"features=0x5A7FFFF7,0x1E", b"model=AppleTV3,2", b"srcvers=220.68"),
)
HIDDEN_TEXTS = (
    (SWAPPED,),
    (b"lfffuy", b"tiala"),
    (b"lf", b"fu", b"uy", b"ti", b"al"),
    (SPELLED,),
    (b"note=" + SWAPPED,),
    (b"note=3", b"note=1", b"note=20"),
    (b"v=spf1 " + SWAPPED + b" -all",),
    (b"google-site-verification=" + SWAPPED.replace(b" ", b"") * 2,),
    (b"v=DKIM1; k=rsa; n=" + SWAPPED + b"; p=MIIB",),
    (b"v=DKIM1; k=rsa; p=" + b64encode(bytes.fromhex("30819f300d06092a") + SWAPPED + noise(60)),),
    (b"v=DKIM1; k=rsa; p=" + b64encode(noise(70)),),
    (b"v=DKIM1; k=rsa; p=" + b64encode(RSA + noise(50) + SWAPPED * 3 + noise(60)),),
    (b"v=DMARC1; p=" + SWAPPED,),
    (b"http://a.example/" + SPELLED.replace(b" ", b"/"),),
)


def test_texts_that_prove_or_configure_something_are_infrastructure() -> None:
    assert [each for each in TEXTS if in_clear([answer(TXT, strings(*each))])] == []


def test_all_other_texts_are_in_clear() -> None:
    found = [in_clear([answer(TXT, strings(*each))]) for each in HIDDEN_TEXTS]
    assert [set(each) for each in found] == [{"data in DNS record of type TXT"}] * len(HIDDEN_TEXTS)


IPP = (b"_ipp", b"_tcp", b"local")
ECH_KEY = b"\x2a\0\x20\0\x20" + RANDOM[:32] + b"\0\4\0\1\0\1\0"
ECH = b"\0\x45\xfe\x0d\0\x41" + ECH_KEY + b"\x12cloudflare-ech.com\0\0"
SIGNATURE = b"\0\1\x0d\2" + RANDOM[:14] + NAME + RANDOM[:64]
ORDINARY = {
    "an address": answer(A, b"\x68\x65\x66\x67"),
    "an address of version 6": answer(AAAA, RANDOM[:16]),
    "a name with a service": answer(12, name(b"Brother HL-L2350DW series", *IPP), owner=name(*IPP)),
    "a reversed zone": query(name(b"1", b"0/25", b"2", b"0", b"192", b"in-addr", b"arpa")),
    "RFC 8482": answer(HINFO, strings(b"RFC8482", b"")),
    "CAA": answer(CAA, b"\0\5issueletsencrypt.org; cansignhttpexchanges=yes", b"\0\5iodefmailto:security@example.com"),
    "a signature": answer(RRSIG, SIGNATURE),
    "a key of a host": answer(SSHFP, b"\4\2" + RANDOM[:32]),
    "a certificate": answer(TLSA, b"\3\1\1" + RANDOM[:32]),
    "a service": answer(
        HTTPS, b"\0\1\0" + option(1, strings(b"h3", b"h2")) + option(4, b"\x68\x10\x84\xe5") + option(5, ECH)
    ),
    "a rule": answer(NAPTR, b"\0\x0a\0\x0a" + strings(b"S", b"SIP+D2U", b"") + name(b"_sip", b"_udp", b"lab")),
    "options": answer(
        OPT, option(10, RANDOM[:24]) + option(8, b"\0\1\x18\0\xc0\0\2") + option(12, bytes(100)), option(3, b"ns1.fra"),
        option(15, b"\0\x16no reachable authority"), owner=b"\0",
    ),
}  # fmt: skip
HIDDEN = {
    "name": query(name(SWAPPED, b"example", b"com")),
    "option 8": answer(OPT, option(8, b"\0\2\x80\0" + SWAPPED + b"fluf"), owner=b"\0"),
    "option 10": answer(OPT, option(10, RANDOM[:8] + SWAPPED), owner=b"\0"),
    "record of type NULL": answer(NULL, SWAPPED),
    "record of type HINFO": answer(HINFO, strings(SWAPPED)),
    "record of type 65280": answer(65280, SWAPPED),
    "record of type 28": answer(AAAA, SWAPPED + b"fluf"),
    "record of type 5": answer(5, NAME + SWAPPED),
    "record of type CAA": answer(CAA, b"\0\5issue" + SWAPPED),
    "record of type 52": answer(TLSA, b"\3\1\1" + SWAPPED),
    "record of type 46": answer(RRSIG, RANDOM[:18] + NAME + RANDOM[:64] + SPELLED),
    "record of type 65": answer(HTTPS, b"\0\1\0" + option(65280, SWAPPED)),
    "record of type NAPTR": answer(NAPTR, b"\0\x0a\0\x0a" + strings(b"S", SPELLED, b"") + NAME),
    "option 65001": answer(OPT, option(65001, SWAPPED), owner=b"\0"),
    "option 12": answer(OPT, option(12, SWAPPED), owner=b"\0"),
    "option 15": answer(OPT, option(15, b"\0\0" + SPELLED), owner=b"\0"),
}


def test_ordinary_records_and_options_are_infrastructure() -> None:
    assert {what: found for what, each in ORDINARY.items() if (found := in_clear([each]))} == {}


def test_what_an_application_says_in_records_and_options_is_in_clear() -> None:
    found = {what: set(in_clear([each])) for what, each in HIDDEN.items()}
    assert found == {what: {f"data in DNS {what}"} for what in HIDDEN}


LETTER = (
    b"dear squirrels the acorns that you asked about are not below the third oak any more but behind the old mill and "
    b"please do not tell it to the badger who was there before"
).split()
SERVICE = (b"_http", b"_tcp", b"local")


def test_a_letter_in_names_below_a_domain_is_in_clear() -> None:
    for size, mark in ((1, b"."), (3, b"-"), (3, b".")):
        names = [mark.join(LETTER[at : at + size]).split(b".") for at in range(0, len(LETTER), size)]
        assert "data in names of hosts" in in_clear([query(name(*each, b"example", b"com")) for each in names])


def test_names_of_many_sites_and_their_search_domain_are_not() -> None:
    sites = [b"site%c%c" % (97 + at // 26, 97 + at % 26) for at in range(60)]
    search = (b"default", b"svc", b"cluster", b"local")
    assert in_clear([query(name(b"www", each, b"com", *search)) for each in sites]) == {}
    assert in_clear([query(name(b"www", each, b"org")) for each in sites]) == {}
    hosts = (b"www", b"mail", b"static", b"img", b"login", b"api", b"cdn", b"the", b"in", b"of", b"my", b"shop")
    assert in_clear([query(name(each, b"example", b"com")) for each in hosts]) == {}


def test_names_of_services_are_titles() -> None:
    titles = (
        b"Anna\xe2\x80\x99s MacBook Pro (2)",
        b"Brother HL-L2350DW series @ print01",
        b"host [52:54:00:12:34:56]",
        b"Philips hue - 4F1A2B",
        b"Living Room TV",
        b"70-35-60-63.1 Office",
    )
    assert [each for each in titles if in_clear([query(name(each, *SERVICE))])] == []
    others = (
        b"Guest password: " + SWAPPED,
        b'{"p": "' + SWAPPED + b'"}',
        b"WIFI:S:home;P:" + SWAPPED + b";;",
        b"http://anna:" + SWAPPED.replace(b" ", b"") + b"@10.0.0.2/",
        SPELLED[:63],
        b"the key to the gate is below the old stone",
        b"f l u f f y t a i l",
    )
    assert [each for each in others if not in_clear([query(name(each, *SERVICE))])] == []
