"""A server of SMTP, by the library aiosmtpd, and letters."""

from __future__ import annotations

import logging
import smtplib
from contextlib import contextmanager
from email.message import EmailMessage, Message
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from corpus.scene import Scene


# It warns of its own ways.
logging.getLogger("mail.log").setLevel(logging.ERROR)


def _welcome(*_: object) -> AuthResult:
    return AuthResult(success=True)


def serve(scene: Scene, tls: ssl.SSLContext | None = None) -> None:
    """Take letters, and passwords, too."""
    post = Controller(
        Sink(), hostname=scene.host, port=25, authenticator=_welcome, auth_require_tls=False, tls_context=tls
    )
    # Its loop runs in a thread that it starts, and is at the side of the one that starts it.
    with scene.tap.server.entered():
        post.start()
    scene.rest.callback(post.stop)


@contextmanager
def client(scene: Scene) -> Iterator[smtplib.SMTP]:
    """A client that has said hello."""
    with smtplib.SMTP(scene.host, 25, local_hostname="nest", timeout=20) as smtp:
        smtp.ehlo()
        yield smtp


def letter(subject: str = "Word") -> EmailMessage:
    """A letter without content."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "nut@oak.example", "acorn@oak.example", subject
    return message


def send(scene: Scene, message: Message) -> None:
    """Send a letter."""
    serve(scene)
    with client(scene) as smtp:
        smtp.send_message(message, "nut@oak.example", ["acorn@oak.example"])
