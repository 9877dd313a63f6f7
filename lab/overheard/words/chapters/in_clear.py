"""What the first part teaches: whoever is on the path can read, and a secret method is no key."""

from __future__ import annotations

from math import factorial

from overheard.words.caesar import ALPHABET, SHIFTS, likeliest, shifted
from overheard.words.chapter import Break, Chapter, Reading, paragraph, paragraphs, rfc
from overheard.words.colours import rounded
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.spelling import shifted_by
from overheard.words.verdict import Outcome

# The message with each letter replaced by the one before it.
_CIPHERTEXT = shifted(SECRET_MESSAGE, -1)
_FIRST = SECRET_MESSAGE.split()[0]
# The key that a reader tries in its place.
_OTHER_SHIFT = 13

HTTP = Chapter(
    story=paragraphs("""
        The Secret Squirrels are a club. They have a server that tells their secret message, `fluffy tail`, and whoever
        knows it is told where the nuts are. A squirrel gets it with HTTP, the protocol that fetches web pages: her
        program, the client, sends a request, the server sends a response, and both are text.

        Between the two are wires, radio and other people's machines. The data crosses all of them as packets: pieces
        of usually no more than 1,500 bytes, each with the addresses of its sender and its receiver in front. A spy
        anywhere on that path can copy every packet. Nobody notices: nothing is missing, and nothing is changed. This is
        called a passive attack.

        HTTP hides nothing, and was never meant to: it leaves that to the protocols below it. So the spy reads what the
        squirrel reads. In the lab a recorder takes the place of the spy, and a judge searches the recording. Here it
        must say `OVERHEARD`. This scenario is also the lab's positive control: if the judge did not find the message
        here, nobody could believe it when it finds nothing elsewhere.
    """),
    look=paragraphs(f"""
        The verdict names a frame, which is a packet as it was on the wire, and the byte at which the message begins.

        In the hex dump of that frame the marked bytes are `{SECRET_MESSAGE.encode().hex(" ")}`: a number for each
        character. On the right are the same bytes as text: `{SECRET_MESSAGE}`.

        Above them are the headers of the response. They are in clear as well, and show which program the server runs
        and the time on its clock.
    """),
    question="How could the squirrel find out that somebody has listened?",
    answer=paragraph("""
        She cannot. A copy changes nothing that she could measure, neither in the packets nor in the time that they take
        to arrive. So there is no point in waiting for signs of a spy. The data must be worthless to everybody else,
        even if every packet of it is recorded.
    """),
    try_this=Break(
        file="services/overheard_services/server/app.py",
        line="return _text(message)",
        instead="return _text(message.encode().hex())",
        happens=paragraph("""
            The server now writes the message in hexadecimal. The client, which expects plain text, does not get the
            message any more. The spy does: the verdict is still OVERHEARD, with the spelling `hexadecimal`. Writing
            the same thing with other symbols is called encoding. Undoing it takes no key, so it hides nothing.
        """),
        outcome=Outcome.OVERHEARD,
        error="the server sent something else",
    ),
    reading=(
        rfc(9112, "11.4", "HTTP leaves it to the protocols below to keep a message confidential"),
        rfc(3552, "3.2", "what a passive attacker, who only reads packets, can do"),
        rfc(7258, "1", "why the designers of the Internet call mass surveillance an attack"),
    ),
)

SUBSTITUTION = Chapter(
    story=paragraphs(f"""
        The squirrels invent a secret method. Instead of each letter the server sends the one before it in the alphabet:
        A for B, and Z for A. The client replaces each letter by the next one, and has the message again. Such a method
        is called a substitution cipher, and this kind, where the whole alphabet is shifted, is named after Caesar. The
        input is the plaintext, the output the ciphertext, and the number of places is the key.

        There are {len(SHIFTS)} keys: a shift by {len(ALPHABET)} changes nothing. The spy tries them all and looks for
        the one that makes sense. A program can do that, too, without knowing the message: in English some pairs of
        letters are common, and others never occur.

        It does not help that nobody told the spy the method. It is in every client, members leave, and people guess. In
        1883 Auguste Kerckhoffs drew the conclusion that still holds: a cipher must be secure even if the enemy knows
        everything about it except the key. This is Kerckhoffs's principle. So what we need is a method that anybody may
        know, and a key that nobody can guess or find by trying.
    """),
    look=paragraphs(f"""
        The marked bytes read `{_CIPHERTEXT}`. Below them are the {len(SHIFTS)} tries, and the arrow points at the one
        that is most like English: shift {likeliest(_CIPHERTEXT).shift}, and the message.

        The ciphertext keeps the shape of the message: the words are as long as before, and where `{_FIRST}` has the
        same letter three times, so does `{_CIPHERTEXT.split()[0]}`.

        The client got the message: for those who know the method, it works. That is why bad ciphers live so long.
    """),
    question=paragraph(f"""
        Instead of a shift, the squirrels could agree on any order of the {len(ALPHABET)} letters. There are about
        {rounded(factorial(len(ALPHABET)))} of those, too many to try. Would that be secure?
    """),
    answer=paragraph("""
        No. Each letter still becomes the same other letter everywhere, so the counts survive: in a long English text
        the most common letter stands for E, and the others follow. This is called frequency analysis, and is more than
        a thousand years old. Many keys are necessary, but not sufficient: a good ciphertext shows nothing of the
        plaintext except its length.
    """),
    try_this=Break(
        file="services/overheard_services/disguise/substitution.py",
        line="CIPHER = dict(zip(_ALPHABET, _ALPHABET[-1:] + _ALPHABET[:-1], strict=True))",
        instead=f"CIPHER = dict(zip(_ALPHABET, _ALPHABET[{_OTHER_SHIFT}:] + _ALPHABET[:{_OTHER_SHIFT}], strict=True))",
        happens=paragraph(f"""
            Another key: all letters move by {_OTHER_SHIFT} places. The client still reads the message, because it
            derives its table from this one. The spy needs no more time than before: the arrow now points at try
            {_OTHER_SHIFT}, and the verdict is OVERHEARD. The lab only notes that it expected another shift.
        """),
        outcome=Outcome.OVERHEARD,
        wrong=f"is seen {shifted_by(_OTHER_SHIFT)}",
    ),
    reading=(
        rfc(4949, "4", "a glossary of security terms: see Caesar cipher, cryptanalysis, and key"),
        Reading(
            "NIST SP 800-123, section 2.4",
            "open design: security must not depend on keeping the implementation secret",
            "https://csrc.nist.gov/pubs/sp/800/123/final",
        ),
    ),
)
