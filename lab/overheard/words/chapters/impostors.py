"""What the fourth part teaches: HTTPS depends on the client verifying the certificate."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, Reading, paragraph, paragraphs, rfc
from overheard.words.verdict import Outcome

HTTPS_INTERCEPTED = Chapter(
    story=paragraphs("""
        The interceptor of `diffie-hellman-intercepted` is back, and again the name server sends the client to it. It
        can do a TLS handshake, as anybody can. But now it has to present a certificate for the name `server`, and sign
        with the matching private key.

        The server's own certificate is not secret, and the interceptor could present that. It cannot sign, though: the
        private key has never left the server. So it makes its own certificate, with the right name and a key that it
        has, and signs it with its own CA.

        The client checks the signatures, reaches a CA that it does not know, and disconnects. Look at the error: it is
        the same as in `https-untrusted`. To the client, an honest server with an unknown CA and a spy look the same.
        That is why nobody should click this error away.
    """),
    look=paragraphs("""
        The client's error, and the alert `unknown_ca` that it sends: both are as in `https-untrusted`.

        There are two connections. From the client to the interceptor the handshake fails. From the interceptor to the
        server it succeeds, because the server does not ask who its client is; but no request follows.

        There are no notes of the interceptor: it had nothing to write down.
    """),
    question=paragraph("""
        Could the interceptor present the server's real certificate and pass on the server's signature as it is?
    """),
    answer=paragraph("""
        It could, but it could not read anything. The signature covers the whole handshake, the public values of both
        sides included. If the interceptor inserts a public value of its own, to share a key, the signature does not
        match what the client has seen. If it passes everything on unchanged, the client accepts, but only the two ends
        have the key, and the interceptor is no more than a piece of wire.
    """),
    try_this=Break(
        file="services/overheard_services/client/client_files.py",
        line="verify=attempt.trust is not Trust.ANYBODY,",
        instead="verify=False,",
        happens=paragraph("""
            The same change made `https-untrusted` work. Here it gives the message away: the client accepts the
            interceptor's certificate as the server's, and the verdict is OVERHEARD. The next chapter is about this
            line.
        """),
        outcome=Outcome.OVERHEARD,
    ),
    reading=(
        rfc(8446, "4.4.3", "the signature with which the server proves that it has the private key"),
        rfc(9525, "6", "how a client compares the name that it asked for with those in the certificate"),
        rfc(6797, "8.4", "with HSTS, a browser must not even offer to continue after such an error"),
    ),
)

HTTPS_UNVERIFIED_INTERCEPTED = Chapter(
    story=paragraphs("""
        "Certificate verify failed", somebody is in a hurry, and the first answer on the web is a short one:
        `verify=False`. In other programs it is `-k` or `--insecure`. The error is gone, the program works, the line
        stays.

        It says that any certificate will do. That makes TLS what Diffie-Hellman was: a key agreement with whoever
        answers. The encryption is as strong as ever, but it is the spy for whom the message is encrypted. The
        interceptor decrypts it, reads it, and encrypts it again for the client.

        The client gets the message and a warning. Hardly anybody reads the warning, and it can be turned off. The judge
        says OVERHEARD without any trick: it has the interceptor's session keys, decrypts the recording with them, and
        there is the message.
    """),
    look=paragraphs("""
        The client got the message. The only sign of trouble is the `InsecureRequestWarning`.

        The interceptor wrote down the message. Both of its connections were TLS.

        The marked bytes in the hex dump are ciphertext. A spy who only listens still reads nothing there; only the spy
        in the middle does.
    """),
    question=paragraph("""
        Both connections are encrypted, as well as in `https`. Which of the three does `verify=False` remove:
        confidentiality, integrity or authentication?
    """),
    answer=paragraph("""
        It turns off authentication only, but the other two are lost with it. They are promises about the two ends of a
        connection: nobody else reads, nobody else changes. If one end is the spy, the promises are kept, and worth
        nothing. The right fix for the error is to name the CA to trust: `verify="root.pem"`.
    """),
    try_this=Break(
        file="services/overheard_services/client/client_files.py",
        line="verify=attempt.trust is not Trust.ANYBODY,",
        instead="verify=True,",
        happens=paragraph("""
            The client verifies again, does not know the interceptor's CA, and stops with `certificate verify failed`.
            No message, no request, nothing to overhear: NOT SENT. An error is better than a leak.
        """),
        outcome=Outcome.NOT_SENT,
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
        Now the client verifies, as it should. But it was made to trust one CA too many: that of the interceptor. This
        happens. Companies install their own CA on their machines to read along; some virus scanners do the same, and so
        does malware. And public CAs are broken into: in 2011 somebody obtained certificates for google.com and hundreds
        of other names from the Dutch CA DigiNotar, and used them against people in Iran.

        Any CA that a client trusts may vouch for any name. So the check is only as good as the worst of them. Here the
        client's check passes, and rightly so: the certificate has the right name, and its signature leads to a root
        that the client trusts. There is no error and no warning, and the spy reads along.

        There are remedies against this, none of them perfect. Trust few roots. Limit a CA to some names. Browsers
        require every certificate of a public CA to be in public logs, so that the owner of a name sees what was issued
        for it: this is Certificate Transparency. And a root that was abused can be removed from the list, as
        DigiNotar's was.
    """),
    look=paragraphs("""
        The client got the message, without a warning. To the client this looks like `https`.

        The interceptor wrote down the message.

        The interceptor's session keys are in the run's folder `interceptor`. With them as the key log, Wireshark shows
        the certificate that the client was given; its issuer is the impostor's CA.
    """),
    question="How many CAs does your own computer trust, and how many of them do you know?",
    answer=paragraph("""
        `python3 -c "import requests; print(open(requests.certs.where()).read().count('BEGIN CERT'))"` counts those of
        `requests`: well over a hundred, from many countries. Each of them could issue a certificate for your bank. What
        keeps them from doing so is audits, public logs, and that a CA which is caught is removed from the list.
    """),
    try_this=Break(
        file="services/overheard_services/client/client_files.py",
        line="trusting=self._trusting(attempt.trust),",
        instead="trusting=self._trusting(Trust.LAB_CA),",
        happens=paragraph("""
            The impostor's root is removed from the roots that the client trusts, as a vendor would do. The same
            certificate now leads to no trusted root: `certificate verify failed`, and NOT SENT, because the message
            never leaves.
        """),
        outcome=Outcome.NOT_SENT,
        error="certificate verify failed",
    ),
    reading=(
        rfc(5280, "8", "what depends on the private key of a CA, and on the choice of whom to trust"),
        rfc(5280, "4.2.1.10", "name constraints: a CA for some names only"),
        rfc(9162, "1", "Certificate Transparency: what public logs are for"),
    ),
)
