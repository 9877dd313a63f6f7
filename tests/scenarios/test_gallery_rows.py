"""The gallery with real `requests`, under the OpenSSL of each engine."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from overheard.words.gallery import ROWS
from scenarios.runs import Run
from scenarios.witness import tshark

if TYPE_CHECKING:
    from overheard.words.gallery import Row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_of_the_gallery_has_the_error_of_requests(run: Run, row: Row) -> None:
    exchange = next(each for each in run.results["gallery"].exchanges if each.attempt == row.name)
    openssl = (3, 5) if run.engine == "compose" else _openssl_here()
    assert any(says.fits(exchange.error) for says in row.errors_for(openssl)), exchange.error
    assert exchange.error.partition(":")[0] in {says.exception for says in row.errors_for(openssl)}
    assert not exchange.received


def _openssl_here() -> tuple[int, int]:
    # That of this process, which the roles of the local engine share.
    return ssl.OPENSSL_VERSION_INFO[:2]


def test_tshark_sees_application_data_in_no_row_that_speaks_tls(run: Run) -> None:
    path = run.path("gallery")
    ports = [word for row in ROWS for word in ("-d", f"tcp.port=={row.port},tls")]
    printed = tshark(path, *ports, "-Y", "tls.app_data", "-T", "fields", "-e", "tcp.port", keys=run.job.keys)
    # A client that sends plain HTTP to a TLS port is excluded: tshark may dissect it as another protocol.
    plain = {str(row.port) for row in ROWS if row.scheme == "http"}
    assert [line for line in printed.splitlines() if not plain & set(line.split(","))] == []
