"""What comes after the story: how a CA finds out whose a name is, without anybody's help."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, paragraph, paragraphs, rfc
from overheard.words.verdict import Outcome

ACME = Chapter(
    story=paragraphs("""
        In `https` the server had a token that proved to the CA who it is: somebody had carried it there. In the world
        outside, a CA certifies millions of servers that nobody there knows. The tutorial says that it would make sure
        that a name is yours, and ask you to prove it. This is how: by ACME, a protocol between two programs, with which
        Let's Encrypt began, and with which most servers have their certificates today.

        The server makes a key, the one of its account, and orders a certificate for `server`. The CA answers with a
        random token. The server puts the token and the SHA-256 of its account's key, the thumbprint, at a path of its
        own plain HTTP, and the CA comes and looks. Whoever controls what `server` answers controls the name: no more
        is proven, and no more is certified. All of this happens while the first client waits in its handshake.

        The spy could order the same. It may have an account, as everybody may, and it gets a token. But the CA looks
        at `server`, and not where the spy says. What is found there, if anything, was not made with the key of the
        spy's account, so the order is refused, and the refusal is recorded.
    """),
    look=paragraphs("""
        The little that was searched in clear: in Wireshark, the filter `http and not tls` shows two requests of the CA
        for `/.well-known/acme-challenge/` and a token, one with an answer, and one with the status 404. The CA asks in
        clear, because a server that orders its first certificate has none yet. The answer is no secret: without the
        account's key, it is of use to nobody.

        The error of the stranger: it is the CA's sentence, with the URL at which it looked. The CA keeps it, with the
        account and the name, in a record to which is only added. So somebody who tries is not only refused, but known.

        The time that the first connection took, more than a second: the whole order happened in the midst of its
        handshake. Between its ClientHello and the certificate are all the connections from the server to the CA.
    """),
    question="The CA asks over plain HTTP. So what must an attacker be able to do, to get a certificate for `server`?",
    answer=paragraph("""
        To answer in place of the server: by being on the path between the CA and the server, or by changing where the
        name leads for the CA. To listen is not enough. That is why large CAs look from several places in the world at
        once, why the answer of a name server can be signed (DNSSEC), and why there are logs of what was issued, as in
        `transparency`.
    """),
    try_this=Break(
        file="ca/overheard_ca/acme/validation/validator.py",
        line="self._look(challenge, authorization.identifier, expected)",
        instead="pass",
        happens=paragraph("""
            The CA believes whoever orders. The client notices nothing, and the verdict is still PROTECTED, because
            nothing of that is on the wire between the client and the server. But the stranger has a certificate for the
            server's name that every squirrel trusts, as the spy of `https-compromised-ca` has.
        """),
        outcome=Outcome.PROTECTED,
        wrong="nothing was refused",
    ),
    reading=(
        rfc(8555, "8.3", "what the CA requests over HTTP, and what has to be answered"),
        rfc(8555, "8.1", "why the answer has the thumbprint of the account's key in it"),
        rfc(8555, "10.2", "who could cheat: on the path, at the name server, at the hosting"),
    ),
)
