"""The result of a scenario, and the exit code of a run."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.words.verdicts import verdicts, words
from overheard.words.result import Exchange, Interim, Result, exit_code
from overheard.words.verdict import Outcome, Verdict

lines = st.lists(words, max_size=2).map(tuple)
results = st.builds(
    Result,
    scenario=words,
    exchanges=st.lists(
        st.builds(Exchange, attempt=words, received=st.booleans(), error=words, notes=lines, wire=words, wrong=lines),
        max_size=2,
    ).map(tuple),
    verdict=verdicts,
    wrong=lines,
    skipped=st.just(""),
)


@given(results)
def test_a_result_survives_json(result: Result) -> None:
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


interims = st.one_of(
    results.map(Interim.of),
    st.builds(
        Interim,
        scenario=words,
        exchanges=st.none() | st.just((Exchange("a GET", received=True, notes=("a note",)),)),
        verdict=st.none() | verdicts,
    ),
)


@given(interims)
def test_what_is_known_so_far_survives_json(interim: Interim) -> None:
    assert Interim.from_json(json.loads(json.dumps(interim.to_json()))) == interim


def result(outcome: Outcome, *, as_expected: bool) -> Result:
    wrong = () if as_expected else ("it was to be otherwise",)
    return Result("http", (Exchange("a GET", received=True),), Verdict(outcome, ()), wrong)


OVERHEARD, PROTECTED, INCONCLUSIVE = Outcome.OVERHEARD, Outcome.PROTECTED, Outcome.INCONCLUSIVE
SKIPPED = Result.of_skipped("post-quantum", "it needs OpenSSL 3.5")


@pytest.mark.parametrize(
    ("expected", "unexpected", "code"),
    [
        ([OVERHEARD, PROTECTED, INCONCLUSIVE], [], 0),
        ([OVERHEARD], [OVERHEARD], 1),
        ([OVERHEARD], [INCONCLUSIVE], 2),
        ([OVERHEARD], [PROTECTED], 2),
        ([], [INCONCLUSIVE, OVERHEARD], 1),
        ([], [PROTECTED, INCONCLUSIVE], 2),
    ],
)
@pytest.mark.parametrize("skipped", [[], [SKIPPED]])
def test_the_exit_code_is_that_of_the_worst_unexpected_result(
    expected: list[Outcome], unexpected: list[Outcome], code: int, skipped: list[Result]
) -> None:
    run = [result(outcome, as_expected=True) for outcome in expected]
    run += [*(result(outcome, as_expected=False) for outcome in unexpected), *skipped]
    assert exit_code(run) == code
    assert exit_code(reversed(run)) == code


@pytest.mark.slow
@given(st.lists(results, min_size=1))
def test_zero_means_that_everything_is_as_expected(run: list[Result]) -> None:
    assert (exit_code(run) == 0) == all(result.as_expected for result in run)


def test_a_skipped_scenario_is_neither_as_expected_nor_failed() -> None:
    assert (SKIPPED.as_expected, SKIPPED.failed, SKIPPED.received, SKIPPED.error) == (False, False, False, "")


@pytest.mark.parametrize("run", [[], [SKIPPED]])
def test_if_nothing_was_run_the_exit_code_is_inconclusive(run: list[Result]) -> None:
    assert exit_code(run) == 2


def test_one_failed_attempt_suffices() -> None:
    fine, wrong = Exchange("a", received=True), Exchange("b", received=True, wrong=("it was to be refused",))
    verdict = Verdict(OVERHEARD, ())
    assert Result("fernet", (fine,), verdict).as_expected
    assert Result("fernet", (fine, wrong), verdict).failed
    assert Result("fernet", (fine,), verdict, wrong=("another verdict",)).failed


def test_the_first_attempt_decides_whether_it_was_received() -> None:
    first, second = Exchange("a", received=False, error="refused"), Exchange("b", received=True)
    result = Result("https", (first, second), Verdict(INCONCLUSIVE, ()))
    assert (result.received, result.error) == (False, "refused")
