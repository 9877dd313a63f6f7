"""Documents by HTTP: InfluxDB, with a login, with curl, which is the client in its manual."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from applications.heard import OVERHEARD, PASSWORD, PROVED, heard
from applications.servers import WebPorts, run
from ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from applications.servers import Place
    from overheard.witness.pytest_plugin import Overheard

INFLUXD = """
reporting-enabled = false
bind-address = "127.0.0.1:{backup}"
[meta]
  dir = "{data}/meta"
[data]
  dir = "{data}/data"
  wal-dir = "{data}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  auth-enabled = true
  https-enabled = {tls}
  https-certificate = "{files.certificate}"
  https-private-key = "{files.key}"
"""
LOGIN = "-u", f"acorn:{PASSWORD}"
DOCUMENT = "the hollow oak by the brook"


@pytest.fixture(scope="module")
def ports(place: Place) -> Iterator[WebPorts]:
    first = free_ports(4)
    made = WebPorts(first, first + 1)
    with ExitStack() as stack:
        for port, tls in zip(made, ("false", "true"), strict=True):
            data = place.make(f"data-{port}")
            text = INFLUXD.format(data=data, files=place.files, port=port, backup=port + 2, tls=tls)
            settings = place.write(f"influxdb-{port}.conf", text)
            stack.enter_context(place.running("influxd", "-config", settings, ports=(port,)))
        for url in urls(made):
            # The first user may be created without a login.
            ask(place, url, f"CREATE USER acorn WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES")
            ask(place, url, "CREATE DATABASE forest", *LOGIN)
        yield made


def urls(ports: WebPorts) -> tuple[str, str]:
    return f"http://localhost:{ports.http}", f"https://localhost:{ports.https}"


def curl(place: Place, *arguments: str) -> str:
    return run("curl", "-sS", "--fail", "--noproxy", "*", "--cacert", place.files.root, *arguments)


def ask(place: Place, url: str, query: str, *login: str) -> str:
    return curl(place, *login, f"{url}/query?db=forest", "--data-urlencode", f"q={query}")


def store(place: Place, url: str) -> None:
    """Store a document, and read it again."""
    curl(place, *LOGIN, f"{url}/write?db=forest", "--data-binary", f'note,tree=oak text="{DOCUMENT}"')
    (result,) = json.loads(ask(place, url, "SELECT text FROM note", *LOGIN))["results"]
    assert result["series"][0]["values"][0][1] == DOCUMENT


@pytest.mark.parametrize("secret", [PASSWORD, DOCUMENT], ids=["login", "document"])
def test_a_document_is_stored(overheard: Overheard, place: Place, ports: WebPorts, secret: str) -> None:
    in_clear, over_tls = urls(ports)
    assert heard(overheard, ports.http, lambda: store(place, in_clear), secret=secret) == OVERHEARD
    sealed = heard(overheard, ports.https, lambda: store(place, over_tls), secret=secret, require="sealed")
    assert sealed == PROVED
