"""What the fifth part teaches: a certificate can also say who the client is."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, paragraph, paragraphs, rfc
from overheard.words.verdict import Outcome

MUTUAL_TLS = Chapter(
    story=paragraphs("""
        Until now the server has told the message to whoever asked. Encryption did not change that: it keeps others from
        listening, but does not say who is asking. Most websites use a password for that, inside HTTPS.

        TLS can do it as well. The server requests a certificate in the handshake, and the client presents one and signs
        with the matching private key. Because both sides now prove who they are, this is called mutual TLS. Its
        advantage over a password: the secret, the private key, never leaves the client, so nobody can steal it from the
        wire or from the server.

        Four clients try. The squirrel has a certificate from the lab's CA. The second has none. The third has one with
        the squirrel's name, but from a CA that the server does not know: a name alone proves nothing. The fourth has
        one from the right CA that was issued for servers, and a certificate says what it may be used for.
    """),
    look=paragraphs("""
        The first attempt got the message and `Hello squirrel`: the server took the name out of the certificate.

        The other three got an alert from the server: `certificate required`, `unknown ca`, and `unsupported
        certificate`. Each says what was wrong.

        What is still visible has no alert and no client name: TLS 1.3 encrypts the client's certificate and the alerts
        about it. In TLS 1.2 everybody could read both.
    """),
    question=paragraph("""
        The clients that were refused had already sent their requests: the bytes are in the recording. Why did they not
        wait?
    """),
    answer=paragraph("""
        In TLS 1.3 the client has the last word in the handshake. It sends its certificate and its first request
        together, and only then does the server check them. So a completed handshake does not tell the client that it
        was accepted: a refusal arrives as an alert when the client reads the response. The server never passed those
        requests to the application.
    """),
    try_this=Break(
        file="lab/overheard/role/serve.py",
        line="context.verify_mode = ssl.CERT_REQUIRED",
        instead="context.verify_mode = ssl.CERT_OPTIONAL",
        happens=paragraph("""
            The server still requests a certificate, but also accepts clients without one: the second attempt gets the
            message. The other two are refused as before, because a certificate that is presented is checked. The
            verdict stays PROTECTED, because nobody has overheard anything. No recording can show that the message went
            to somebody who should not have it. Only the attempt that had to fail shows it.
        """),
        outcome=Outcome.PROTECTED,
        wrong="should fail with “alert certificate required”, but got the message",
    ),
    reading=(
        rfc(8446, "4.3.2", "how a server asks for a certificate, and of which CAs"),
        rfc(8446, "4.4.2.4", "what it does with the certificate that it gets, or with none"),
        rfc(5280, "4.2.1.12", "extended key usage: what a certificate may be used for"),
    ),
)
