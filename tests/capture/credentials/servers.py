"""Real servers at which real programs log in, each in a folder and at a port of the test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from capture.credentials import pppoe
from capture.credentials.clients import USER, WORD
from capture.credentials.keyboard import Step, type_at
from capture.credentials.settings import DOVECOT, KDC, KRB5, RADIUS
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# Debian's folders of programs that only an administrator has in the path.
_POSTGRESQL = map(str, Path("/usr/lib/postgresql").glob("*/bin"))
_PATH = ":".join((os.environ["PATH"], "/usr/sbin", "/sbin", *_POSTGRESQL))
# A server that will not run as root.
_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


class Server(NamedTuple):
    """The programs that are needed, the server, what logs in at its port, and the kinds of credentials of that.

    What has no ports is recorded at an interface that the server creates.
    """

    programs: tuple[str, ...]
    start: Callable[[Path, int], Iterator[None]]
    log_in: Callable[[Path, int], None]
    kinds: tuple[str, ...]
    interface: str = ""

    @property
    def missing(self) -> str:
        """A program that is not installed; empty if all are."""
        return next((each for each in self.programs if not shutil.which(each, path=_PATH)), "")

    @contextmanager
    def running(self, folder: Path, port: int) -> Iterator[None]:
        """It runs while the block does."""
        yield from self.start(folder, port)


def run(*command: str, text: str = "", variables: Mapping[str, str] | None = None) -> str:
    """Run a program to its end, and return what it said."""
    environment = {"PATH": _PATH, "HOME": "/nonexistent", **(variables or {})}
    ended = subprocess.run(
        command, check=False, env=environment, input=text, capture_output=True, text=True, timeout=LONG
    )
    return ended.stdout + ended.stderr


@contextmanager
def _process(*command: str, ready: Callable[[], bool], variables: Mapping[str, str] | None = None) -> Iterator[None]:
    environment = {"PATH": _PATH, **(variables or {})}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + LONG
            while not ready() and process.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
            assert ready(), command
            yield
        finally:
            process.terminate()


def _accepts(port: int) -> Callable[[], bool]:
    def accepts() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    return accepts


def _has_udp(port: int) -> Callable[[], bool]:
    """Whether somebody listens at a port of UDP."""

    def has() -> bool:
        sockets = Path("/proc/net/udp").read_text(encoding="ascii")
        return f":{port:04X} 00000000:0000" in sockets

    return has


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# ---- at a terminal


def _inetd(*command: str) -> Callable[[Path, int], Iterator[None]]:
    """What inetd does: a process for each connection."""

    def start(_: Path, port: int) -> Iterator[None]:
        with socket.create_server(("127.0.0.1", port)) as server:
            threading.Thread(target=accept, args=(server,), daemon=True).start()
            try:
                yield
            finally:
                # Closing alone would leave the thread waiting.
                server.shutdown(socket.SHUT_RDWR)

    def accept(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                ends = connection.fileno()
                with subprocess.Popen(command, stdin=ends, stdout=ends, env={"PATH": _PATH}):
                    connection.close()

    return start


_AT_PROMPT = Step(b"assword: ", WORD)


def _telnet(_: Path, port: int) -> None:
    type_at(["telnet", "127.0.0.1", str(port)], [Step(b"ogin: ", USER), _AT_PROMPT])


def _rlogin(_: Path, port: int) -> None:
    type_at(["rlogin", "-p", str(port), "-l", USER, "127.0.0.1"], [_AT_PROMPT])


# ---- mail


def _dovecot(folder: Path, port: int) -> Iterator[None]:
    settings = _written(folder / "dovecot.conf", DOVECOT.format(folder=folder, port=port, word=WORD))
    with _process("dovecot", "-F", "-c", str(settings), ready=_accepts(port)):
        yield


def _gsasl(_: Path, port: int) -> None:
    for mechanism in ("SCRAM-SHA-1", "SCRAM-SHA-256", "DIGEST-MD5", "CRAM-MD5"):
        said = run(
            *("gsasl", "--imap", "--no-starttls", f"--mechanism={mechanism}", "--no-cb", f"--connect=127.0.0.1:{port}"),
            *("-a", USER, "-p", WORD, "--realm=oak", "--hostname=oak", "--quality-of-protection=qop-auth"),
        )
        assert "OK Logged in" in said or "authentication finished" in said, said


# ---- databases


def _postgresql(_: Path, port: int) -> Iterator[None]:
    # It must not belong to root, nor may the folders above it be closed.
    data = Path(f"/tmp/overheard-postgresql-{port}")  # noqa: S108  (its own, and gone at the end)
    data.mkdir(mode=0o700)
    os.chown(data, 65534, 65534)
    try:
        _written(data / "word", WORD).chmod(0o644)
        login = ("-A", "scram-sha-256", "-U", USER, f"--pwfile={data}/word")
        run(*_NOBODY, "initdb", "-D", f"{data}/d", *login, "-N")
        command = (*_NOBODY, "postgres", "-D", f"{data}/d", "-p", str(port), "-k", str(data), "-F", "-c", "ssl=off")
        with _process(*command, ready=_accepts(port)):
            yield
    finally:
        shutil.rmtree(data)


def _psql(_: Path, port: int) -> None:
    address = f"host=127.0.0.1 port={port} user={USER} dbname=postgres sslmode=disable gssencmode=disable"
    assert "acorn" in run("psql", address, "-c", "SELECT 'acorn'", variables={"PGPASSWORD": WORD})


# ---- authentication


def _kerberos_variables(folder: Path) -> dict[str, str]:
    files = {"KRB5_CONFIG": "krb5.conf", "KRB5_KDC_PROFILE": "kdc.conf", "KRB5CCNAME": "tickets"}
    return {name: str(folder / file) for name, file in files.items()}


def _kdc(folder: Path, port: int) -> Iterator[None]:
    _written(folder / "krb5.conf", KRB5.format(port=port))
    _written(folder / "kdc.conf", KDC.format(port=port, folder=folder))
    variables = _kerberos_variables(folder)
    run("kdb5_util", "create", "-s", "-r", "OAK", "-P", "the master key", variables=variables)
    for options in (f"-pw {WORD} +requires_preauth {USER}", f"-pw {WORD}8 HTTP/oak", "-randkey host/oak"):
        run("kadmin.local", "-q", f"add_principal {options}", variables=variables)
    with _process("krb5kdc", "-n", ready=_has_udp(port), variables=variables):
        yield


def _kinit(folder: Path, _: int) -> None:
    variables = _kerberos_variables(folder)
    run("kinit", USER, text=f"{WORD}\n", variables=variables)
    said = run("kvno", "HTTP/oak", "host/oak", variables=variables)
    assert said.count("kvno = 1") == 2, said


def _radius(folder: Path, port: int) -> Iterator[None]:
    _written(folder / "radiusd.conf", RADIUS.format(folder=folder, port=port, word=WORD))
    with _process("freeradius", "-f", "-l", "stdout", "-d", str(folder), ready=_has_udp(port)):
        yield


def _radclient(_: Path, port: int) -> None:
    for attribute in ("User-Password", "CHAP-Password"):
        request = f"User-Name={USER},{attribute}={WORD}"
        said = run("radclient", "-x", f"127.0.0.1:{port}", "auth", "oaksecret", text=request)
        assert "Access-Accept" in said, said


# ---- the network


def _snmpd(folder: Path, port: int) -> Iterator[None]:
    user = f"createUser {USER} SHA {WORD}7 AES {WORD}7\nrouser {USER} auth\nagentaddress udp:127.0.0.1:{port}\n"
    settings = _written(folder / "snmpd.conf", user)
    state = {"SNMP_PERSISTENT_DIR": str(folder)}
    with _process("snmpd", "-f", "-Lo", "-C", "-c", str(settings), ready=_has_udp(port), variables=state):
        yield


def _snmpget(_: Path, port: int) -> None:
    user = ("-v3", "-u", USER, "-a", "SHA", "-A", f"{WORD}7", "-x", "AES", "-X", f"{WORD}7")
    for level in ("authPriv", "authNoPriv"):
        said = run("snmpget", *user, "-l", level, f"127.0.0.1:{port}", "1.3.6.1.2.1.1.5.0")
        assert "STRING" in said, said


SERVERS = {
    "telnet": Server(("telnet", "telnetd"), _inetd("telnetd", "-h"), _telnet, ("typed-password",)),
    "rlogin": Server(("rsh-redone-rlogin", "in.rlogind"), _inetd("in.rlogind"), _rlogin, ("typed-password",)),
    "dovecot": Server(
        ("gsasl", "dovecot"), _dovecot, _gsasl, ("sasl-scram", "sasl-scram", "sasl-digest-md5", "sasl-cram-md5")
    ),
    "postgresql": Server(("psql", "initdb", "setpriv"), _postgresql, _psql, ("sasl-scram",)),
    # The ticket of a computer, whose key is random, is none.
    "kerberos": Server(
        ("kinit", "kvno", "krb5kdc", "kadmin.local"),
        _kdc,
        _kinit,
        ("kerberos-timestamp", "kerberos-as-rep", "kerberos-ticket"),
    ),
    "radius": Server(("radclient", "freeradius"), _radius, _radclient, ("radius-password", "radius-chap")),
    "snmp": Server(("snmpget", "snmpd"), _snmpd, _snmpget, ("snmpv3-user",)),
    "pppoe": Server(pppoe.PROGRAMS, pppoe.start, pppoe.log_in, ("ppp-pap",), pppoe.RECORDED),
}
