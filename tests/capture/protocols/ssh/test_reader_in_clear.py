"""What programs say in clear before SSH encrypts, and what an application may hide there."""

from __future__ import annotations

import base64

from capture.in_clear import SPELLED, SWAPPED, in_clear
from capture.protocols.ssh.speaking import RANDOM, conversation, host_certificate, key_exchange_init, packet, string
from capture.sealed import of_stream

LISTS = (
    (
        "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
        "diffie-hellman-group-exchange-sha256,gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==,ext-info-c,"
        "kex-strict-c-v00@openssh.com"
    ),
    "ssh-ed25519-cert-v01@openssh.com,sk-ssh-ed25519@openssh.com,ssh-ed25519,rsa-sha2-512,ecdsa-sha2-nistp256",
    *("chacha20-poly1305@openssh.com,aes128-ctr,aes256-gcm@openssh.com,3des-cbc,rijndael-cbc@lysator.liu.se",) * 2,
    *("umac-64-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha1,hmac-ripemd160",) * 2,
    *("none,zlib@openssh.com",) * 2,
)
ORDINARY = {
    "OpenSSH": conversation(init=key_exchange_init(lists=LISTS)),
    "random padding": conversation(init=key_exchange_init(padding=RANDOM.randbytes(8))),
    "a certificate": conversation(key=host_certificate()),
    "a certificate with a UUID": conversation(key=host_certificate(b"0c4b2f3e-90a1-4d7c-8a1f-5be0d8f3a9c2")),
    "a certificate with options": conversation(
        key=host_certificate(
            options=[(b"source-address", string(b"192.0.2.0/24"))], extensions=[(b"permit-X11-forwarding", b"")]
        )
    ),
    **{
        line.decode(): conversation(line=b"SSH-2.0-" + line)
        for line in (
            b"OpenSSH_for_Windows_8.1",
            b"paramiko_3.4.0",
            b"PuTTY_Release_0.78",
            b"libssh2_1.11.0",
            b"dropbear_2022.83",
            b"Cisco-1.25",
            b"babeld-f345",
            b"Renci.SshNet.SshClient.0.0.1",
        )
    },
}
HIDDEN = {
    "SSH identification": conversation(line=b"SSH-2.0-OpenSSH_9.2p1 " + SWAPPED),
    "SSH padding": conversation(init=key_exchange_init(padding=SPELLED)),
    "SSH message 2": conversation(before=packet(2, string(SWAPPED))),
    "SSH message 4": conversation(before=packet(4, b"\0" + string(SWAPPED) + string(b""))),
    "SSH message 1": conversation(before=packet(1, bytes(4) + string(SWAPPED) + string(b""))),
    "names of SSH algorithms": conversation(init=key_exchange_init(languages=SPELLED.decode().replace(" ", ","))),
}


IN_NAMES = (
    ",".join(SWAPPED.decode().replace(" ", "")),
    ",".join(map(str, SWAPPED)),
    SPELLED.hex() + "@example.com",
)


def test_letters_and_numbers_are_no_names_of_algorithms() -> None:
    for names in IN_NAMES:
        assert "data in names of SSH algorithms" in in_clear(
            of_stream(conversation(init=key_exchange_init(languages=names)))
        )


IN_CERTIFICATES = {
    "identifier": host_certificate(SPELLED),
    "hosts": host_certificate(hosts=SPELLED.split()),
    "a host": host_certificate(hosts=[SWAPPED + b"!"]),
    "an option": host_certificate(options=[(b"force-command", string(SWAPPED))]),
    "an extension": host_certificate(extensions=[(SWAPPED.replace(b" ", b"-") + b"@example.com", b"")]),
    "the value of an extension": host_certificate(extensions=[(b"permit-pty", string(SWAPPED))]),
    "what is reserved": host_certificate(reserved=SWAPPED),
}


def test_what_programs_say_belongs_to_the_handshake() -> None:
    assert {name: found for name, parts in ORDINARY.items() if (found := in_clear(of_stream(parts)))} == {}


def test_what_an_application_says_before_the_encryption_is_in_clear() -> None:
    found = {name: set(in_clear(of_stream(parts))) for name, parts in HIDDEN.items()}
    assert {name for name in HIDDEN if f"data in {name}" not in found[name]} == set()


def test_padding_of_several_packets_that_is_text_is_in_clear() -> None:
    parts = conversation(
        init=key_exchange_init(padding=SWAPPED[:4]),
        before=packet(3, bytes(4), SWAPPED[4:8]) + packet(3, bytes(4), SWAPPED[8:]),
    )
    assert "data in SSH padding" in in_clear(of_stream(parts))


def test_padding_in_base64_is_in_clear() -> None:
    parts = conversation(init=key_exchange_init(padding=base64.b64encode(SWAPPED)))
    assert "data in SSH padding" in in_clear(of_stream(parts))


def test_lines_before_the_identification_are_content() -> None:
    """A server may send lines before it (RFC 4253, 4.2)."""
    parts = conversation()
    for side in "><":
        at = next(number for number, (who, _) in enumerate(parts) if who == side)
        changed = [*parts[:at], (side, SWAPPED + b"\r\n" + parts[at][1]), *parts[at + 1 :]]
        assert in_clear(of_stream(changed))


def test_what_an_application_says_in_a_host_certificate_is_in_clear() -> None:
    found = {name: set(in_clear(of_stream(conversation(key=key)))) for name, key in IN_CERTIFICATES.items()}
    assert found == {name: {"data in SSH certificate"} for name in IN_CERTIFICATES}
