"""The faults of certificates: each has its words, and a rule that finds it."""

from __future__ import annotations

import pytest

from overheard.certificates.rules.elsewhere import ELSEWHERE
from overheard.certificates.rules.refused import RULES
from overheard.certificates.rules.strict import STRICT
from overheard.words.faults import FAULTS, CertificateFault, explained
from overheard.words.gallery import ROWS
from rows import for_each

# Found before there is a chain to check.
BEFORE = {"certificate-unreadable", "crl-unreadable", "document-malformed"}


def test_every_rule_of_show_is_explained() -> None:
    for rule in (*RULES, *STRICT, *ELSEWHERE):
        assert explained(rule.row).name == rule.row


def test_every_fault_has_a_rule() -> None:
    assert {fault.name for fault in FAULTS} == {rule.row for rule in (*RULES, *STRICT, *ELSEWHERE)} - {
        row.name for row in ROWS
    } | BEFORE


def test_no_fault_has_the_name_of_another() -> None:
    names = [*(row.name for row in ROWS), *(fault.name for fault in FAULTS)]
    assert len(set(names)) == len(names)


@for_each(fault=FAULTS)
def test_a_fault_is_a_phrase_a_cause_and_a_cure(fault: CertificateFault) -> None:
    assert fault.wrong[0].islower()
    assert not fault.wrong.endswith(".")
    assert fault.cause.endswith(".")
    assert fault.cure.endswith(".")


@for_each(fault=[fault for fault in FAULTS if fault.name.startswith("strict-")])
def test_a_strict_fault_says_which_error_python_3_13_has(fault: CertificateFault) -> None:
    assert fault.refused.startswith("Python 3.13 and later")
    assert fault.refused.count("`") >= 6
    assert fault.accepted


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        explained("nothing")
