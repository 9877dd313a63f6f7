"""MariaDB: the password is never sent in clear, but without TLS all rows are."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import pymysql
import pytest

from applications.heard import OVERHEARD, PASSWORD, PROVED, SHAPED, heard
from applications.servers import run
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from applications.servers import Place
    from overheard.witness.pytest_plugin import Overheard

ROW = "behind the hollow oak"
INSERT = f"INSERT INTO oak.nuts VALUES ('{ROW}')"  # noqa: S608  (our own)
SETUP = f"""
CREATE USER acorn@'%' IDENTIFIED BY '{PASSWORD}'; CREATE DATABASE oak; GRANT ALL ON oak.* TO acorn@'%';
CREATE TABLE oak.nuts (place text);
"""
SMALL = "--innodb-buffer-pool-size=8M"


class Server(NamedTuple):
    """Its port, and the root that a client trusts."""

    port: int
    root: Path


@pytest.fixture(scope="module")
def server(place: Place) -> Iterator[Server]:
    port, data, tables = free_port(), place.make("data"), "--auth-root-authentication-method=normal"
    place.run("mariadb-install-db", "--no-defaults", f"--datadir={data}", tables, "--skip-test-db", SMALL)
    place.write("setup.sql", SETUP.replace("\n", " ").replace("; ", ";\n"))
    files = place.files
    tls = f"--ssl-cert={files.certificate}", f"--ssl-key={files.key}", f"--init-file={place.folder}/setup.sql"
    where = f"--datadir={data}", f"--socket={place.folder}/socket", f"--pid-file={place.folder}/pid"
    options = (*where, f"--port={port}", "--bind-address=127.0.0.1", "--innodb-flush-method=nosync", SMALL, *tls)
    with place.running("mariadbd", "--no-defaults", *options, ports=(port,)):
        yield Server(port, files.root)


def insert(server: Server, *, tls: bool) -> None:
    """With PyMySQL, which writes session keys."""
    where: dict[str, Any] = {"host": "127.0.0.1", "port": server.port}
    trust: dict[str, Any] = {"ssl_ca": str(server.root), "ssl_verify_cert": True} if tls else {"ssl_disabled": True}
    with closing(pymysql.connect(user="acorn", password=PASSWORD, **where, **trust)) as connection:
        connection.cursor().execute(INSERT)


def insert_by_command(server: Server, *options: str) -> None:
    """With MariaDB's own client, which writes none."""
    where = "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", f"--port={server.port}"
    run("mariadb", *where, "--user=acorn", f"--password={PASSWORD}", *options, "-e", INSERT)


def test_without_tls_rows_are_overheard(overheard: Overheard, server: Server) -> None:
    assert heard(overheard, server.port, lambda: insert(server, tls=False), secret=ROW) == OVERHEARD
    assert heard(overheard, server.port, lambda: insert_by_command(server, "--skip-ssl"), secret=ROW) == OVERHEARD


def test_with_tls_they_are_sealed(overheard: Overheard, server: Server) -> None:
    assert heard(overheard, server.port, lambda: insert(server, tls=True), secret=ROW, require="sealed") == PROVED
    verified = "--ssl", f"--ssl-ca={server.root}", "--ssl-verify-server-cert"
    assert heard(overheard, server.port, lambda: insert_by_command(server, *verified), secret=ROW, sent=True) == SHAPED


def test_without_tls_the_password_is_still_not_sent(overheard: Overheard, server: Server) -> None:
    """It is not called PROTECTED: the challenge can be attacked offline, and nobody can read all of the protocol."""
    assert heard(overheard, server.port, lambda: insert(server, tls=False), sent=True) == "INCONCLUSIVE readable"
