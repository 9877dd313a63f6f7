"""A monitor, beside logs that lie in each way that there is."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ca.transparency.logs import NAME, Logging, logging
from overheard_ca.transparency import views
from overheard_services.transparency.monitor import LogError, Monitor, names_of


@pytest.fixture
def made(tmp_path: Path) -> Logging:
    return logging(tmp_path / "honest")


def lying(ask: Callable[..., Mapping[str, Any]], endpoint: str, change: Callable[[Any], Any]) -> Callable[..., Any]:
    """A log that changes its answer of one endpoint."""

    def told(asked: str, parameters: Mapping[str, object]) -> Mapping[str, Any]:
        answer = ask(asked, parameters)
        return change(dict(answer)) if asked == endpoint else answer

    return told


def test_it_tells_what_is_new_with_its_names(made: Logging) -> None:
    monitor = made.monitor()
    assert monitor.read() == []
    first, second = made.leaf(), made.leaf()
    new = [each.certificate for each in monitor.read()]
    assert [(each.serial_number, each.public_key()) for each in new] == [
        (each.serial_number, each.public_key()) for each in (first, second)
    ]
    assert [names_of(each) for each in new] == [[NAME], [NAME]]
    assert monitor.read() == []
    made.leaf()
    assert len(monitor.read()) == 1


def test_it_reads_page_by_page(made: Logging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_ENTRIES", 3)
    for _ in range(8):
        made.leaf()
    assert len(made.monitor().read()) == 8


def test_what_is_logged_as_a_whole_certificate_is_told_too(made: Logging) -> None:
    leaf = made.leaf()
    chain = [base64.b64encode(leaf.public_bytes(Encoding.DER)).decode()]
    chain.append(base64.b64encode(made.authority.issuing.certificate.public_bytes(Encoding.DER)).decode())
    assert made.app.test_client().post("/ct/v1/add-chain", json={"chain": chain}).status_code == 200
    assert [each.certificate.serial_number for each in made.monitor().read()] == [leaf.serial_number] * 2


def _without_one(answer: dict[str, Any]) -> dict[str, Any]:
    return {"entries": answer["entries"][:-2] + answer["entries"][-1:]}


def _altered(answer: dict[str, Any]) -> dict[str, Any]:
    first, *rest = answer["entries"]
    leaf = bytearray(base64.b64decode(first["leaf_input"]))
    leaf[-20] ^= 1
    return {"entries": [{**first, "leaf_input": base64.b64encode(leaf).decode()}, *rest]}


@pytest.mark.parametrize(
    ("endpoint", "change", "found"),
    [
        ("get-entries", _without_one, "does not tell|not those of the tree"),
        ("get-entries", _altered, "not those of the tree"),
        ("get-entries", lambda answer: {"entries": answer["entries"][::-1]}, "not those of the tree"),
        ("get-entries", lambda _: {"entries": []}, "does not tell its entry"),
        ("get-sth", lambda answer: answer | {"tree_size": answer["tree_size"] - 1}, "not signed"),
        ("get-sth", lambda answer: answer | {"timestamp": answer["timestamp"] + 1}, "not signed"),
    ],
)
def test_it_finds_out_a_log_that_hides_or_changes_something(
    made: Logging, endpoint: str, change: Callable[[Any], Any], found: str
) -> None:
    for _ in range(5):
        made.leaf()
    monitor = made.monitor(lying(made.ask, endpoint, change))
    with pytest.raises(LogError, match=found):
        monitor.read()
    monitor.ask = made.ask
    assert len(monitor.read()) == 5


def test_it_finds_out_a_tree_that_shrank(made: Logging, tmp_path: Path) -> None:
    made.leaf()
    monitor = made.monitor()
    monitor.read()
    monitor.ask = _with_the_same_key(made, tmp_path).ask
    with pytest.raises(LogError, match="shrank from 1 to 0"):
        monitor.read()


def test_it_finds_out_a_tree_that_was_rewritten(made: Logging, tmp_path: Path) -> None:
    """All of it is signed with the right key, and proved, but it is not what was signed before."""
    made.leaf()
    monitor = made.monitor()
    monitor.read()
    other = _with_the_same_key(made, tmp_path)
    for _ in range(2):
        other.leaf()
    monitor.ask = other.ask
    with pytest.raises(LogError, match="rewritten"):
        monitor.read()
    assert len(Monitor(made.known, other.ask).read()) == 2


def _with_the_same_key(made: Logging, tmp_path: Path) -> Logging:
    other = logging(tmp_path / "other")
    object.__setattr__(other.log, "key", made.log.key)
    return other


def test_whose_ca_issued_what_is_logged_does_not_depend_on_what_the_log_says(made: Logging, tmp_path: Path) -> None:
    leaf, issuing, other = made.leaf(), made.authority.issuing.certificate, logging(tmp_path / "other")
    chain = [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in (leaf, issuing)]
    assert made.app.test_client().post("/ct/v1/add-chain", json={"chain": chain}).status_code == 200
    for each in made.monitor().read():
        assert each.is_under(made.authority.root)
        assert not each.is_under(other.authority.root)
        # The right root, and an issuer that did not issue this one.
        assert not replace(each, issuer=other.authority.issuing.certificate).is_under(other.authority.root)
        assert not replace(each, issuer=None).is_under(made.authority.root)
    other.leaf()
    (foreign,) = other.monitor().read()
    assert not replace(foreign, issuer=issuing).is_under(made.authority.root)


def test_of_an_entry_it_believes_only_what_the_tree_includes(made: Logging) -> None:
    leaf = made.leaf()

    def other_precertificate(answer: dict[str, Any]) -> dict[str, Any]:
        extra = base64.b64encode(b"\0\0\5acorn\0\0\0").decode()
        return {"entries": [each | {"extra_data": extra} for each in answer["entries"]]}

    (told,) = made.monitor(lying(made.ask, "get-entries", other_precertificate)).read()
    assert (told.certificate.serial_number, names_of(told.certificate)) == (leaf.serial_number, [NAME])
