"""Mail: Postfix and Dovecot, with STARTTLS that is demanded or not, and with TLS from the beginning (RFC 8314)."""

from __future__ import annotations

import imaplib
import shutil
import smtplib
import ssl
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from applications.heard import ABSENT, OVERHEARD, PASSWORD, PROVED, heard
from applications.servers import IS_ROOT, Place
from ports import free_ports
from required import fail_or_skip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from overheard.witness.pytest_plugin import Overheard

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mynetworks = 127.0.0.0/8
mydestination = oak.test
local_transport = discard:
local_recipient_maps =
alias_maps =
inet_interfaces = 127.0.0.1
smtpd_tls_cert_file = {files.certificate}
smtpd_tls_key_file = {files.key}
"""
MASTER_CF = """
{0} inet n - n - - smtpd -o smtpd_tls_security_level=none
{1} inet n - n - - smtpd -o smtpd_tls_security_level=may
{2} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
{3} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n - 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT_CONF = """
base_dir = {folder}/run
protocols = imap
listen = 127.0.0.1
ssl_cert = <{files.certificate}
ssl_key = <{files.key}
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
"""


class Ports(NamedTuple):
    """Ports: SMTP without TLS, with STARTTLS that is offered or demanded, and over TLS; IMAP, IMAPS; and the root."""

    none: int
    may: int
    demanded: int
    smtps: int
    imap: int
    imaps: int
    root: Path


@pytest.fixture(scope="module")
def servers(place: Place) -> Iterator[Ports]:
    if not IS_ROOT:
        fail_or_skip("local", "only root can start Postfix and Dovecot")
    first, place = free_ports(6), Place(place.folder, place.files, root=True)
    ports = Ports(first, first + 1, first + 2, first + 3, first + 4, first + 5, place.files.root)
    for name in ("queue", "data", "run", "mail"):
        place.make(name)
    shutil.chown(place.folder / "data", "postfix")
    shutil.chown(place.folder / "mail", "nobody", "nogroup")
    place.write("main.cf", MAIN_CF.format(folder=place.folder, files=place.files))
    place.write("master.cf", MASTER_CF.format(*ports[:4]))
    settings = {"password": PASSWORD.replace(" ", "-"), "imap": ports.imap, "imaps": ports.imaps}
    place.write("dovecot.conf", DOVECOT_CONF.format(folder=place.folder, files=place.files, **settings))
    smtp = place.running("postfix", "-c", place.folder, "start-fg", ports=ports[:4])
    with smtp, place.running("dovecot", "-F", "-c", "dovecot.conf", ports=ports[4:6]):
        yield ports


def send(port: int, context: ssl.SSLContext, starttls: str) -> None:
    """Send a mail: with STARTTLS `never`, `if offered` or `always`, or over TLS from the beginning (``)."""
    connect: Any = smtplib.SMTP if starttls else partial(smtplib.SMTP_SSL, context=context)
    with connect("localhost", port, local_hostname="client.test") as client:
        client.ehlo()
        if starttls == "always" or (starttls == "if offered" and client.has_extn("starttls")):
            client.starttls(context=context)
        client.sendmail("squirrel@oak.test", "acorn@oak.test", f"Subject: nuts\r\n\r\n{PASSWORD}\r\n")


SEARCHED = "PROTECTED searched: {} bytes of STARTTLS in clear"


@pytest.mark.parametrize(
    ("server", "starttls", "expected"),
    [
        ("may", "never", OVERHEARD),
        # Whoever can change what the server says removes its offer.
        ("none", "if offered", OVERHEARD),
        ("may", "if offered", SEARCHED),
        ("demanded", "always", SEARCHED),
        # Either side may demand it: then nothing is sent without.
        ("demanded", "never", ABSENT),
        ("none", "always", ABSENT),
        ("smtps", "", PROVED),
    ],
)
def test_a_mail(overheard: Overheard, servers: Ports, server: str, starttls: str, expected: str) -> None:
    port, refuses = getattr(servers, server), smtplib.SMTPException if expected == ABSENT else None
    found = heard(
        overheard, port, lambda: send(port, ssl.create_default_context(cafile=servers.root), starttls), refuses=refuses
    )
    assert without_number(found) == expected


def without_number(found: str) -> str:
    """Without the number of bytes, which depends on the version."""
    return " ".join("{}" if word.isdecimal() else word for word in found.split())


def log_in(client: AbstractContextManager[imaplib.IMAP4], context: ssl.SSLContext | None = None) -> None:
    with client as connection:
        if context:
            connection.starttls(context)
        connection.login("acorn", PASSWORD.replace(" ", "-"))
        connection.select()


def test_a_login(overheard: Overheard, servers: Ports) -> None:
    secret, context = PASSWORD.replace(" ", "-"), ssl.create_default_context(cafile=servers.root)

    def log_in_over_tls() -> None:
        log_in(imaplib.IMAP4_SSL("localhost", servers.imaps, ssl_context=context))

    def log_in_in_clear(context: ssl.SSLContext | None = None) -> None:
        log_in(imaplib.IMAP4("localhost", servers.imap), context)

    assert heard(overheard, servers.imap, log_in_in_clear, secret=secret) == OVERHEARD
    found = heard(overheard, servers.imap, lambda: log_in_in_clear(context), secret=secret)
    assert without_number(found) == SEARCHED
    assert heard(overheard, servers.imaps, log_in_over_tls, secret=secret, require="sealed") == PROVED
