"""The endpoints of RFC 6962, over real HTTPS, and what others make of what the log signs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import assume, given
from hypothesis import strategies as st

from ca.csrs import KEY
from ca.process import CaProcess
from ca.transparency.logs import Logging, logging
from ca.transparency.running import SETTINGS, ask, issued, known
from overheard_ca.transparency import views
from overheard_services.transparency.monitor import Monitor
from overheard_services.transparency.proofs import is_consistent, is_included, leaf_hash

Make = Callable[..., CaProcess]


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaProcess]:
    """A running CA with a log of seven certificates."""
    running = CaProcess(tmp_path_factory.mktemp("ca"), **SETTINGS)
    try:
        running.start()
        for _ in range(7):
            issued(running)
        yield running
    finally:
        running.kill()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Logging:
    return logging(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def unlogged(shared: Logging) -> tuple[x509.Certificate, ...]:
    return shared.precertificate(), shared.authority.issuing.certificate


@pytest.fixture
def made(tmp_path: Path) -> Logging:
    return logging(tmp_path)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def chain(*certificates: x509.Certificate) -> dict[str, Any]:
    return {"chain": [b64(each.public_bytes(Encoding.DER)) for each in certificates]}


def decoded(texts: list[str]) -> list[bytes]:
    return [base64.b64decode(each) for each in texts]


def test_what_was_issued_is_in_the_log_and_a_monitor_is_told(ca: CaProcess) -> None:
    leaf, issuer = issued(ca)
    assert known(ca).wrong_with(leaf, issuer, datetime.now(UTC)) == ""
    told = Monitor(known(ca), lambda endpoint, parameters: ask(ca, endpoint, parameters)).read()
    assert told[-1].certificate.serial_number == leaf.serial_number
    assert len(told) >= 8


def test_each_entry_is_proved_by_its_hash_and_by_its_number(ca: CaProcess) -> None:
    head = ask(ca, "get-sth", {})
    size, root = head["tree_size"], base64.b64decode(head["sha256_root_hash"])
    for index, entry in enumerate(ask(ca, "get-entries", {"start": 0, "end": size - 1})["entries"]):
        hashed = leaf_hash(base64.b64decode(entry["leaf_input"]))
        proof = ask(ca, "get-proof-by-hash", {"hash": b64(hashed), "tree_size": size})
        assert proof["leaf_index"] == index
        assert is_included(hashed, index, size, decoded(proof["audit_path"]), root)
        again = ask(ca, "get-entry-and-proof", {"leaf_index": index, "tree_size": size})
        assert again == {**entry, "audit_path": proof["audit_path"]}


def test_two_heads_are_proved_to_be_consistent(ca: CaProcess) -> None:
    old = ask(ca, "get-sth", {})
    issued(ca)
    new = ask(ca, "get-sth", {})
    assert new["tree_size"] == old["tree_size"] + 1
    assert new["timestamp"] > old["timestamp"]
    proof = ask(ca, "get-sth-consistency", {"first": old["tree_size"], "second": new["tree_size"]})
    roots = decoded([old["sha256_root_hash"], new["sha256_root_hash"]])
    assert is_consistent(old["tree_size"], roots[0], new["tree_size"], roots[1], decoded(proof["consistency"]))


def test_its_root_is_that_of_the_ca(ca: CaProcess) -> None:
    (root,) = decoded(ask(ca, "get-roots", {})["certificates"])
    assert x509.load_der_x509_certificate(root) == x509.load_pem_x509_certificate((ca.state / "root.pem").read_bytes())


def test_without_the_setting_there_is_no_log(make_ca: Make) -> None:
    ca = make_ca().start()
    assert ca.request("GET", "/ct/v1/get-sth").status_code == 404
    assert not list(ca.state.glob("log*"))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("get-sth-consistency?first=3&second=100000", 400),
        ("get-sth-consistency?first=5&second=3", 400),
        ("get-sth-consistency?first=-1&second=3", 400),
        ("get-sth-consistency?second=3", 400),
        ("get-proof-by-hash?hash=%2B&tree_size=3", 400),
        ("get-proof-by-hash?hash=AAAA&tree_size=3", 404),
        ("get-proof-by-hash?hash=AAAA&tree_size=99999999999999999999", 400),
        ("get-entries?start=3&end=2", 400),
        ("get-entries?start=100000&end=100001", 400),
        ("get-entries?start=0&end=x", 400),
        ("get-entries?start=%C2%B2&end=3", 400),
        ("get-entry-and-proof?leaf_index=3&tree_size=3", 400),
        ("get-entry-and-proof?leaf_index=0&tree_size=0", 400),
        ("add-chain", 405),
        ("get-nothing", 404),
    ],
)
def test_what_cannot_be_answered_is_refused(ca: CaProcess, query: str, status: int) -> None:
    answer = ca.request("GET", f"/ct/v1/{query}")
    assert answer.status_code == status
    assert answer.json()["message"]


def test_more_entries_than_one_answer_has_are_cut(made: Logging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_ENTRIES", 4)
    for _ in range(6):
        made.leaf()
    assert len(made.ask("get-entries", {"start": 1, "end": 10_000})["entries"]) == 4
    assert len(made.ask("get-entries", {"start": 4, "end": 10_000})["entries"]) == 2


def submitted(made: Logging, endpoint: str, body: object) -> tuple[int, dict[str, Any]]:
    answer = made.app.test_client().post(f"/ct/v1/{endpoint}", json=body)
    return answer.status_code, answer.get_json()


def test_a_chain_is_logged_once_with_or_without_its_root(made: Logging) -> None:
    leaf, issuer, root = made.leaf(), made.authority.issuing.certificate, made.authority.root
    status, stamp = submitted(made, "add-chain", chain(leaf, issuer))
    assert (status, stamp["sct_version"], base64.b64decode(stamp["id"])) == (200, 0, made.log.id)
    assert submitted(made, "add-chain", chain(leaf, issuer, root)) == (200, stamp)
    assert made.ask("get-sth", {})["tree_size"] == 2
    assert submitted(made, "add-pre-chain", chain(made.precertificate(), issuer))[0] == 200


def test_a_chain_that_leads_nowhere_is_refused(made: Logging, tmp_path: Path) -> None:
    other = logging(tmp_path / "other")
    leaf, issuer, root = made.leaf(), made.authority.issuing.certificate, made.authority.root
    before = made.ask("get-sth", {})["tree_size"]
    refused: object
    for refused in (
        chain(),
        chain(leaf),
        chain(root),
        chain(leaf, root),
        chain(issuer, leaf),
        chain(leaf, leaf, issuer),
        chain(leaf, other.authority.issuing.certificate),
        chain(other.leaf(), other.authority.issuing.certificate, other.authority.root),
        chain(made.precertificate(), issuer),
        chain(leaf, *[issuer] * 20),
        {"chain": "acorn"},
        {"chain": [b64(b"acorn")]},
        {"chain": [7]},
        {"chain": 7},
        {},
        [],
        "acorn",
    ):
        status, told = submitted(made, "add-chain", refused)
        assert (status, told["error"]) == (400, "log-chain"), refused
    for refused in (chain(leaf, issuer), chain(made.precertificate(critical=False), issuer)):
        assert submitted(made, "add-pre-chain", refused)[0] == 400
    assert made.ask("get-sth", {})["tree_size"] == before


@given(data=st.data())
def test_a_damaged_chain_has_an_answer(
    shared: Logging, unlogged: tuple[x509.Certificate, ...], data: st.DataObject
) -> None:
    encoded = [bytearray(each.public_bytes(Encoding.DER)) for each in unlogged]
    damaged = encoded[data.draw(st.integers(0, 1))]
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assume(encoded != [each.public_bytes(Encoding.DER) for each in unlogged])
    for endpoint in ("add-chain", "add-pre-chain"):
        assert submitted(shared, endpoint, {"chain": [b64(bytes(each)) for each in encoded]})[0] == 400


def test_what_a_leaf_signed_is_refused(made: Logging) -> None:
    """A leaf is no CA, even if its key signs."""
    leaf = made.leaf()
    builder = x509.CertificateBuilder(leaf.subject, leaf.subject, KEY.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(leaf.not_valid_before_utc).not_valid_after(leaf.not_valid_after_utc)
    below = builder.sign(KEY, leaf.signature_hash_algorithm)  # type: ignore[arg-type]
    body = chain(below, leaf, made.authority.issuing.certificate)
    assert submitted(made, "add-chain", body)[0] == 400


def test_an_endless_chain_is_refused(ca: CaProcess) -> None:
    assert ca.request("POST", "/ct/v1/add-chain", b"x" * 70_000).status_code == 413
