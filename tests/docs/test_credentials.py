"""The page of credentials: its kinds are those of the code, and its programs those of the tests."""

from __future__ import annotations

import re
from collections import defaultdict

from capture.credentials.clients import CLIENTS
from capture.credentials.servers import SERVERS
from docs.pages import ROOT, rows
from overheard_capture.credentials.table import KINDS
from overheard_capture.credentials.tokens import JWT, TOKENS

PAGE = (ROOT / "docs" / "credentials.md").read_text()
WITNESS = (ROOT / "docs" / "witness.md").read_text()
TABLE = [[re.findall(r"`([^`]+)`", cell) or [cell] for cell in row[1:3]] for row in rows(PAGE, "protocol | kinds")]
# Kinds that only the corpus has, with the program of its case.
_CORPUS = {"snmp-community": {"snmpget"}}


def programs() -> dict[str, set[str]]:
    """By kind, the programs that send it in tests."""
    found: dict[str, set[str]] = defaultdict(set)
    for client in CLIENTS.values():
        found[client.code].add(client.command.split()[0])
    for server in SERVERS.values():
        for code in server.kinds:
            found[code] |= {*server.programs, server.programs[0].removeprefix("rsh-redone-")}
    for kind in (*TOKENS, *JWT):
        found[kind.code].add("curl")
    for code, names in _CORPUS.items():
        found[code] |= names
    return found


def test_the_kinds_of_the_page_are_those_of_the_code() -> None:
    assert {code for codes, _ in TABLE for code in codes} == {kind.code for kind in KINDS}


def test_each_kind_is_explained_once() -> None:
    """What it is, and how false alarms are avoided."""
    explained = [code for row in rows(WITNESS, "kind | what it is") for code in re.findall(r"[a-z0-9-]+", row[0])]
    assert sorted(explained) == sorted({kind.code for kind in KINDS})


def test_the_changelog_counts_them() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert re.findall(r"finds (\d+) kinds of credentials", changes) == [str(len({kind.code for kind in KINDS}))]


def test_each_kind_is_sent_by_the_programs_of_its_row() -> None:
    sent_by = programs()
    for codes, names in TABLE:
        assert set(names) <= set().union(*(sent_by[code] for code in codes)), codes
        for code in codes:
            assert sent_by[code] & set(names), code


def test_each_row_says_something_of_each_tool() -> None:
    for row in rows(PAGE, "protocol | kinds"):
        assert len(row) == 6, row
        assert all(row), row
