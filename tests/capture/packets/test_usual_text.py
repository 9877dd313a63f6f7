"""Which texts and identifiers ordinary software has in the fields of infrastructure."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from capture.in_clear import SPELLED, SWAPPED
from overheard_capture.packets import usual_text
from overheard_capture.packets.usual_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

RANDOM = hashlib.shake_128(b"random").digest(48)
DESCRIPTIONS = (
    b"",
    b"MSFT 5.0",
    b"dhcpcd-9.4.1:Linux-5.10.0-8-amd64:x86_64:GenuineIntel",
    b"udhcp 1.35.0",
    b"android-dhcp-13",
    b"PXEClient:Arch:00007:UNDI:003016",
    b"anaconda-Linux 5.14.0-70.el9.x86_64 x86_64",
    b"AAPLBSDPC/i386",
    b"Cisco Systems, Inc. IP Phone CP-7945G",
    b"Hewlett-Packard JetDirect",
    b"iPXE",
    b"Debian GNU/Linux 12 (bookworm) Linux 6.1.0-13-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29) x86_64",
    b"Ubuntu 22.04.3 LTS Linux 5.15.0-91-generic #101-Ubuntu SMP Tue Nov 14 13:30:08 UTC 2023 x86_64",
    (
        b"Cisco IOS Software, C3750E Software (C3750E-UNIVERSALK9-M), Version 15.2(4)E8, RELEASE SOFTWARE (fc3)\n"
        b"Technical Support: http://www.cisco.com/techsupport\nCopyright (c) 1986-2019 by Cisco Systems, Inc.\n"
        b"Compiled Fri 15-Mar-19 08:15 by prod_rel_team"
    ),
    b"MikroTik RouterOS 7.11.2 (stable) RB4011iGS+",
    b"GigabitEthernet1/0/1",
    b"enp0s31f6",
    b"ge-0/0/1.0",
    b"Intel(R) Ethernet Connection (2) I219-LM",
    b"Coturn-4.6.1 'Gorst'",
    b"Citrix-3.2.3.3 'Marshal West'",
    b"OpenSSH_9.2p1 Debian-2+deb12u3",
    b"libssh2_1.11.0",
    b"APACHE-SSHD-2.9.2",
    b"requested address not available",
    b"Unauthorized",
    b"Brother MFC-L2710DW series",
    b"00:1a:2b:3c:4d:5e",
)
HIDDEN = (
    SWAPPED,
    SPELLED,
    b"MSFT 5.0 " + SWAPPED,
    b"Cisco Systems, Inc. " * 8 + SWAPPED,
    b"l1f2f3f4u5y6t7i8a9l0",
    b"lf ff uy ti al",
    bytes(range(1, 12)),
    b"4" * 60,
    b"67,79,82,82,69,67,84,32,72,79,82,83,69,32",
    b"-.-. --- .-. .-. . -.-. - .... --- .-. ... .",
)


def _expect(is_usual: Callable[[bytes], bool], usual: tuple[bytes, ...], unusual: tuple[bytes, ...]) -> None:
    assert [each for each in usual if not is_usual(each)] == []
    assert [each for each in unusual if is_usual(each)] == []


def test_descriptions_have_known_words() -> None:
    _expect(usual_text.is_description, DESCRIPTIONS, HIDDEN)


def test_no_word_of_the_spelling_alphabet_is_known() -> None:
    assert not WORDS & set(SPELLED.decode().split())


def test_names_have_the_letters_and_the_length_of_names() -> None:
    names = (
        b"laptop",
        b"DESKTOP-1ABC234",
        b"android-d3b07384d113edec",
        b"ip-10-0-0-5.ec2.internal",
        b"host.example.co.uk",
        "Jürgens-PC".encode(),
    )
    _expect(usual_text.is_name, names, (SWAPPED, SPELLED.replace(b" ", b"-"), b"a" * 101, b"a.." + b"b"))


def test_locations_have_known_words_besides_the_host() -> None:
    locations = (
        b"http://wpad.example.com/wpad.dat",
        b"pxelinux.0",
        b"/images/bootx64.efi",
        b"https://[fe80::1]/captive-portal/api",
        b"EFI/debian/shimx64.efi",
    )
    hidden = (SWAPPED, b"http://a.example/" + SPELLED.replace(b" ", b"/"), b"http://" + SWAPPED + b"/")
    _expect(usual_text.is_location, locations, hidden)


def test_tokens_stand_for_no_text() -> None:
    tokens = (
        RANDOM[:16].hex().encode(),
        base64.urlsafe_b64encode(RANDOM).rstrip(b"="),
        b"5d2f1c9e-3b44-4f6e-8d3c-0123456789ab",
        b"22rm551cu4k0ab0bxsw536tlds4h95",
    )
    hidden = (SWAPPED.hex().encode(), base64.b64encode(SWAPPED * 2 + b"1Zz"), b"lfffuytialalfffuytiala", SWAPPED)
    _expect(usual_text.is_token, tokens, hidden)


def test_identifiers_are_no_text() -> None:
    identifiers = (RANDOM[:16], b"\0\1\2\3", b"abcd", bytes(16))
    hidden = (RANDOM[:17], SWAPPED, b"\0\1" + SWAPPED, bytes(byte for each in SWAPPED[:8] for byte in (each, 0)))
    _expect(usual_text.is_identifier, identifiers, hidden)


def test_long_names_have_few_unknown_words() -> None:
    balancer = b"internal-my-company-production-web-load-balancer-1234567890.us-east-1.elb.amazonaws.com"
    assert not usual_text.has_many_words(balancer)
    assert usual_text.has_many_words(SPELLED.replace(b" ", b".") + b".oscar.papa.example.com")


def test_random_values_are_no_words() -> None:
    assert usual_text.is_words(SWAPPED)
    assert not usual_text.is_words(RANDOM[:12])


def test_labels_are_names() -> None:
    labels = (b"\7example\3com\0", b"\3lab\xc0\0", b"\0")
    _expect(usual_text.are_usual_labels, labels, (b"\x0c" + SWAPPED + b"\0", b"\7exam"))


def test_random_bytes_have_no_long_text() -> None:
    random = [hashlib.shake_128(bytes([number])).digest(2000) for number in range(100)]
    assert [each for each in random if usual_text.has_long_text(each) or usual_text.is_prose(each[:12])] == []
    assert usual_text.has_long_text(random[0] + b"the cat sat on it" + random[1])
    assert usual_text.is_prose(b"lfffuyt iala")


def test_a_value_that_is_printable_as_a_whole_is_written() -> None:
    assert all(
        map(
            usual_text.is_written,
            (b"lfffuyt iala has", "lfffuyt iala".encode("utf-16-le"), b"lfffuyt iala".ljust(16, b"\0")),
        )
    )
    assert not any(map(usual_text.is_written, (b"lfffuyt iala", bytes(32), b"\x80" + b"lfffuyt iala " * 2)))
