"""What the second part teaches: strong ciphers, and how two parties get a shared key."""

from __future__ import annotations

from overheard.words.chapter import Break, Chapter, Reading, paragraph, paragraphs, rfc
from overheard.words.colours import CLIENT, COMMON, SERVER, steps
from overheard.words.lengths import BLOCK, X25519, in_base64, token
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.verdict import Outcome

# The token of the message.
_TOKEN = token(len(SECRET_MESSAGE))

FERNET = Chapter(
    story=paragraphs("""
        Now a strong cipher. Fernet is a recipe of well-known parts: from a message and a key it makes a token. The key
        is 32 random bytes. Sixteen of them encrypt the message with AES in CBC mode; the other sixteen make a tag with
        HMAC-SHA256, which nobody can make without them. The recipe is public, as Kerckhoffs demands. Trying all AES
        keys would take 2^128 tries, more than all computers together can make.

        This is authenticated encryption: it keeps a message secret, and it also shows whether the token was changed.
        The tag is checked before anything is decrypted. A token that was encrypted with another key, or changed by as
        little as one bit, is refused.

        Each token also contains a new random value. The same message, encrypted twice with the same key, gives two
        tokens that look nothing alike, so the spy cannot even tell that the message is the same.

        One question is left: how did both sides get the key? Fernet is symmetric: the same key encrypts and decrypts.
        In the lab the key is delivered in a file, without any wire. Two squirrels in far-off trees cannot do that. They
        have only the wire, and there the spy would read the key as well.
    """),
    look=paragraphs(f"""
        Three attempts: with the shared key the client reads the message; with another one it gets `InvalidToken`; with
        none it has the token, as the spy does.

        Compare the token of the last attempt with the one in the packet: the same message and the same key. Only their
        first characters are the same: those are the version and the time.

        The message has {len(SECRET_MESSAGE)} characters and its token {in_base64(_TOKEN)}: version, time, random value,
        ciphertext and tag take {_TOKEN} bytes, which are {in_base64(_TOKEN)} characters in base64.
    """),
    question="The spy cannot decrypt a token. What can it still learn from one?",
    answer=paragraph(f"""
        When it was made, to the second: the time is in it, unencrypted. How long the message is, give or take {BLOCK}
        bytes, which is the block size of AES. And who asked whom, as always. The spy can also keep the token and send
        it again tomorrow, and it will still be accepted. Against such a replay, Fernet lets the receiver refuse tokens
        older than a number of seconds; the lab's client does not do that.
    """),
    try_this=Break(
        file="services/overheard_services/disguise/fernet.py",
        line="return fernet.decrypt(token.encode()).decode()",
        instead='return fernet.decrypt(token.replace("gAAAA", "gAAAB", 1).encode()).decode()',
        happens=paragraph("""
            One bit of the token is changed before it is decrypted, as a spy who cannot read it might do. It is a bit of
            the time; the ciphertext is unchanged, and the key is right. The client still gets `InvalidToken`, because
            the tag covers everything. The verdict is still PROTECTED: the spy has learned nothing.
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
    story=paragraphs(f"""
        Both sides need the same key, and the spy hears every word that they say. In 1976 Whitfield Diffie and Martin
        Hellman published how it can still be done: two parties who share nothing agree on a key in public.

        Each side picks a random private number, computes a public value from it, and sends that. Then each combines its
        own private number with the other's public value, and both get the same result. It works because one direction
        is easy and the other is not: nobody knows how to compute the private number from the public value in any
        reasonable time.

        The lab does it with X25519, which uses an elliptic curve and has values of {X25519} bytes. HKDF turns the
        result into a proper key, and with this key the server encrypts the message as a Fernet token. Then both discard
        their private numbers. The next exchange begins with new ones, so nothing that is stolen tomorrow decrypts what
        was sent today.
    """),
    look=paragraphs("""
        Each attempt shows the two public values that crossed the wire. In the hex dump of the response the server's
        value is in clear, directly followed by the token. The spy has all of that.

        The second attempt has other values: a new key for every exchange.

        The evidence says `message key`: the judge decrypted the token with a key that the client had saved for it, and
        so knows that the message was in it. The spy has no such key.
    """),
    question="The spy has both public values. Why does it not combine them, as the two sides do?",
    answer=paragraph(f"""
        Neither side combines two public values: each uses one of them and its own private number. In the small numbers
        above, the key is {COMMON} to the power of {CLIENT} times {SERVER}. From {COMMON}^{CLIENT} and {COMMON}^{SERVER}
        the spy can easily compute {COMMON}^({CLIENT} + {SERVER}), which is useless. To multiply in the exponent, it
        needs one of the exponents, and these were never sent.
    """),
    try_this=Break(
        file="services/overheard_services/client/attempt.py",
        line='reply = ask(attempt.url, way, post={"public": party.public})',
        instead='reply = ask(attempt.url, way, post={"public": Party().public})',
        happens=paragraph("""
            The client sends a public value whose private number it forgets at once. Now it is in the position of the
            spy: it knows both public values, and neither private number. It gets `InvalidToken`. The verdict is
            INCONCLUSIVE: nobody but the server had the key, so not even the judge can prove what was in the token, and
            without proof it does not call anything protected.
        """),
        outcome=Outcome.INCONCLUSIVE,
        error="InvalidToken",
    ),
    reading=(
        rfc(7748, "6.1", "Diffie-Hellman with X25519, with an example in numbers"),
        rfc(2631, "2.1.1", "Diffie-Hellman as in the aside: powers modulo a prime"),
        rfc(5869, "2", "HKDF, which derives a key from the shared secret"),
    ),
    aside=steps(),
)

DIFFIE_HELLMAN_INTERCEPTED = Chapter(
    story=paragraphs("""
        So far the spy has only listened. A spy on the path can do more: stop packets, change them, and answer in
        somebody else's place. This is called an active attack. In the lab the name server lies: asked for the server's
        address, it gives the interceptor's, and the client does not notice the difference.

        The interceptor agrees on one key with the client, which takes it for the server, and on another key with the
        server, which takes it for the client. It decrypts the server's token with one key, reads the message, and
        encrypts it again with the other. All the mathematics is right. Each side does share a key with exactly one
        other party, and that party is the spy. This is the man in the middle.

        Diffie-Hellman gives two parties a key that no third party has. It does not tell them with whom they share it.
        What is missing is authentication: something that binds a public value to a name.
    """),
    look=paragraphs("""
        The interceptor wrote down the message, and how it got it.

        There are two connections: from the client to the interceptor, and from there to the server. Wireshark shows the
        public values of each, and they are not the same.

        The client notices nothing. It got the message, without an error or a warning, and with as many bytes as in
        `diffie-hellman`.
    """),
    question="The two sides want to find out whether somebody is between them. What could they do?",
    answer=paragraph("""
        Compare the public values that each has received, over a channel that the spy does not control: read them out on
        the telephone, or compare them in person. If the values differ, somebody has replaced them. This is what SSH
        fingerprints and the safety numbers of messengers are for. It does not work with a server that you have never
        met; that takes somebody whom both sides already trust.
    """),
    try_this=Break(
        file="services/overheard_services/client/client_files.py",
        line='through=INTERCEPTOR if attempt.intercepted else "",',
        instead='through="",',
        happens=paragraph("""
            The name server tells the truth again, and the client reaches the server itself. The spy can only listen,
            and its own keys decrypt nothing: PROTECTED. Against a spy who only listens, Diffie-Hellman is secure.
        """),
        outcome=Outcome.PROTECTED,
    ),
    reading=(
        rfc(3552, "3.3.5", "the man in the middle"),
        rfc(3552, "3.3", "what else an active attacker can do"),
        rfc(8446, "4.4.3", "how TLS binds a key agreement to a name: the server signs what both have said"),
    ),
)
