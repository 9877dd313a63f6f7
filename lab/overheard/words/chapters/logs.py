"""What comes after the story: how certificates that nobody asked for are found out."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, paragraph, paragraphs, rfc
from overheard.words.verdict import Outcome

TRANSPARENCY = Chapter(
    story=paragraphs("""
        In `https-compromised-ca` nothing was left to check: the name was right, and the signature led to a root that
        the client trusts. The tutorial says that there is nothing you can do to detect the problem. This is what the
        world did about it, after DigiNotar: whatever a CA issues has to be in a public log, where everybody sees it.

        The log is a Merkle tree that only grows. It answers a CA with a signed timestamp, which the CA puts into the
        certificate. A client that knows the key of the log accepts no certificate without one. The log does not have to
        be believed: it signs the hash of its whole tree, and proves that an entry is in it, and that a later tree
        begins with the earlier one. If it hides or rewrites anything, two of its own signatures contradict each other.

        So the spy has a choice. Its CA does not log the certificate: then the client refuses it, as here. Or it does:
        then the certificate is in the log for good, and the squirrels, who read it, find a certificate for `server`
        that is not from their CA. Here the client itself hands in the certificate that it was shown, which everybody
        may do, and reads the log.
    """),
    look=paragraphs("""
        The client's error. OpenSSL found nothing wrong, and the handshake was completed: the client then looked for
        the timestamp, and closed the connection before it sent anything.

        What the client found in the log: a certificate of the squirrels' CA, and one that nobody asked for, with its
        issuer. That was after the recording.

        There are no notes of the interceptor: nothing came.
    """),
    question="The certificate is in the log now. Does the client accept it from here on?",
    answer=paragraph("""
        No: the client looks for a timestamp, and the certificate still has none. A log says only that something was
        issued, and not that this was right. To log a certificate helps the spy until somebody looks, and that is what
        the monitors are for: then the certificate is revoked, and perhaps the CA removed from the list.
    """),
    try_this=Break(
        file="services/overheard_services/client/client_files.py",
        line="log=self._log() if attempt.logged else None,",
        instead="log=None,",
        happens=paragraph("""
            The client asks for no timestamp, and this is `https-compromised-ca` again: the certificate leads to a root
            that it trusts, the message is sent, and the verdict is OVERHEARD.
        """),
        outcome=Outcome.OVERHEARD,
    ),
    reading=(
        rfc(6962, "3", "what a log takes, what it signs, and what its tree is"),
        rfc(6962, "5.3", "what a monitor does"),
        rfc(9162, "1", "the second version, which few logs speak; and what all of this is for"),
    ),
)
