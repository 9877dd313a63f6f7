"""Real clients that log in at a server of the tests, and what they say to it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

USER, WORD = "nut", "acorns7"
_HTTP = b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nWWW-Authenticate: %b\r\n\r\n"
# A challenge of NTLM (MS-NLMP, 2.2.1.2): no target, and the flags that a client needs.
_NTLM = b"NTLM TlRMTVNTUAACAAAAAAAAADgAAAABAoIAASNFZ4mrze8AAAAAAAAAAAAAAAA4AAAA"
_REJECTED = bytes.fromhex("300c02010161070a013104000400")


class Client(NamedTuple):
    """A program, the kind of credential that it sends, and what it is answered by what it says.

    The first answer whose key is in what the client said is sent; that of the empty key, to everything else. `{tag}` is
    the first word of that.
    """

    code: str
    command: str
    answers: Mapping[bytes, bytes] = {}
    greeting: bytes = b""
    variables: Mapping[str, str] = {}


CURL = f"curl -sS -m 5 -u {USER}:{WORD}"
_SMTP = {b"EHLO": b"250-oak\r\n250 AUTH PLAIN LOGIN CRAM-MD5\r\n", b"AUTH LOGIN": b"334 VXNlcm5hbWU6\r\n"}
CLIENTS = {
    "ftp": Client(
        "ftp-pop3-login", CURL + " ftp://127.0.0.1:{port}/", {b"USER": b"331 ?\r\n", b"": b"530 no\r\n"}, b"220 oak\r\n"
    ),
    "pop3": Client(
        "ftp-pop3-login",
        CURL + " pop3://127.0.0.1:{port}/",
        {b"CAPA": b"+OK\r\nUSER\r\n.\r\n", b"USER": b"+OK\r\n", b"": b"-ERR\r\n"},
        b"+OK oak\r\n",
    ),
    "pop3 with apop": Client(
        "pop3-apop", CURL + " pop3://127.0.0.1:{port}/", {b"": b"-ERR\r\n"}, b"+OK oak <1896.697170952@oak>\r\n"
    ),
    "imap": Client(
        "imap-login",
        CURL + " imap://127.0.0.1:{port}/",
        {b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n{tag} OK\r\n", b"": b"{tag} NO\r\n"},
        b"* OK oak\r\n",
    ),
    "imap with sasl": Client(
        "sasl-plain",
        CURL + " imap://127.0.0.1:{port}/",
        {
            b"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK\r\n",
            b"AUTHENTICATE": b"+ \r\n",
            b"": b"A002 NO\r\n",
        },
        b"* OK oak\r\n",
    ),
    **{
        f"smtp {mechanism}": Client(
            code,
            CURL + f" --login-options AUTH={mechanism} smtp://127.0.0.1:{{port}}/ --mail-from a@oak --mail-rcpt b@oak",
            {
                **_SMTP,
                b"CRAM-MD5": b"334 PDEuMkBvYWs+\r\n",
                b"AUTH PLAIN": b"334 \r\n",
                b"bnV0\r\n": b"334 UGFzc3dvcmQ6\r\n",
                b"": b"535 no\r\n",
            },
            b"220 oak\r\n",
        )
        for mechanism, code in (("PLAIN", "sasl-plain"), ("LOGIN", "sasl-login"), ("CRAM-MD5", "sasl-cram-md5"))
    },
    "http basic": Client("http-basic", CURL + " http://127.0.0.1:{port}/", {b"": _HTTP % b"Basic"}),
    "http digest": Client(
        "http-digest",
        CURL + " --digest http://127.0.0.1:{port}/",
        {b"": _HTTP % b'Digest realm="oak", nonce="dcd98b7102dd2f0e", qop="auth"'},
    ),
    "http ntlm": Client("ntlm-response", CURL + " --ntlm http://127.0.0.1:{port}/", {b"": _HTTP % _NTLM}),
    "http form": Client(
        "form-field", f"curl -sS -m 5 -d user=x -d password={WORD} http://127.0.0.1:{{port}}/", {b"": _HTTP % b"x"}
    ),
    "ldap": Client("ldap-bind", CURL.replace(USER, f"cn={USER}") + " ldap://127.0.0.1:{port}/dc=oak", {b"": _REJECTED}),
    "mqtt": Client("mqtt-password", CURL + " -d x mqtt://127.0.0.1:{port}/oak", {b"": b"\x20\x02\x00\x05"}),
    "socks": Client(
        "socks-password",
        f"curl -sS -m 5 -x socks5h://{USER}:{WORD}@127.0.0.1:{{port}} http://oak.example/",
        {USER.encode(): b"\x01\x01", b"": b"\x05\x02"},
    ),
    "redis": Client("redis-password", f"redis-cli -p {{port}} --user {USER} --pass {WORD} ping", {b"": b"+OK\r\n"}),
    "psql": Client(
        "postgresql-password",
        f"psql -h 127.0.0.1 -p {{port}} -U {USER} -w oak",
        {b"user": b"R\x00\x00\x00\x08\x00\x00\x00\x03", b"": b"E\x00\x00\x00\x0aCxxxxx"},
        variables={"PGPASSWORD": WORD, "PGSSLMODE": "disable", "PGGSSENCMODE": "disable"},
    ),
    "psql with md5": Client(
        "postgresql-md5",
        f"psql -h 127.0.0.1 -p {{port}} -U {USER} -w oak",
        {b"user": b"R\x00\x00\x00\x0c\x00\x00\x00\x05salt", b"": b"E\x00\x00\x00\x0aCxxxxx"},
        variables={"PGPASSWORD": WORD, "PGSSLMODE": "disable", "PGGSSENCMODE": "disable"},
    ),
}


def missing(client: Client) -> str:
    """The program that is not installed; empty if it is."""
    program = client.command.split()[0]
    return "" if shutil.which(program) else program


def said_by(client: Client) -> bytes:
    """All that a client says, on all its connections."""
    said: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, client, said), daemon=True).start()
        command = client.command.format(port=server.getsockname()[1]).split()
        environment = {"PATH": os.environ["PATH"], **client.variables}
        subprocess.run(command, env=environment, input=b"", capture_output=True, check=False, timeout=30)
    return b"".join(said)


def _serve(server: socket.socket, client: Client, said: list[bytes]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_talk, args=(connection, client, said), daemon=True).start()


def _talk(connection: socket.socket, client: Client, said: list[bytes]) -> None:
    with connection:
        connection.sendall(client.greeting)
        try:
            while data := connection.recv(65536):
                said.append(data)
                answer = next((answer for key, answer in client.answers.items() if key in data), b"")
                connection.sendall(answer.replace(b"{tag}", data.split()[0] if data.split() else b""))
                if answer[:1] == b"E" or answer[:9] == _REJECTED[:9]:
                    return
        except OSError:
            return
