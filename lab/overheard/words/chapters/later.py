"""What the sixth part teaches: a recording can wait for its key."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, Reading, paragraph, paragraphs, rfc
from overheard.words.verdict import Outcome

NO_FORWARD_SECRECY = Chapter(
    story=paragraphs("""
        A patient spy records today and reads later. Years later, say, the server's private key gets into its hands: it
        was stolen, or was on a disk that somebody sold. What do the old recordings tell now? That depends on how the
        two had agreed on their keys.

        Up to TLS 1.2 there was a way without Diffie-Hellman. The client draws a secret, encrypts it with the public RSA
        key from the server's certificate, and sends it. It is simple, and it has a price: who gets hold of that one
        private key, at any time, opens every conversation that was ever recorded.

        With ECDHE the key in the certificate only signs. The keys come from an agreement whose private numbers are
        thrown away, which is what the last E stands for: ephemeral. The stolen key opens nothing of the past. This is
        forward secrecy. Wherever there are certificates, TLS 1.3 does it in no other way.

        Three attempts, one server, one RSA key. The judge is then given that key, as the spy of later.
    """),
    look=paragraphs("""
        The evidence is in the first connection: `TLS_RSA_WITH_AES_128_GCM_SHA256`, opened with the server's private
        key. No group is named with it, for there was no agreement.

        The second is TLS 1.2 as well, with the same cipher, the same certificate and the same stolen key. Only the key
        exchange differs: ECDHE and a group. It stays closed, and so does the third.

        The certificate of the server is visible in the two connections of TLS 1.2, and not in that of TLS 1.3.
    """),
    question="The key is stolen, and the server speaks nothing but TLS 1.3. What can the thief still do with it?",
    answer=paragraph("""
        Be the server. With the key and the certificate, the interceptor passes every check, for as long as the
        certificate is valid and nobody has revoked it, or looks whether somebody has. That is an active attack from now
        on, one connection at a time. The past stays closed. So a stolen key must be reported, and certificates had
        better not be valid for long.
    """),
    try_this=Break(
        file="services/overheard_services/server/__main__.py",
        line='ciphers=_RSA_KEY_EXCHANGE if name == _LEGACY else "",',
        instead='ciphers="",',
        happens=paragraph("""
            The server no longer agrees to the old key exchange. The client that offers nothing else gets the alert
            `handshake failure` in place of the message. The other two work as before, the stolen key opens neither, and
            the verdict is PROTECTED. This is what TLS 1.3 did for everybody.
        """),
        outcome=Outcome.PROTECTED,
        error="handshake failure",
    ),
    reading=(
        rfc(5246, "7.4.7.1", "TLS 1.2: the secret that is sent, encrypted with the server's RSA key"),
        rfc(8446, "1.2", "what TLS 1.3 has taken out, this key exchange among it"),
        rfc(9325, "7.3", "forward secrecy, and why it is recommended"),
    ),
)

POST_QUANTUM = Chapter(
    story=paragraphs("""
        Forward secrecy rests on one belief: nobody computes a private number from a public value. For the computers
        that we have, that is so. But in 1994 Peter Shor found out how a quantum computer could do it. One that is large
        enough would undo RSA, Diffie-Hellman and elliptic curves alike. There is none yet, and nobody knows when there
        will be.

        Why care today? Because of the patient spy. It records now and decrypts later: the public values are in the
        recording, and wait there for the machine. What is still to be secret in twenty years is in danger now, and no
        update that comes later will help what has been recorded. Ciphers such as AES-256 are not in that danger: there
        a quantum computer gains too little.

        So TLS has a new key exchange: ML-KEM, standardised in 2024, which rests on another problem, for which no quick
        way is known, quantum computer or not. As it is young, it is used together with the old one: `X25519MLKEM768`
        makes the key out of both results. This is called hybrid. The spy would have to break both. OpenSSL does so from
        version 3.5 on, unasked.
    """),
    look=paragraphs("""
        What is still visible names the group: `X25519MLKEM768`. It is part of TLS 1.3 alone.

        Open the two hellos in Wireshark and look for the extension `key_share`. The client's share for it has 1,216
        bytes and the server's 1,120. X25519 by itself takes 32 in either direction. That is the price.

        All else is as in `https`: the same certificate, the same records.
    """),
    question=paragraph("""
        The server's certificate still has an RSA key, and a quantum computer could forge its signature. Why can that
        wait?
    """),
    answer=paragraph("""
        A signature is looked at when the connection is made. A spy who can forge it in twenty years can be an impostor
        then, but not in a conversation of today, which is over. A key exchange is different: it has to hold for as long
        as the message is to be secret. So the key exchange comes first, and the signatures have to follow before the
        machine is there.
    """),
    try_this=Break(
        file="lab/overheard/role/serve.py",
        line="context.minimum_version = ssl.TLSVersion.TLSv1_2",
        instead="context.maximum_version = ssl.TLSVersion.TLSv1_2",
        happens=paragraph("""
            One word, and the server speaks TLS 1.2 at most, for which there is no hybrid. The client gets the message
            and the verdict is PROTECTED, for today nobody can read it. But the lab remarks that the wire was to show
            X25519MLKEM768, and shows X25519 alone. Whoever has recorded this can wait.
        """),
        outcome=Outcome.PROTECTED,
        wrong="the wire should show TLS 1.3, X25519MLKEM768",
    ),
    reading=(
        Reading(
            "FIPS 203, section 8",
            "ML-KEM: its three sizes, with the bytes of keys and ciphertexts",
            "https://csrc.nist.gov/pubs/fips/203/final",
        ),
        Reading(
            "draft-ietf-tls-ecdhe-mlkem, Client share and Server share",
            "X25519MLKEM768: what is sent, and in which order",
            "https://datatracker.ietf.org/doc/draft-ietf-tls-ecdhe-mlkem/",
        ),
        Reading(
            "NIST IR 8105, section 1",
            "which algorithms a quantum computer would break, and which it would not",
            "https://csrc.nist.gov/pubs/ir/8105/final",
        ),
    ),
)
