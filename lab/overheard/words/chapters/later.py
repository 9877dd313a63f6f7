"""What the sixth part teaches: a recording can wait for its key."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, Reading, paragraph, paragraphs, rfc
from overheard.words.lengths import HYBRID_SHARES, X25519
from overheard.words.verdict import Outcome

NO_FORWARD_SECRECY = Chapter(
    story=paragraphs("""
        A patient spy records today and reads later. Years later, perhaps, it gets the server's private key: the key was
        stolen, or was on a disk that somebody sold. What can the spy read in the old recordings now? That depends on
        how the two sides exchanged their keys.

        Up to TLS 1.2 there was a key exchange without Diffie-Hellman. The client generates a random secret, encrypts it
        with the public RSA key from the server's certificate, and sends it. This is simple, and it has a price: whoever
        gets that one private key, at any time, can decrypt every conversation that was ever recorded.

        With ECDHE the key in the certificate only signs. The session keys come from a key agreement whose private
        numbers are discarded, which is what the last E stands for: ephemeral. The stolen key decrypts nothing from the
        past. This is forward secrecy. With certificates, TLS 1.3 has no other key exchange.

        Three attempts, one server, one RSA key. The judge then gets that key, and plays the spy of the future.
    """),
    look=paragraphs("""
        The evidence is in the first connection: `TLS_RSA_WITH_AES_128_GCM_SHA256`, opened with the server's private
        key. It shows no group, because there was no key agreement.

        The second is TLS 1.2 as well, with the same cipher, the same certificate and the same stolen key. Only the key
        exchange differs: ECDHE and a group. It cannot be decrypted, and neither can the third.

        The certificate of the server is visible in the two connections of TLS 1.2, and not in that of TLS 1.3.
    """),
    question="The key is stolen, and the server speaks nothing but TLS 1.3. What can the thief still do with it?",
    answer=paragraph("""
        Impersonate the server. With the key and the certificate, the interceptor passes every check, as long as the
        certificate is valid and nobody has revoked it, or nobody checks for revocation. That is an active attack from
        now on, one connection at a time. The past stays secret. So a stolen key must be reported, and certificates
        should not be valid for long.
    """),
    try_this=Break(
        file="services/overheard_services/server/__main__.py",
        line='ciphers=_RSA_KEY_EXCHANGE if name == _LEGACY else "",',
        instead='ciphers="",',
        happens=paragraph("""
            The server no longer accepts the old key exchange. The client that offers nothing else gets the alert
            `handshake failure` instead of the message. The other two work as before, the stolen key decrypts neither,
            and the verdict is PROTECTED. This is what TLS 1.3 did for everybody.
        """),
        outcome=Outcome.PROTECTED,
        error="handshake failure",
    ),
    reading=(
        rfc(5246, "7.4.7.1", "TLS 1.2: the premaster secret, encrypted with the server's RSA key"),
        rfc(8446, "1.2", "what TLS 1.3 removed, including this key exchange"),
        rfc(9325, "7.3", "forward secrecy, and why it is recommended"),
    ),
)

POST_QUANTUM = Chapter(
    story=paragraphs("""
        Forward secrecy rests on one assumption: nobody can compute a private number from a public value. For the
        computers that we have, that is true. But in 1994 Peter Shor found out how a quantum computer could do it. One
        that is large enough would break RSA, Diffie-Hellman and elliptic curves alike. There is none yet, and nobody
        knows when there will be.

        Why care today? Because of the patient spy. It records now and decrypts later: the public values are in the
        recording, and wait there for the machine. Anything that must still be secret in twenty years is in danger now,
        and no later update will help what has already been recorded. Ciphers such as AES-256 are not in that danger:
        against them a quantum computer gains too little.

        So TLS has a new key exchange: ML-KEM, standardised in 2024, which rests on another problem, for which no fast
        solution is known, with or without a quantum computer. Because it is young, it is used together with the old
        one: `X25519MLKEM768` derives the key from both results. This is called hybrid. The spy would have to break
        both. OpenSSL does this by default from version 3.5 on.
    """),
    look=paragraphs(f"""
        What is still visible shows the group: `X25519MLKEM768`. It exists only in TLS 1.3.

        Open the two hellos in Wireshark and look for the extension `key_share`. The client's share for it has
        {HYBRID_SHARES[0]:,} bytes and the server's {HYBRID_SHARES[1]:,}. X25519 alone takes {X25519} in each
        direction. That is the price.

        Everything else is as in `https`: the same certificate, the same records.
    """),
    question=paragraph("""
        The server's certificate still has an RSA key, and a quantum computer could forge its signature. Why can that
        wait?
    """),
    answer=paragraph("""
        A signature is checked when the connection is made. A spy who can forge it in twenty years can be an impostor
        then, but not in a conversation of today, which is over. A key exchange is different: it has to hold for as long
        as the message must stay secret. So the key exchange comes first, and the signatures have to follow before the
        machine exists.
    """),
    try_this=Break(
        file="lab/overheard/role/serve.py",
        line="context.minimum_version = ssl.TLSVersion.TLSv1_2",
        instead="context.maximum_version = ssl.TLSVersion.TLSv1_2",
        happens=paragraph("""
            One word changes, and the server speaks TLS 1.2 at most, which has no hybrid key exchange. The client gets
            the message and the verdict is PROTECTED, because today nobody can read it. But the lab notes that the wire
            should show X25519MLKEM768, and shows only X25519. Whoever has recorded this can wait.
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
            "X25519MLKEM768: what is sent, and in what order",
            "https://datatracker.ietf.org/doc/draft-ietf-tls-ecdhe-mlkem/",
        ),
        Reading(
            "NIST IR 8105, section 1",
            "which algorithms a quantum computer would break, and which it would not",
            "https://csrc.nist.gov/pubs/ir/8105/final",
        ),
    ),
)
