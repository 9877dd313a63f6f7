"""What comes after the story: how a client finds out that a certificate no longer holds, and what if nobody says so."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, paragraph, paragraphs, rfc
from overheard.words.verdict import Outcome

REVOCATION = Chapter(
    story=paragraphs("""
        A key was stolen, and its certificate has months to go. The authority revokes it, and says so in two ways: in a
        list of all that it has revoked, which it signs anew now and then (CRL), and in a signed answer about one
        certificate (OCSP). Whoever does not look accepts the certificate as before. Here the client looks: by the list,
        which OpenSSL then checks, and by the responder that the certificate names, whose answer the client checks: who
        signed it, about which certificate, for which request, and until when.

        Then somebody on the wire drops what the authority says. All of it is in clear and signed: nobody can change it,
        but anybody who can drop packets can see to it that it does not arrive. So what does a client do without an
        answer?

        In hard fail it refuses the server. The thief gets nothing, but now every outage of the authority is an outage
        of all its servers, and dropping the answers is a way to shut them off. In soft fail the client goes on, as
        browsers did, with a warning that few would see. Then the check holds only against those who do not attack: a
        thief with the key who sits on the wire, where a stolen key is of use, drops the answer and is let in.
    """),
    look=paragraphs("""
        The two attempts in soft fail. It is the same certificate, revoked, that was refused before, and the client got
        the message from it. Its warning is all that is different.

        The verdict. It is about the wire, and every listener learned nothing of the message. That whoever the client
        talks to may be the thief is nothing that a listener sees.

        What was searched in clear: the lists and answers, and the requests. In Wireshark, the filter `ocsp` shows which
        certificate the client asks about, and so whom it is about to visit. That is why most authorities no longer
        offer OCSP.
    """),
    question="How can a client refuse a revoked certificate without being shut off whenever nobody answers?",
    answer=paragraph("""
        By having the answer before it is needed. A list is fetched in advance and kept until the next one, as browsers
        do with lists of their own. The server can fetch the answer of OCSP and send it along (stapling), and a
        certificate can demand that (must-staple): then a server without one is refused. Or certificates last so few
        days that nobody has to revoke them.
    """),
    try_this=Break(
        file="services/overheard_services/client/client_files.py",
        line="soft_fail=attempt.soft_fail,",
        instead="soft_fail=True,",
        happens=paragraph("""
            The client goes on whenever nobody answers, as most clients are set up that check at all. Where the
            authority is heard, the revoked certificate is still refused; but whoever drops its answers is let in each
            time. The verdict is PROTECTED as before: no listener can tell the difference.
        """),
        outcome=Outcome.PROTECTED,
        wrong="should fail with “unable to get certificate CRL”, but got the message",
    ),
    reading=(
        rfc(5280, "6.3", "how a list is checked"),
        rfc(6960, "3.2", "what must hold before an answer of OCSP is believed"),
        rfc(7633, "3", "must-staple, and why a client cannot insist without it"),
    ),
)
