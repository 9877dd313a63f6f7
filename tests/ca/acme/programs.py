"""ACME clients as people have them, each driven by its own command line."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ca.csrs import csr
from processes import LONG


@dataclass(frozen=True)
class AcmeServer:
    """Whom the clients ask: its directory, the file of the root that it has, and the port that it looks at."""

    directory: str
    root: Path
    http_port: int


@dataclass(frozen=True)
class Program:
    """A client in a folder of its own. Its files: `web` is what the server of the name serves."""

    server: AcmeServer
    folder: Path

    def run(self, *words: str | Path, **variables: str) -> str:
        """What a command printed. Raises CalledProcessError if it fails."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **variables}
        done = subprocess.run(
            list(map(str, words)),
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join(map(str, words))}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    @contextmanager
    def served(self) -> Iterator[Path]:
        """The folder of challenges, served as the name's own server would."""
        files = self.folder / "web" / ".well-known" / "acme-challenge"
        files.mkdir(parents=True, exist_ok=True)
        words: list[str | Path] = [
            sys.executable,
            "-m",
            "http.server",
            "--bind",
            "127.0.0.1",
            "--directory",
            self.folder / "web",
        ]
        process = subprocess.Popen([*words, str(self.server.http_port)], stderr=subprocess.DEVNULL)
        try:
            await_port(self.server.http_port)
            yield files
        finally:
            process.terminate()
            process.wait()


def await_port(port: int) -> None:
    """Wait until somebody listens at a port."""
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens at {port}")


def certbot(program: Program, name: str, do: str) -> Path:
    """Obtain, renew or revoke by certbot. Returns where the chain is."""
    folder, server = program.folder / "certbot", program.server
    places = ("--config-dir", folder / "etc", "--work-dir", folder / "work", "--logs-dir", folder / "log")
    common = ("certbot", *places, "--non-interactive", "--server", server.directory)
    chain = folder / "etc" / "live" / name / "fullchain.pem"
    trust = {"REQUESTS_CA_BUNDLE": str(server.root)}
    match do:
        case "obtain":
            how = ("--standalone", "--http-01-address", "127.0.0.1", "--http-01-port", str(server.http_port))
            who = ("--agree-tos", "--register-unsafely-without-email")
            program.run(*common, "certonly", *how, *who, "-d", name, **trust)
        case "renew":
            program.run(*common, "renew", "--force-renewal", "--no-random-sleep-on-renew", **trust)
        case "revoke":
            program.run(
                *common, "revoke", "--cert-path", chain, "--reason", "superseded", "--no-delete-after-revoke", **trust
            )
    return chain


def lego(program: Program, name: str, do: str) -> Path:
    """Obtain, renew or revoke by lego."""
    server = program.server
    how = ("--http", "--http.port", f"127.0.0.1:{server.http_port}", "--path", program.folder / "lego")
    common = (
        "lego",
        "--server",
        server.directory,
        "--accept-tos",
        "--email",
        "squirrel@example.org",
        "--domains",
        name,
    )
    verb = {"obtain": ("run",), "renew": ("renew", "--days", "9999", "--no-random-sleep"), "revoke": ("revoke",)}[do]
    program.run(*common, *how, *verb, LEGO_CA_CERTIFICATES=str(server.root))
    # It keeps what it revoked elsewhere.
    folder = program.folder / "lego" / ("archives" if do == "revoke" else "certificates")
    return next(folder.glob(f"*{name}.crt"))


def dehydrated(program: Program, name: str, do: str) -> Path:
    """Obtain, renew or revoke by dehydrated."""
    server, folder = program.server, program.folder / "dehydrated"
    folder.mkdir(exist_ok=True)
    chain = folder / "certs" / name / "fullchain.pem"
    with program.served() as files:
        config = folder / "config"
        config.write_text(
            f"CA={server.directory}\nBASEDIR={folder}\nWELLKNOWN={files}\nCURL_OPTS='--cacert {server.root}'\n"
            "CHALLENGETYPE=http-01\nIP_VERSION=4\n"
        )
        common = ("dehydrated", "--config", config)
        if do == "obtain":
            program.run(*common, "--register", "--accept-terms")
        verbs = {
            "obtain": ("--cron",),
            "renew": ("--cron", "--force"),
            "revoke": ("--revoke", chain.with_name("cert.pem")),
        }
        program.run(*common, *verbs[do], *(() if do == "revoke" else ("--domain", name)))
    if do == "revoke":
        return next(chain.parent.glob("cert*.pem-revoked"))
    return chain


def uacme(program: Program, name: str, do: str) -> Path:
    """Obtain, renew or revoke by uacme."""
    server, folder = program.server, program.folder / "uacme"
    hook = program.folder / "hook"
    with program.served() as files:
        hook.write_text(
            f'#!/bin/sh\n[ "$2" = http-01 ] || exit 1\n[ "$1" != begin ] || printf %s "$5" > "{files}/$4"\n'
        )
        hook.chmod(0o755)
        common = f"uacme --confdir {folder} --hook {hook} --acme-url {server.directory} --yes"
        chain = folder / name / "cert.pem"
        verbs = {"obtain": f"issue {name}", "renew": f"--force issue {name}", "revoke": f"revoke {chain}"}
        # It trusts what the machine trusts, and nothing else: in a namespace of its own, that is the root.
        trusted = f"mount --bind {server.root} /etc/ssl/certs/ca-certificates.crt"
        commands = [trusted, *([f"{common} new"] if do == "obtain" else []), f"{common} {verbs[do]}"]
        program.run("unshare", "--mount", "sh", "-c", " && ".join(commands))
    return next((folder / name).glob("revoked-*.pem")) if do == "revoke" else chain


def acme_tiny(program: Program, name: str, do: str) -> Path:
    """Obtain by acme-tiny, which does nothing else: to renew is to obtain again."""
    folder = program.folder / "tiny"
    folder.mkdir(exist_ok=True)
    key, request, chain = folder / "account.pem", folder / "request.pem", folder / "chain.pem"
    if do == "obtain":
        made = rsa.generate_private_key(65537, 2048)
        key.write_bytes(
            made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
            )
        )
        request.write_bytes(csr(name))
    with program.served() as files:
        where = ("--acme-dir", files, "--directory-url", program.server.directory, "--disable-check")
        chain.write_text(
            subprocess.run(
                ["acme-tiny", "--account-key", key, "--csr", request, *where],
                env={"PATH": os.environ["PATH"], "SSL_CERT_FILE": str(program.server.root)},
                capture_output=True,
                text=True,
                timeout=LONG,
                check=True,
            ).stdout
        )
    return chain


Client = Callable[[Program, str, str], Path]

# What each does.
CLIENTS: Mapping[str, tuple[Client, tuple[str, ...]]] = {
    "certbot": (certbot, ("obtain", "renew", "revoke")),
    "lego": (lego, ("obtain", "renew", "revoke")),
    "dehydrated": (dehydrated, ("obtain", "renew", "revoke")),
    "uacme": (uacme, ("obtain", "renew", "revoke")),
    "acme-tiny": (acme_tiny, ("obtain", "renew")),
}
