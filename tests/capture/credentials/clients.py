"""Real clients that log in at a server of the tests, and what they say to it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

USER, WORD = "nut", "acorns7"
_HTTP = b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nWWW-Authenticate: %b\r\n\r\n"
# A challenge of NTLM (MS-NLMP, 2.2.1.2): no target, and the flags that a client needs.
_NTLM = b"NTLM TlRMTVNTUAACAAAAAAAAADgAAAABAoIAASNFZ4mrze8AAAAAAAAAAAAAAAA4AAAA"
_SIP_FIELD = re.compile(rb"(?:Via|From|To|Call-ID|CSeq):[^\n]*\n")
# As vncpasswd writes it, encrypted with a key that everybody knows.
_VNC_WORD = bytes.fromhex("0f8a3a2a64d1e6b1")
_REJECTED = bytes.fromhex("300c02010161070a013104000400")


class Client(NamedTuple):
    """A program, the kind of credential that it sends, and what it is answered by what it says.

    `typed` is what it reads from its standard input. The first answer whose key is in what the client said is sent;
    that of the empty key, to everything else. `{tag}` is the first word of that, and `{fields}` are the fields of SIP
    that are repeated (RFC 3261, 8.2.6.2). An answer that begins with E is the last one.
    """

    code: str
    command: str
    answers: Mapping[bytes, bytes] = {}
    greeting: bytes = b""
    variables: Mapping[str, str] = {}
    typed: bytes = b""


def _mysql(greeting: bytes) -> bytes:
    """The first packet of a server, of protocol 10."""
    body = b"\x0a" + greeting + b"mysql_native_password\0"
    return len(body).to_bytes(3, "little") + b"\0" + body


def _amqp(text: bytes) -> bytes:
    """A long string."""
    return len(text).to_bytes(4) + text


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
    "mariadb": Client(
        "mysql-response",
        f"mariadb -h 127.0.0.1 -P {{port}} -u {USER} -p{WORD} --skip-ssl oak",
        {b"": b"E"},
        _mysql(b"5.5.5-10.11\0\x07\0\0\x00acornsal\0\x0f\xf7\x21\x02\0\x0f\0\x15" + bytes(10) + b"tandpepperss\0"),
    ),
    "tsql": Client(
        "tds-password",
        f"tsql -H 127.0.0.1 -p {{port}} -U {USER} -P {WORD}",
        # The version of the server, and that it cannot encrypt (MS-TDS, 2.2.6.5).
        {b"\x12\x01": bytes.fromhex("0401001a0000010000000b00060100110001ff0f0007d0000002"), b"": b"E"},
    ),
    "amqp": Client(
        "amqp-password",
        f"amqp-publish -u amqp://{USER}:{WORD}@127.0.0.1:{{port}}/ -r x -b y",
        {
            b"AMQP": bytes.fromhex("0100000000001c000a000a000900000000") + _amqp(b"PLAIN") + _amqp(b"en_US") + b"\xce",
            b"": b"E",
        },
    ),
    "nntp": Client(
        "nntp-login",
        f"nntp-list -S 127.0.0.1:{{port}} -U {USER} -P {WORD} --no-netrc -t 5",
        {b" user ": b"381 ?\r\n", b" pass ": b"281 fine\r\n", b"LIST": b"215 here\r\n.\r\n", b"": b"500 no\r\n"},
        b"200 oak\r\n",
    ),
    "irc": Client("irc-password", f"sic -h 127.0.0.1 -p {{port}} -n {USER} -k {WORD}"),
    "irc with nickserv": Client(
        "irc-nickserv",
        f"sic -h 127.0.0.1 -p {{port}} -n {USER}",
        typed=f":m NickServ IDENTIFY {WORD}\n".encode(),
    ),
    "sip": Client(
        "sip-digest",
        f"sipsak -U -E tcp -s sip:{USER}@127.0.0.1:{{port}} -a {WORD} -C sip:{USER}@127.0.0.1",
        {
            b"": b"SIP/2.0 401 No\r\n{fields}Content-Length: 0\r\n"
            b"WWW-Authenticate: Digest realm=oak, nonce=dcd98b71\r\n\r\n"
        },
    ),
    "vnc": Client(
        "vnc-response",
        "vncsnapshot -quiet -passwd {folder}/word 127.0.0.1:{display} {folder}/picture.jpg",
        {b"RFB": b"\0\0\0\2" + bytes(range(16)), b"": b"E"},
        b"RFB 003.003\n",
    ),
    **{
        f"http {code}": Client(code, f"curl -sS -m 5 {option} http://127.0.0.1:{{port}}/", {b"": _HTTP % b"x"})
        for code, option in {
            "http-bearer": f"--oauth2-bearer 1walnut2almond3{WORD}",
            "http-cookie": f"-b lang=en;sessionid=1walnut2almond3{WORD}",
            "http-field": f"-H X-Api-Key:1walnut2almond3{WORD}",
            "json-field": f'-H Content-Type:application/json -d {{{{"password":"{WORD}"}}}}',
            "xml-field": f"-d <Password>{WORD}</Password>",
            "url-password": f"-d https://{USER}:{WORD}@oak.example/",
        }.items()
    },
    # With what a test gives it.
    "http body": Client("", "curl -sS -m 5 --data-binary @- http://127.0.0.1:{port}/", {b"": _HTTP % b"x"}),
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


def said_by(client: Client, folder: Path) -> bytes:
    """All that a client says, on all its connections. It may have files in the folder."""
    said: list[bytes] = []
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        acceptor = threading.Thread(target=_serve, args=(server, client, said, ended), daemon=True)
        acceptor.start()
        port = server.getsockname()[1]
        # Of VNC, a display is a port.
        command = client.command.format(port=port, display=port - 5900, folder=folder).split()
        (folder / "word").write_bytes(_VNC_WORD)
        environment = {"PATH": os.environ["PATH"], **client.variables}
        subprocess.run(command, env=environment, input=client.typed, capture_output=True, check=False, timeout=30)
        ended.set()
        acceptor.join()
    return b"".join(said)


def _serve(server: socket.socket, client: Client, said: list[bytes], ended: threading.Event) -> None:
    """Accept connections until the client has ended, and all that it said was read."""
    talks: list[threading.Thread] = []
    while True:
        try:
            connection, _ = server.accept()
        except TimeoutError:
            if ended.is_set():
                break
            continue
        connection.settimeout(None)
        talks.append(threading.Thread(target=_talk, args=(connection, client, said), daemon=True))
        talks[-1].start()
    for talk in talks:
        talk.join(5)


def _talk(connection: socket.socket, client: Client, said: list[bytes]) -> None:
    with connection:
        connection.sendall(client.greeting)
        try:
            while data := connection.recv(65536):
                said.append(data)
                answer = next((answer for key, answer in client.answers.items() if key in data), b"")
                fields = b"".join(_SIP_FIELD.findall(data))
                answer = answer.replace(b"{tag}", data.split()[0] if data.split() else b"").replace(b"{fields}", fields)
                connection.sendall(answer)
                if answer[:1] == b"E" or answer[:9] == _REJECTED[:9]:
                    return
        except OSError:
            return
