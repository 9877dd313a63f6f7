"""What the last part teaches: how to read a TLS error."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, Reading, paragraph, paragraphs, rfc
from overheard.words.verdict import Outcome

GALLERY = Chapter(
    story=paragraphs("""
        Most people meet TLS as an error message. So the story ends in a gallery of them: servers that each have one
        fault, in the certificate, in the chain above it, in revocation, in the version or the ciphers, or in the
        connection. The client asks them all, trusting the gallery's CA, and each time must fail with exactly the error
        in the gallery's row.

        An error of `requests` is long because three libraries speak in it. `requests` gives the kind of exception,
        `urllib3` says how often it tried, and OpenSSL, at the very end, says what was wrong. Read it from the end. To
        find the row for an error that you have met, paste it: `overheard errors 'certificate has expired'` prints the
        cause and the cure.

        None of the servers gets to tell the message. That is what all these checks are for: most of them exist because
        somebody once got in where they were missing. Of each connection in TLS the session keys prove that nothing was
        sent. But in some rows a side does not speak TLS, and of bytes in clear nobody can prove that nothing is hidden
        in them. So the verdict on all of it together is not NOT SENT, but INCONCLUSIVE.
    """),
    look=paragraphs("""
        Read the errors from the end: after `certificate verify failed:` comes what OpenSSL found.

        In what is still visible, note who sends the alert. If it is the client, it rejected what the server presented;
        if it is the server, it could not do what the client asked for.

        An alert says less than the error: `not-yet-valid` and `wrong-host` both send `bad_certificate`. Somebody who
        has only the recording cannot tell them apart.
    """),
    question="Which of these errors would `verify=False` make go away, and which not?",
    answer=paragraph("""
        It removes those about the certificate: its dates, names, purpose, signatures, and whether it was revoked. Each
        of them could be a sign of the interceptor. It does not help if the two have no version or cipher in common, if
        the server's key does not belong to its certificate, if the server requires a client certificate, or if the
        other side does not speak TLS at all.
    """),
    try_this=Break(
        file="services/overheard_services/client/revocation.py",
        line="context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF",
        instead="context.verify_flags |= ssl.VerifyFlags.VERIFY_DEFAULT",
        happens=paragraph("""
            The client no longer checks the list of revoked certificates, and `revoked` gets the message without any
            error: its certificate has the right name, good dates and a good signature. `crl-missing` and `crl-expired`
            get it as well. This is how most programs are set up. Now the message did cross the wire, encrypted, and so
            the verdict is PROTECTED: from everybody except whoever may have the revoked key.
        """),
        outcome=Outcome.PROTECTED,
        error="certificate has expired",
        wrong="should fail with “certificate revoked”, but got the message",
    ),
    reading=(
        rfc(5280, "6.1.3", "the checks of each certificate, one by one"),
        rfc(8446, "6.2", "the alerts, and when each is sent"),
        rfc(9525, "6.3", "how names are compared, wildcards included"),
        Reading(
            "OpenSSL 3.5, X509_STORE_CTX_get_error, ERROR CODES",
            "every reason for `certificate verify failed`, with its meaning",
            "https://docs.openssl.org/3.5/man3/X509_STORE_CTX_get_error/",
        ),
    ),
)
