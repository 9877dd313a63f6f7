"""An SMTP server, by the library aiosmtpd, and messages."""

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


# aiosmtpd raises deprecation warnings itself.
logging.getLogger("mail.log").setLevel(logging.ERROR)


def _welcome(*_: object) -> AuthResult:
    return AuthResult(success=True)


def serve(scene: Scene, tls: ssl.SSLContext | None = None) -> None:
    """Accept messages and passwords."""
    post = Controller(
        Sink(), hostname=scene.host, port=25, authenticator=_welcome, auth_require_tls=False, tls_context=tls
    )
    # Its thread inherits the side of the thread that starts it.
    with scene.tap.server.entered():
        post.start()
    scene.rest.callback(post.stop)


@contextmanager
def client(scene: Scene) -> Iterator[smtplib.SMTP]:
    """A client that has sent EHLO."""
    with smtplib.SMTP(scene.host, 25, local_hostname="nest", timeout=20) as smtp:
        smtp.ehlo()
        yield smtp


def letter(subject: str = "Word") -> EmailMessage:
    """A message without content."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "nut@oak.example", "acorn@oak.example", subject
    return message


def send(scene: Scene, message: Message) -> None:
    """Send a message."""
    serve(scene)
    with client(scene) as smtp:
        smtp.send_message(message, "nut@oak.example", ["acorn@oak.example"])
