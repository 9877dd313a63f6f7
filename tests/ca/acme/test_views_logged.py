"""Certificates of the profile `logged`, by ACME."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography import x509

from ca.acme.client import Client, problem
from ca.acme.stage import Stage, staged
from ca.csrs import csr
from ca.transparency.running import ask, known


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("ca"), log="on") as running:
        yield running


@pytest.fixture
def client(stage: Stage) -> Client:
    return stage.client()


def test_the_profile_is_in_the_directory(client: Client) -> None:
    assert client.directory["meta"]["profiles"]["logged"] == "a server, 30 days, with the timestamp of a log"


def test_a_certificate_is_logged_before_it_is_issued(stage: Stage, client: Client) -> None:
    before = ask(stage.ca, "get-sth", {})["tree_size"]
    order = client.order("server.test", profile="logged").json()
    client.prove(order, stage.publish)
    url = client.finalize(order, csr("server.test")).json()["certificate"]
    leaf, issuer = x509.load_pem_x509_certificates(client.post(url).content)[:2]
    assert known(stage.ca).wrong_with(leaf, issuer, datetime.now(UTC)) == ""
    assert ask(stage.ca, "get-sth", {})["tree_size"] == before + 1


def test_if_the_log_refuses_the_order_can_be_finalized_later(stage: Stage, client: Client) -> None:
    order = client.order("server.test", profile="logged").json()
    client.prove(order, stage.publish)
    log, aside = stage.ca.state / "log.sqlite", stage.ca.state / "aside"
    log.rename(aside)
    try:
        answer = client.finalize(order, csr("server.test"))
        assert (answer.status_code, problem(answer)) == (500, "serverInternal")
        assert "could not be logged" in answer.json()["detail"]
    finally:
        aside.replace(log)
    assert client.finalize(order, csr("server.test")).json()["status"] == "valid"
    assert stage.ca.rows("SELECT count(*) FROM refusals WHERE code = 'serverInternal'") == [(1,)]
