"""What the fifth part teaches: a certificate can say who the client is, too."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, paragraph, paragraphs, rfc
from overheard.words.verdict import Outcome

MUTUAL_TLS = Chapter(
    story=paragraphs("""
        Until now the server has told the message to whoever asked. Encryption did not change that: it keeps others from
        listening, and says nothing of who is asking. Most websites use a password for that, inside HTTPS.

        TLS can do it as well. The server asks for a certificate in the handshake, and the client shows one and signs
        with the private key that belongs to it. As both sides now prove who they are, this is called mutual TLS. Its
        advantage over a password: the secret, the private key, never leaves the client, and so nobody can take it from
        the wire, or from the server.

        Four clients try. The squirrel has a certificate of the lab's CA. The second has none. The third has one with
        the squirrel's name, but from a CA that the server does not know: a name alone proves nothing. The fourth has
        one of the right CA that was issued for servers, and a certificate says what it may be used for.
    """),
    look=paragraphs("""
        The first attempt got the message and `Hello squirrel`: the server took the name out of the certificate.

        The other three got an alert from the server: `certificate required`, `unknown ca`, and `unsupported
        certificate`. Each tells what was wrong.

        In what is still visible there is no alert and no name of a client: TLS 1.3 encrypts the client's certificate
        and what is said of it. In TLS 1.2 both would be there for everybody to read.
    """),
    question=paragraph("""
        Those who were turned away had sent their requests already: the bytes are in the recording. Why did they not
        wait?
    """),
    answer=paragraph("""
        In TLS 1.3 the client has the last word in the handshake. Its certificate and its first request go out together,
        and only then does the server look at them. So a handshake that came to an end does not tell the client that it
        was accepted: a refusal comes as an alert when it reads the answer. The server never handed those requests to
        the application.
    """),
    try_this=Break(
        file="lab/overheard/role/serve.py",
        line="context.verify_mode = ssl.CERT_REQUIRED",
        instead="context.verify_mode = ssl.CERT_OPTIONAL",
        happens=paragraph("""
            The server still asks for a certificate, and lets in who shows none: the second attempt gets the message.
            The other two are turned away as before, for what is shown is checked. The verdict stays PROTECTED, as
            nobody has overheard anything. That somebody was told who should not have been, no recording shows. Only the
            attempt that had to fail does.
        """),
        outcome=Outcome.PROTECTED,
        wrong="should fail with “alert certificate required”, but got the message",
    ),
    reading=(
        rfc(8446, "4.3.2", "how a server asks for a certificate, and of which CAs"),
        rfc(8446, "4.4.2.4", "what it does with the one that it gets, or with none"),
        rfc(5280, "4.2.1.12", "extended key usage: what a certificate may be used for"),
    ),
)
