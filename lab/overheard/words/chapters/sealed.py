"""What the second part teaches: ciphers that hold, and how two come to share a key."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, Reading, paragraph, paragraphs, rfc
from overheard.words.colours import steps
from overheard.words.verdict import Outcome

FERNET = Chapter(
    story=paragraphs("""
        Now a cipher that holds. Fernet is a recipe of well-known parts: out of a message and a key it makes a token.
        The key is 32 random bytes. Sixteen of them encrypt the message with AES in CBC mode; the other sixteen make a
        tag with HMAC-SHA256, which nobody can make who does not have them. The recipe is public, as Kerckhoffs wants
        it. To try all keys of AES would take 2^128 tries, more than all computers together can make.

        This is authenticated encryption: it keeps a message secret, and it also shows whether the token is as it was
        sealed. Before anything is opened, the tag is checked. A token that was sealed with another key, or changed by
        as little as a bit, is refused.

        Into each token goes a new random value, too. The same message, sealed twice with the same key, gives two
        tokens that look nothing alike, so the spy cannot even tell that the message is the same.

        One question is left: how did both sides come by the key? Fernet is symmetric: what seals, also opens. In the
        lab the key is handed over in a file, on a way that no wire is part of. Two squirrels in far-off trees have no
        such way. They have the wire, and there the spy would read the key as well.
    """),
    look=paragraphs("""
        Three attempts: with the shared key the client reads the message; with another one it gets `InvalidToken`; with
        none it has the token, as the spy does.

        Compare the token of the last attempt with the one in the packet: the same message and the same key. Only their
        first characters are alike: those are the version and the time.

        The message has 11 characters and its token 100: version, time, random value, ciphertext and tag take 73 bytes,
        and base64 makes 100 characters of these.
    """),
    question="The spy cannot open a token. What does it learn from one all the same?",
    answer=paragraph("""
        When it was sealed, to the second: the time stands in it unencrypted. How long the message is, give or take 16
        bytes, which is the size of the blocks that AES works on. And who asked whom, as always. The spy may also keep
        the token and send it again tomorrow, and it will still be opened. Against such a replay, Fernet lets the
        receiver refuse what is older than a number of seconds; the lab's client does not ask for that.
    """),
    try_this=Break(
        file="services/overheard_services/disguise/fernet.py",
        line="return fernet.decrypt(token.encode()).decode()",
        instead='return fernet.decrypt(token.replace("gAAAA", "gAAAB", 1).encode()).decode()',
        happens=paragraph("""
            One bit of the token is changed before it is opened, as a spy might do who cannot read it. It is a bit of
            the time; the ciphertext is as it was, and the key is right. The client gets `InvalidToken` all the same,
            for the tag covers everything. The verdict is still PROTECTED: the spy has learned nothing by it.
        """),
        outcome=Outcome.PROTECTED,
        error="InvalidToken",
    ),
    reading=(
        Reading(
            "Fernet Spec, Token Format",
            "every byte of a token, and how it is made and checked",
            "https://github.com/fernet/spec/blob/master/Spec.md",
        ),
        rfc(2104, "2", "HMAC: how a hash function and a key make a tag"),
        Reading(
            "NIST SP 800-38A, section 6.2",
            "CBC, the mode in which Fernet uses AES, and what the random value is for",
            "https://csrc.nist.gov/pubs/sp/800/38/a/final",
        ),
    ),
)

DIFFIE_HELLMAN = Chapter(
    story=paragraphs("""
        Both sides need the same key, and the spy hears every word that they say. In 1976 Whitfield Diffie and Martin
        Hellman published how it can be done all the same: two who share nothing agree on a key in public.

        Each side draws a private number, computes a public value from it, and sends that. Then each combines its own
        private number with the public value of the other, and both come to the same result. It works because one
        direction is easy and the other is not: nobody knows a way to compute the private number from the public value
        in any reasonable time.

        The lab does it with X25519, which uses an elliptic curve, and whose values have 32 bytes. The result goes
        through HKDF, which makes a proper key of it, and with this key the server seals the message as a Fernet token.
        Then both throw their private numbers away. The next exchange begins with new ones, so nothing that is stolen
        tomorrow opens what was sent today.
    """),
    look=paragraphs("""
        Each attempt shows the two public values that crossed the wire. In the hex dump of the response the server's
        stands in clear, with the token right behind it. The spy has all of that.

        The second attempt has other values: a new key for every exchange.

        The evidence says `message key`: the judge opened the token with a key that the client had written down for it,
        and so knows that the message was in there. The spy has no such key.
    """),
    question="The spy has both public values. Why does it not combine them, as the two sides do?",
    answer=paragraph("""
        Neither side combines two public values: each takes one of them and its own private number. In the small numbers
        above, the key is 5 to the power of 9 times 14. From 5^9 and 5^14 the spy easily makes 5^(9 + 14), which is of
        no use. To multiply in the exponent, it needs one of the exponents, and these were never sent.
    """),
    try_this=Break(
        file="services/overheard_services/client/attempt.py",
        line='reply = ask(attempt.url, way, post={"public": party.public})',
        instead='reply = ask(attempt.url, way, post={"public": Party().public})',
        happens=paragraph("""
            The client sends a public value whose private number it forgets at once. Now it stands where the spy stands:
            it knows both public values, and neither private number. It gets `InvalidToken`. The verdict is
            INCONCLUSIVE: nobody but the server had the key, so not even the judge can prove what was in the token, and
            without proof it does not call anything protected.
        """),
        outcome=Outcome.INCONCLUSIVE,
        error="InvalidToken",
    ),
    reading=(
        rfc(7748, "6.1", "Diffie-Hellman with X25519, with an example in numbers"),
        rfc(2631, "2.1.1", "Diffie-Hellman as in the aside: powers modulo a prime"),
        rfc(5869, "2", "HKDF, which makes a key out of what was agreed on"),
    ),
    aside=steps(),
)

DIFFIE_HELLMAN_INTERCEPTED = Chapter(
    story=paragraphs("""
        So far the spy has only listened. One who sits on the way can do more: stop packets, change them, and answer in
        another's place. This is called an active attack. In the lab the name server lies: asked for the server's
        address, it gives that of the interceptor, and the client does not know the difference.

        The interceptor agrees on a key with the client, who takes it for the server, and on another key with the
        server, who takes it for the client. It opens the server's token with the one, reads, and seals the message anew
        with the other. All the mathematics is right. Each side does share a key with exactly one other, and that other
        is the spy. This is the man in the middle.

        Diffie-Hellman tells two how to get a key that no third has. It does not tell them with whom they have got it.
        What is missing is authentication: something that ties a public value to a name.
    """),
    look=paragraphs("""
        The interceptor wrote down the message, and how it came by it.

        There are two connections: from the client to the interceptor, and from there to the server. Wireshark shows the
        public values of each, and they are not the same.

        The client notices nothing. It got the message, without an error or a warning, and in as many bytes as in
        `diffie-hellman`.
    """),
    question="The two sides want to find out whether somebody sits between them. What could they do?",
    answer=paragraph("""
        Compare what each has got as the other's public value, on a way that the spy does not control: read it out on
        the telephone, or look at it when they meet. If the values differ, somebody has put in others. This is what the
        fingerprints of SSH and the safety numbers of messengers are for. It does not work with a server that one has
        never met; for that, somebody is needed whom both trust already.
    """),
    try_this=Break(
        file="services/overheard_services/client/belongings.py",
        line='through=INTERCEPTOR if attempt.intercepted else "",',
        instead='through="",',
        happens=paragraph("""
            The name server tells the truth again, and the client reaches the server itself. The spy can only listen to
            them, and its own keys open nothing: PROTECTED. Against those who only listen, Diffie-Hellman holds.
        """),
        outcome=Outcome.PROTECTED,
    ),
    reading=(
        rfc(3552, "3.3.5", "the man in the middle"),
        rfc(3552, "3.3", "what else an active attacker can do"),
        rfc(8446, "4.4.3", "how TLS ties an agreement to a name: the server signs what both have said"),
    ),
)
