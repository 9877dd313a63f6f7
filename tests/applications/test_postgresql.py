"""PostgreSQL: what each `sslmode` of a client protects."""

from __future__ import annotations

import shlex
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
import pytest

from applications.heard import ABSENT, OVERHEARD, PASSWORD, PROVED, SHAPED, heard
from applications.servers import run
from docs.pages import ROOT, changed, code
from lab.command.process import overheard as command
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from applications.servers import Place
    from overheard.witness.pytest_plugin import Overheard

ROW = "behind the hollow oak"
# The password of `acorn` is sent as it is. That of `oak` never is: there is a challenge (SCRAM-SHA-256).
HBA = "local all all trust\nhost all acorn all password\nhost all oak all scram-sha-256\n"
SETUP = "".join(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}';" for role in ("acorn", "oak"))


class Servers(NamedTuple):
    """The ports of a server with TLS and of one without, and the root that a client trusts."""

    tls: int
    clear: int
    root: Path


@pytest.fixture(scope="module")
def servers(place: Place) -> Iterator[Servers]:
    made = Servers(free_port(), free_port(), place.files.root)
    place.run("initdb", "-D", "tls", "-U", "squirrel", "--no-sync", "-A", "trust")
    place.write("tls/pg_hba.conf", HBA)
    ssl = ["-c", "ssl=on", "-c", f"ssl_cert_file={place.files.certificate}", "-c", f"ssl_key_file={place.files.key}"]
    place.run("postgres", "--single", "-D", "tls", "postgres", said=SETUP.replace(";", ";\n"))
    shutil.copytree(place.folder / "tls", place.make("clear"), dirs_exist_ok=True)
    for path in (place.folder / "clear").rglob("*"):
        place.hand_over(path)
    (place.folder / "clear").chmod(0o700)
    with ExitStack() as stack:
        for name, port, options in (("tls", made.tls, ssl), ("clear", made.clear, [])):
            command = ["postgres", "-D", name, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-F", *options]
            stack.enter_context(place.running(*command, "-c", "unix_socket_directories=", ports=(port,)))
        yield made


def log_in(servers: Servers, port: int, mode: str, user: str = "acorn", keys: Path | None = None) -> None:
    where: dict[str, Any] = {"host": "localhost", "hostaddr": "127.0.0.1", "port": port, "dbname": "postgres"}
    tls: dict[str, Any] = {"sslmode": mode, "sslrootcert": str(servers.root), "gssencmode": "disable"}
    if keys:
        tls["sslkeylogfile"] = str(keys)
    with psycopg.connect(user=user, password=PASSWORD, **where, **tls) as connection:
        connection.execute("SELECT %s::text", (ROW,))


@pytest.mark.parametrize("mode", ["disable", "allow"])
def test_without_tls_the_password_is_overheard(overheard: Overheard, servers: Servers, mode: str) -> None:
    assert heard(overheard, servers.tls, lambda: log_in(servers, servers.tls, mode)) == OVERHEARD


def test_prefer_depends_on_the_server(overheard: Overheard, servers: Servers) -> None:
    assert heard(overheard, servers.clear, lambda: log_in(servers, servers.clear, "prefer")) == OVERHEARD
    assert heard(overheard, servers.tls, lambda: log_in(servers, servers.tls, "prefer")) == PROVED


def test_verify_full_is_sealed_or_fails(overheard: Overheard, servers: Servers, tmp_path: Path) -> None:
    keys = tmp_path / "session.keys"

    def verified(port: int, keys: Path | None = None) -> None:
        log_in(servers, port, "verify-full", keys=keys)

    assert heard(overheard, servers.tls, lambda: verified(servers.tls), require="sealed") == PROVED
    # Its own file remains that of the connection.
    assert heard(overheard, servers.tls, lambda: verified(servers.tls, keys), keys=[keys], require="sealed") == PROVED
    assert keys.read_text()
    refused = psycopg.OperationalError
    assert heard(overheard, servers.clear, lambda: verified(servers.clear), refuses=refused).startswith("INCONCLUSIVE")


def test_a_challenge_protects_the_password_but_no_row(overheard: Overheard, servers: Servers) -> None:
    def log_in_as_oak() -> None:
        log_in(servers, servers.tls, "disable", user="oak")

    assert heard(overheard, servers.tls, log_in_as_oak, sent=True) == "INCONCLUSIVE readable"
    assert heard(overheard, servers.tls, log_in_as_oak, secret=ROW) == OVERHEARD


def test_a_client_that_writes_no_keys_does_not_prove_that_it_sent_anything(
    overheard: Overheard, servers: Servers
) -> None:
    def log_in_by_psql() -> None:
        address = f"host=localhost hostaddr=127.0.0.1 port={servers.tls} dbname=postgres gssencmode=disable"
        run("psql", f"{address} user=acorn password='{PASSWORD}' sslmode=require", "-c", "SELECT 1")

    assert heard(overheard, servers.tls, log_in_by_psql) == ABSENT
    assert heard(overheard, servers.tls, log_in_by_psql, sent=True) == SHAPED


def test_the_code_of_the_page(pytester: pytest.Pytester, servers: Servers) -> None:
    """It fails without TLS, and passes with it."""
    test, verified = code((ROOT / "docs" / "five-minutes.md").read_text().split("## A database\n")[1])
    for name, build in {"clear": test, "tls": changed(test, verified)}.items():
        port = servers.clear if name == "clear" else servers.tls
        here = build.replace("5432", str(port)).replace("client.pem", str(servers.root))
        pytester.makepyfile(**{f"test_{name}": here})
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*OVERHEARD     secret  seen in frame *, plainly", "FAILED test_clear.py::*"])


def test_the_command_of_the_page(servers: Servers) -> None:
    (line,) = code((ROOT / "docs" / "five-minutes.md").read_text().split("## A database\n")[1], "console")
    for mode, port, returned in (("prefer", servers.clear, 1), ("verify-full", servers.tls, 0)):
        here = line.replace("5432", str(port)).replace("client.pem", str(servers.root)).replace("verify-full", mode)
        done = command(*shlex.split(here)[2:], PGPASSWORD=PASSWORD)
        assert done.returncode == returned, done.stdout + done.stderr
