"""Mail: messages in all encodings, and the passwords of SMTP, POP3 and IMAP."""

from __future__ import annotations

import base64
import imaplib
import poplib
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.mime.text import MIMEText
from functools import partial
from typing import TYPE_CHECKING

from corpus.case import FLUFFY, TROUBADOUR, harmless, leak
from corpus.encoded import base64_of
from corpus.packed import gz, page, zipped
from corpus.programs import lines, mail
from corpus.tls import certificate, trusting

if TYPE_CHECKING:
    from corpus.scene import Scene

_QUOTED = b"Tr0ub4dor&3 =C3=BCn=C3=AFc=C3=B6d=C3=A9"


def written(text: str, encoding: str, wire: bytes | None = None, *, scene: Scene) -> bytes | None:
    """A message with this text, in this transfer encoding."""
    letter = mail.letter()
    letter.set_content(text, cte=encoding)
    mail.send(scene, letter)
    return wire


def in_base64(text: str, *, scene: Scene) -> bytes:
    """A message in base64, with line breaks within the secret."""
    letter = mail.letter()
    letter.set_content(text, cte="base64")
    mail.send(scene, letter)
    return base64_of(text.encode(), FLUFFY.encode(), width=76)[1]


def attached(content: bytes, name: str, *, scene: Scene) -> bytes:
    """A message with an attachment."""
    letter = mail.letter()
    letter.set_content("Please find the nest attached.\n")
    letter.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    mail.send(scene, letter)
    return base64.encodebytes(content).replace(b"\n", b"\r\n")[:-2]


def named(name: str, *, scene: Scene) -> None:
    """A message with the secret in the name of an attachment."""
    attached(b"acorns", name, scene=scene)


def two_forms(*, scene: Scene) -> None:
    """A message as text and as HTML, with the secret in the latter."""
    letter = mail.letter()
    letter.set_content("Use a better program.\n")
    letter.add_alternative(f"<p>The word is <b>{FLUFFY}</b></p>\n", subtype="html")
    mail.send(scene, letter)


def about(encoding: int, *, scene: Scene) -> bytes:
    """A message with an encoded word in its subject, in one of the two encodings."""
    charset = Charset("utf-8")
    charset.header_encoding = encoding
    letter, subject = MIMEText("See above.\n"), Header(TROUBADOUR, charset).encode()
    letter["Subject"] = subject
    mail.send(scene, letter)
    return subject.split("?")[3].encode()


def login(mechanism: str, password: str, *, scene: Scene) -> bytes:
    """An SMTP login."""
    mail.serve(scene)
    with mail.client(scene) as smtp:
        smtp.user, smtp.password = "nut", password
        smtp.auth(mechanism, getattr(smtp, f"auth_{mechanism.lower()}"))
    said = f"\0nut\0{password}" if mechanism == "PLAIN" else password
    return base64_of(said.encode(), password.encode())[1]


def dotted(*, scene: Scene) -> None:
    """A line that begins with a dot, which SMTP doubles."""
    letter = mail.letter()
    letter.set_content(f".{FLUFFY}\n..\n")
    mail.send(scene, letter)


def starttls(before: str, inside: str, *, scene: Scene) -> None:
    """A message within TLS, and data before STARTTLS."""
    mail.serve(scene, tls=certificate("oak.example").server())
    with mail.client(scene) as smtp:
        if before:
            smtp.ehlo(before)
        smtp.starttls(context=trusting())
        letter = mail.letter()
        letter.set_content(inside)
        smtp.send_message(letter)


def starttls_refused(*, scene: Scene) -> None:
    """A server without TLS, and a client that continues in clear."""
    mail.serve(scene)
    with mail.client(scene) as smtp:
        smtp.docmd("STARTTLS")
        letter = mail.letter()
        letter.set_content(FLUFFY)
        smtp.send_message(letter)


_POP = {
    b"USER": b"+OK\r\n",
    b"PASS": b"+OK\r\n",
    b"RETR": b"+OK 60 octets\r\nSubject: Word\r\n\r\nthe word is fluffy tail\r\n.\r\n",
    b"": b"-ERR\r\n",
    b"QUIT": b"+OK\r\n",
}
_IMAP = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n%T OK done\r\n",
    b"SELECT": b"* 1 EXISTS\r\n%T OK done\r\n",
    b"FETCH": b"* 1 FETCH (BODY[] {25}\r\nthe word is fluffy tail\r\n)\r\n%T OK done\r\n",
    b"AUTHENTICATE PLAIN": b"+ \r\n",
    b"LOGOUT": b"* BYE\r\n%T OK done\r\n",
    b"": b"%T OK done\r\n",
}


def pop(password: str, *, fetch: bool = False, scene: Scene) -> None:
    """Fetching a message with POP3."""
    lines.serve(scene, 110, b"+OK oak\r\n", _POP)
    box = poplib.POP3(scene.host, 110, timeout=20)
    box.user("nut")
    box.pass_(password)
    if fetch:
        box.retr(1)
    box.quit()


def imap(password: str, *, fetch: bool = False, scene: Scene) -> None:
    """Fetching a message with IMAP."""
    lines.serve(scene, 143, b"* OK oak\r\n", _IMAP, b"LOGOUT")
    box = imaplib.IMAP4(scene.host, 143, timeout=20)
    box.login("nut", password)
    if fetch:
        box.select()
        box.fetch("1", "(BODY[])")
    box.logout()


# Long enough for a soft line break within the secret.
_LINE = "The squirrels said: in the end, after all those acorns, the word is fluffy tail, and went.\n"

CASES = [
    leak("smtp-text", partial(written, "the word is fluffy tail\n", "7bit")),
    leak("smtp-8bit", partial(written, f"{TROUBADOUR}\n", "8bit", TROUBADOUR.encode()), secret=TROUBADOUR),
    leak(
        "smtp-quoted-printable",
        partial(written, f"{TROUBADOUR} = word\n", "quoted-printable", _QUOTED),
        spelling="quoted-printable",
        secret=TROUBADOUR,
    ),
    leak(
        "smtp-quoted-printable-broken",
        partial(written, _LINE, "quoted-printable", b"fluffy ta=\r\nil"),
        spelling="quoted-printable",
    ),
    leak(
        "smtp-base64",
        partial(in_base64, "acorns in the nest and also the word is fluffy tail\n"),
        spelling="base64, at 1",
    ),
    leak("smtp-gzip", partial(attached, gz(page()), "nest.gz"), "base64", "gzip"),
    leak("smtp-zip", partial(attached, zipped("nest.txt", page()), "nest.zip"), "base64", "zip"),
    leak("smtp-file-name", partial(named, f"{FLUFFY}.txt")),
    leak("smtp-html", two_forms),
    leak("smtp-subject", partial(about, QP), spelling="MIME encoded word", secret=TROUBADOUR),
    leak("smtp-subject-base64", partial(about, BASE64), spelling="base64, at 0", secret=TROUBADOUR),
    leak("smtp-auth-plain", partial(login, "PLAIN", FLUFFY), spelling="base64, at 2"),
    leak("smtp-auth-login", partial(login, "LOGIN", FLUFFY), spelling="base64, at 0"),
    leak("smtp-dot", dotted),
    leak("smtp-before-starttls", partial(starttls, FLUFFY, "acorn")),
    leak("smtp-starttls-refused", starttls_refused),
    leak("pop3-password", partial(pop, FLUFFY)),
    leak("pop3-letter", partial(pop, "acorn", fetch=True)),
    leak("imap-password", partial(imap, FLUFFY)),
    leak("imap-letter", partial(imap, "acorn", fetch=True)),
    harmless("smtp-starttls", partial(starttls, "", FLUFFY)),
    harmless("smtp-gzip-other-word", partial(attached, gz(page("fluffy rail")), "nest.gz")),
    harmless("smtp-auth-other-word", partial(login, "PLAIN", "fluffy tai1")),
    harmless(
        "smtp-quoted-printable-other-word", partial(written, _LINE.replace("fluffy", "flufty"), "quoted-printable")
    ),
    harmless("pop3-half-password", partial(pop, "fluffy")),
    harmless("imap-two-halves", partial(imap, 'fluffy" "tail')),
]
