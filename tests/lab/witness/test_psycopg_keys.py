"""psycopg names the file for session keys to libpq. A real server is in tests/applications."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest
from psycopg import generators
from psycopg.conninfo import conninfo_to_dict

from overheard.witness.psycopg_keys import psycopg_keys


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The connection strings that reach libpq."""
    strings: list[str] = []

    def connect(conninfo: str) -> None:
        strings.append(conninfo)
        raise psycopg.OperationalError("nobody is there")

    monkeypatch.setattr(generators, "connect", connect)
    return strings


def log_in(address: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="nobody is there"):
        psycopg.connect(address, password="it's \\ one")  # noqa: S106  (nobody's)


def test_a_connection_names_the_file_while_somebody_listens(asked: list[str]) -> None:
    before = generators.connect
    with psycopg_keys("/tmp/the keys"):  # noqa: S108  (nobody opens it)
        log_in("host=127.0.0.1 user=acorn")
        log_in("host=127.0.0.1 sslkeylogfile=own")
    log_in("host=127.0.0.1")
    assert generators.connect is before
    named = [conninfo_to_dict(each) for each in asked]
    assert [each.get("sslkeylogfile") for each in named] == ["/tmp/the keys", "own", None]  # noqa: S108
    assert (named[0]["host"], named[0]["user"], named[0]["password"]) == ("127.0.0.1", "acorn", "it's \\ one")


def test_an_older_libpq_is_left_alone(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows no such parameter, and would refuse to connect."""
    monkeypatch.setattr(psycopg.pq, "version", lambda: 170005)
    with psycopg_keys("keys"):
        log_in("host=127.0.0.1")
    assert "sslkeylogfile" not in asked[0]


def test_who_does_not_use_psycopg_does_not_import_it() -> None:
    program = "import sys; from overheard import listen\nwith listen(relay=1): pass\nprint('psycopg' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said == "False\n"
