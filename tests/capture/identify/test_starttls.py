"""TLS after STARTTLS, as the openssl program negotiates it in each protocol that it knows; and early data."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from capture.relay import Relay
from capture.talk import replay
from lab.pki import Files
from overheard_capture.protocols.tls.direction_state import tls_of
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from capture.talk import Parts

MYSQL = b"\x4a\0\0\0\n8.0.36\0" + b"\1\0\0\0" + b"salt-sal\0" + b"\xff\xff\xff\2\0\xff\xdf\x15" + bytes(10)
MYSQL += b"more-salt-12\0mysql_native_password\0"
MYSQL = (len(MYSQL) - 4).to_bytes(3, "little") + MYSQL[3:]
# The greeting of a server, and its responses to lines of the client that contain a word.
SERVERS: dict[str, tuple[bytes, list[tuple[bytes, bytes]]]] = {
    "smtp": (
        b"220 mail ESMTP\r\n",
        [(b"EHLO", b"250-mail\r\n250-STARTTLS\r\n250 OK\r\n"), (b"STARTTLS\r\n", b"220 go ahead\r\n")],
    ),
    "pop3": (b"+OK ready\r\n", [(b"STLS\r\n", b"+OK begin\r\n")]),
    "imap": (
        b"* OK ready\r\n",
        [(b"CAPABILITY", b"* CAPABILITY IMAP4rev1 STARTTLS\r\n. OK\r\n"), (b"STARTTLS\r\n", b". OK begin\r\n")],
    ),
    "ftp": (b"220 ready\r\n", [(b"AUTH TLS\r\n", b"234 go on\r\n")]),
    "nntp": (
        b"200 ready\r\n",
        [(b"CAPABILITIES", b"101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n"), (b"STARTTLS\r\n", b"382 go on\r\n")],
    ),
    "sieve": (b'"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK\r\n', [(b"STARTTLS\r\n", b"OK begin\r\n")]),
    "irc": (b"", [(b"STARTTLS\r\n", b":server 670 me :STARTTLS successful\r\n")]),
    "xmpp": (
        b"",
        [
            (
                b"stream:stream",
                b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
            ),
            (b"tls'/>", b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        ],
    ),
    "telnet": (b"\xff\xfd\x2e", [(b"\xff\xfa\x2e\1\xff\xf0", b"\xff\xfa\x2e\1\xff\xf0")]),
    "mysql": (MYSQL, [(bytes(23), b"")]),
    "postgres": (b"", [(b"\x04\xd2\x16\x2f", b"S")]),
    "ldap": (b"", [(b"1.3.6.1.4.1.1466.20037", b"\x30\x0c\2\1\1\x78\x07\x0a\1\0\4\0\4\0")]),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files.make(tmp_path_factory.mktemp("starttls"))


def serve(listening: socket.socket, name: str, files: Files) -> None:
    """Speak the protocol with one client up to TLS, and then TLS."""
    first, answers = SERVERS[name]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    connection, _ = listening.accept()
    with connection:
        connection.settimeout(LONG)
        connection.sendall(first)
        for word, answer in answers:
            result = b""
            while word not in result:
                # TLS may follow at once.
                part = connection.recv(1)
                assert part, result
                result += part
            connection.sendall(answer)
        with context.wrap_socket(connection, server_side=True) as wrapped:
            assert wrapped.recv(100) == b"fluffy tail\n"
            wrapped.sendall(b"fluffy ears\n")
            wrapped.unwrap()


@pytest.mark.parametrize("name", SERVERS)
def test_tls_requested_by_a_real_client_is_protected(files: Files, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening, name, files))
        thread.start()
        with Relay(listening.getsockname()[1]) as relay:
            asking = ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{relay.port}", "-starttls", name]
            subprocess.run(asking, input=b"fluffy tail\n", capture_output=True, timeout=LONG, check=False)
        thread.join(LONG)
    result = replay(relay.noted)
    assert (result.protected, result.unread) == (True, set()), (result.problems, relay.noted)
    assert result.kinds.endswith("TLS 1.3")
    assert not any(findings.sightings for findings in result.flow_findings)
    assert result.client.read["TLS application data"]
    assert result.server.read["TLS application data"]
    assert result.outcome == replay(relay.noted, cuts=range(1, 2000, 3)).outcome


def until(holds: Callable[[], bool]) -> None:
    """Wait for the other side."""
    ends = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


def asked(port: int, done: Callable[[Relay], bool], *options: str) -> Parts:
    """What a client and the server at `port` send, until `done`."""
    with Relay(port) as relay:
        asking = ["openssl", "s_client", "-connect", f"127.0.0.1:{relay.port}", *options]
        with subprocess.Popen(
            asking, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as it:
            until(lambda: done(relay))
            assert it.stdin
            it.stdin.close()
    return relay.noted


def test_early_data_is_protected(files: Files, tmp_path: Path) -> None:
    """With a session ticket, the client sends data before the ServerHello."""
    session, early_data = tmp_path / "session", tmp_path / "early"
    early_data.write_bytes(b"fluffy tail " * 30)
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    keys = ["-cert", str(files.certificate), "-key", str(files.key)]
    serving = ["openssl", "s_server", "-accept", str(port), *keys, "-early_data", "-quiet"]
    with subprocess.Popen(
        serving, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            first = asked(port, lambda _: session.exists() and session.stat().st_size > 0, "-sess_out", str(session))
            options = ["-sess_in", str(session), "-early_data", str(early_data)]
            # The client's Finished follows the server's.
            second = asked(port, lambda relay: "<>" in "".join(side for side, _ in relay.noted), *options)
        finally:
            server.kill()
    assert replay(first).protected
    result = replay(second)
    assert (result.protected, result.problems) == (True, [])
    side = tls_of(result.client)
    assert side
    assert side.client_hello
    assert side.client_hello.early_data
    # It directly follows the ClientHello.
    assert side.data.first[0].length > 300
