"""What the fourth part teaches: with HTTPS, all depends on the client's look at the certificate."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, Reading, paragraph, paragraphs, rfc
from overheard.words.verdict import Outcome

HTTPS_INTERCEPTED = Chapter(
    story=paragraphs("""
        The interceptor of `diffie-hellman-intercepted` is back, and again the name server leads the client to it. It
        can do a handshake of TLS, as anybody can. But now it has to show a certificate for the name `server`, and to
        sign with the private key that belongs to it.

        The server's own certificate is no secret, and the interceptor could show that. It cannot sign, though: the
        private key has never left the server. So it makes a certificate of its own, with the right name and a key that
        it has, and signs it with a CA of its own as well.

        The client checks the signatures, comes to a CA that it does not know, and leaves. Look at the error: it is the
        one of `https-untrusted`. To the client, an honest server with an unknown CA and a spy look the same. That is
        why this error is not to be clicked away.
    """),
    look=paragraphs("""
        The client's error, and the alert `unknown_ca` that it sends: both are as in `https-untrusted`.

        There are two connections. From the client to the interceptor the handshake fails. From the interceptor to the
        server it works, for the server does not ask who comes; but no request ever follows.

        Nothing stands there of what the interceptor wrote down. It had nothing to write down.
    """),
    question=paragraph("""
        Could the interceptor show the server's real certificate and pass the server's signature on, as it gets it?
    """),
    answer=paragraph("""
        Not and read along. The signature covers all that was said in this handshake, the public values of both sides
        included. If the interceptor puts in a value of its own, to share a key, the signature no longer fits what the
        client has seen. If it passes all on unchanged, the client accepts, but only the two ends have the key, and the
        interceptor is no more than a piece of wire.
    """),
    try_this=Break(
        file="services/overheard_services/client/belongings.py",
        line="verify=attempt.trust is not Trust.ANYBODY,",
        instead="verify=False,",
        happens=paragraph("""
            The very change that made `https-untrusted` work. Here it gives the message away: the client takes the
            interceptor's certificate for that of the server, and the verdict is OVERHEARD. The next chapter is about
            this line.
        """),
        outcome=Outcome.OVERHEARD,
    ),
    reading=(
        rfc(8446, "4.4.3", "the signature by which the server shows that it has the private key"),
        rfc(9525, "6", "how a client compares the name that it asked for with those in the certificate"),
        rfc(6797, "8.4", "with HSTS, a browser must not even offer to go on after such an error"),
    ),
)

HTTPS_UNVERIFIED_INTERCEPTED = Chapter(
    story=paragraphs("""
        "Certificate verify failed", somebody is in a hurry, and the first answer on the web is a short one:
        `verify=False`. Other programs have it as `-k` or `--insecure`. The error is gone, the program works, the line
        stays.

        It says that any certificate will do. With that, TLS is what Diffie-Hellman was: an agreement with whoever
        answers. The encryption is as strong as ever, and it is the spy to whom the message is encrypted. The
        interceptor opens it, reads, and encrypts it again for the client.

        The client gets the message and a warning. Mostly nobody reads it, and it can be switched off as well. The judge
        says OVERHEARD without any trick: it is given the interceptor's session keys, opens the recording with them, and
        there the message is.
    """),
    look=paragraphs("""
        The client got the message. All that it was told is the `InsecureRequestWarning`.

        The interceptor wrote down the message. Both of its connections were TLS.

        The marked bytes in the hex dump are ciphertext. A spy who only listens still reads nothing there; only the one
        in the middle does.
    """),
    question=paragraph("""
        Both connections are encrypted, as well as in `https`. Which of the three does `verify=False` take away:
        confidentiality, integrity or authentication?
    """),
    answer=paragraph("""
        It switches off authentication alone, and the other two go with it. They are promises about the two ends of a
        connection: nobody else reads, nobody else changes. If one end is the spy, they are kept, and worth nothing. The
        cure for the error is to name the CA that is to be trusted: `verify="root.pem"`.
    """),
    try_this=Break(
        file="services/overheard_services/client/belongings.py",
        line="verify=attempt.trust is not Trust.ANYBODY,",
        instead="verify=True,",
        happens=paragraph("""
            The client looks again, does not know the interceptor's CA, and leaves with `certificate verify failed`. No
            message, no request, nothing to overhear: INCONCLUSIVE. An error is better than a leak.
        """),
        outcome=Outcome.INCONCLUSIVE,
        error="certificate verify failed",
    ),
    reading=(
        rfc(8446, "C.5", "TLS without authentication does not protect against an active attacker"),
        rfc(9110, "4.3.4", "what an automated client must do when the check fails"),
        Reading(
            "Requests, Advanced Usage, SSL Cert Verification",
            "what `verify` may be, and what it means to set it to False",
            "https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification",
        ),
    ),
)

HTTPS_COMPROMISED_CA = Chapter(
    story=paragraphs("""
        Now the client looks closely, as it should. But it was made to trust one CA too many: that of the interceptor.
        This happens. Companies put a CA of their own on their machines to read along, some virus scanners do, and
        malware does. And public CAs are broken into: in 2011 somebody got certificates for google.com and hundreds of
        other names out of the Dutch CA DigiNotar, and used them against people in Iran.

        Any CA that a client trusts may vouch for any name. So the check is as good as the worst of them. Here the
        client's check passes, and rightly so: the certificate has the right name, and its signature leads to a root
        that the client trusts. There is no error and no warning, and the spy reads along.

        Against this there are remedies, none of them perfect. Trust few roots. A CA can be limited to some names.
        Browsers want every certificate of a public CA in public logs, so that the owner of a name sees what was issued
        for it: this is Certificate Transparency. And a root that was abused can be taken off the list, as DigiNotar's
        was.
    """),
    look=paragraphs("""
        What the client got, and that there is no warning with it. To the client this is `https`.

        The interceptor wrote down the message.

        In the run's folder `interceptor` are its session keys. With them as the key log, Wireshark shows the
        certificate that the client was given; its issuer is the impostor's CA.
    """),
    question="How many CAs does your own computer trust, and how many of them do you know?",
    answer=paragraph("""
        `python3 -c "import requests; print(open(requests.certs.where()).read().count('BEGIN CERT'))"` counts those of
        `requests`: well over a hundred, from many countries. Each of them could issue a certificate for your bank. What
        keeps them from it are audits, public logs, and that one who is caught is taken off the list.
    """),
    try_this=Break(
        file="services/overheard_services/client/belongings.py",
        line="trusting=self._trusting(attempt.trust),",
        instead="trusting=self._trusting(Trust.LAB_CA),",
        happens=paragraph("""
            The impostor's root is taken out of what the client trusts, as a list of roots is repaired. The same
            certificate leads nowhere now: `certificate verify failed`, and INCONCLUSIVE, as the message never leaves.
        """),
        outcome=Outcome.INCONCLUSIVE,
        error="certificate verify failed",
    ),
    reading=(
        rfc(5280, "8", "what depends on the private key of a CA, and on whom one trusts"),
        rfc(5280, "4.2.1.10", "name constraints: a CA for some names only"),
        rfc(9162, "1", "Certificate Transparency: what public logs are for"),
    ),
)
