"""A server that answers challenges, for tests: names in DNS, files over HTTP, and certificates of tls-alpn-01.

python -m overheard_ca.challenge_server --dns PORT --http PORT --tls PORT --management PORT

It listens on 127.0.0.1 alone. What it answers is set by POST to the management port, with JSON, by the paths and fields
of pebble's challenge server, so that what drives one can drive the other:

/set-default-ipv4     {"ip": ADDRESS}                         of every name without an address of its own
/add-a, /add-aaaa     {"host": NAME, "addresses": [...]}      /clear-a, /clear-aaaa    {"host": NAME}
/set-txt              {"host": NAME, "value": TEXT}           /clear-txt               {"host": NAME}
/add-http01           {"token": TOKEN, "content": TEXT}       /del-http01              {"token": TOKEN}
/add-redirect         {"path": PATH, "targetURL": URL}        /del-redirect            {"path": PATH}
/add-tlsalpn01        {"host": NAME, "content": TEXT}         /del-tlsalpn01           {"host": NAME}
"""

from __future__ import annotations

import argparse
import hashlib
import json
import signal
import socketserver
import ssl
import sys
import tempfile
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

import dns.exception
import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from overheard_ca.acme.validation.tls_alpn01 import ACME_IDENTIFIER, PROTOCOL

_HOST = "127.0.0.1"
_FILES = "/.well-known/acme-challenge/"


class Answers:
    """What is answered. Names are in lower case, without the dot at the end."""

    def __init__(self) -> None:
        self.default = ""
        self.records: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.files: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.proofs: dict[str, str] = {}

    def change(self, path: str, fields: dict[str, Any]) -> bool:
        """Make a change. False for an unknown path. Raises KeyError for a missing field."""
        change, _, kind = path.strip("/").partition("-")
        tables: dict[str, tuple[dict[str, str], str, str]] = {
            "http01": (self.files, "token", "content"),
            "redirect": (self.redirects, "path", "targetURL"),
            "tlsalpn01": (self.proofs, "host", "content"),
        }
        match change, kind:
            case "set", "default-ipv4":
                self.default = str(fields["ip"])
            case "add", "a" | "aaaa":
                self.records[_name(fields), kind.upper()] = [str(each) for each in fields["addresses"]]
            case "set", "txt":
                self.records[_name(fields), "TXT"].append(str(fields["value"]))
            case "clear", "a" | "aaaa" | "txt":
                self.records.pop((_name(fields), kind.upper()), None)
            case (("add" | "del"), _) if kind in tables:
                table, key, value = tables[kind]
                if change == "add":
                    table[str(fields[key])] = str(fields[value])
                else:
                    table.pop(str(fields[key]), None)
            case _:
                return False
        return True

    def found(self, name: str, kind: str) -> list[str]:
        """The records of one type at a name."""
        there = list(self.records.get((name, kind), ()))
        return there or ([self.default] if kind == "A" and self.default and (name, "AAAA") not in self.records else [])


def _name(fields: dict[str, Any]) -> str:
    return str(fields["host"]).rstrip(".").lower()


def answered(query: bytes, answers: Answers) -> bytes | None:
    """The response to a DNS query; None to what is none."""
    try:
        asked = dns.message.from_wire(query)
        question = asked.question[0]
    except (dns.exception.DNSException, IndexError):
        return None
    response = dns.message.make_response(asked)
    response.flags |= dns.flags.AA | dns.flags.RA
    name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
    if texts := answers.found(name, kind):
        written = [json.dumps(text) for text in texts] if kind == "TXT" else texts
        response.answer = [dns.rrset.from_text(question.name, 0, "IN", kind, *written)]
    return response.to_wire()


class _Dns(socketserver.BaseRequestHandler):
    answers: ClassVar[Answers]

    def handle(self) -> None:
        query, connection = self.request
        if (response := answered(query, self.answers)) is not None:
            connection.sendto(response, self.client_address)


class _Http(BaseHTTPRequestHandler):
    answers: ClassVar[Answers]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a file, or elsewhere."""
        if target := self.answers.redirects.get(self.path):
            self.send_response(302)
            self.send_header("Location", target)
            self.end_headers()
            return
        content = self.answers.files.get(self.path.removeprefix(_FILES))
        self.send_response(404 if content is None else 200)
        self.end_headers()
        self.wfile.write((content or "").encode())


class _Management(_Http):
    def do_POST(self) -> None:
        """Make a change."""
        try:
            fields = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            status = 200 if self.answers.change(self.path, fields) else 404
        except (ValueError, KeyError, TypeError):
            status = 400
        self.send_response(status)
        self.end_headers()


class _Tls(socketserver.BaseRequestHandler):
    answers: ClassVar[Answers]

    def handle(self) -> None:
        """Answer one handshake."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols([PROTOCOL])
        context.sni_callback = self._choose
        self.request.settimeout(5)
        try:
            # The certificate is chosen once the name is known.
            context.wrap_socket(self.request, server_side=True).close()
        except OSError:
            return

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        proof = self.answers.proofs.get((name or "").lower())
        if proof is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols([PROTOCOL])
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(proving_certificate(name or "", proof))
            context.load_cert_chain(file.name)
        connection.context = context
        return None


def proving_certificate(name: str, key_authorization: str) -> bytes:
    """The certificate of tls-alpn-01 for a name, or an address by its name in reverse DNS, and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([])
    now = datetime.now(UTC)
    digest = hashlib.sha256(key_authorization.encode()).digest()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_proved(name)]), critical=True)
        .add_extension(x509.UnrecognizedExtension(ACME_IDENTIFIER, b"\x04\x20" + digest), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _proved(name: str) -> x509.GeneralName:
    if name.endswith(".in-addr.arpa"):
        return x509.IPAddress(ip_address(".".join(reversed(name.removesuffix(".in-addr.arpa").split(".")))))
    if name.endswith(".ip6.arpa"):
        digits = "".join(reversed(name.removesuffix(".ip6.arpa").split(".")))
        return x509.IPAddress(ip_address(int(digits, 16).to_bytes(16, "big")))
    return x509.DNSName(name)


class _DatagramServer(socketserver.ThreadingUDPServer):
    daemon_threads = True


class _StreamServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def servers(answers: Answers, ports: dict[str, int]) -> list[socketserver.BaseServer]:
    """The servers of `answers`, by the ports of dns, http, tls and management; serving, each in a thread."""
    made: list[socketserver.BaseServer] = []
    kinds: dict[str, tuple[Any, type[Any]]] = {
        "dns": (_DatagramServer, _Dns),
        "http": (ThreadingHTTPServer, _Http),
        "tls": (_StreamServer, _Tls),
        "management": (ThreadingHTTPServer, _Management),
    }
    for name, port in ports.items():
        server, handler = kinds[name]
        made.append(server((_HOST, port), type(handler.__name__, (handler,), {"answers": answers})))
    for each in made:
        threading.Thread(target=each.serve_forever, daemon=True).start()
    return made


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT."""
    words = argparse.ArgumentParser(
        prog="python -m overheard_ca.challenge_server",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = {"dns": 8053, "http": 5002, "tls": 5001, "management": 8055}
    for name, port in usual.items():
        words.add_argument(f"--{name}", type=int, default=port, metavar="PORT", help=f"(now: {port})")
    asked = words.parse_args(arguments)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        servers(Answers(), {name: getattr(asked, name) for name in usual})
    except OSError as problem:
        words.error(f"cannot listen on {_HOST}: {problem}")
    sys.stderr.write(f"challenge server: ready on {_HOST}\n")
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
