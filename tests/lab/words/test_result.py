"""What comes of a scenario, and the exit code of a run."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.words.verdicts import verdicts, words
from overheard.words.result import Result, exit_code
from overheard.words.verdict import Outcome, Verdict

results = st.builds(
    Result, scenario=words, received=st.booleans(), error=words, verdict=verdicts, as_expected=st.booleans()
)


@given(results)
def test_a_result_survives_json(result: Result) -> None:
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


def result(outcome: Outcome, *, as_expected: bool) -> Result:
    return Result("http", received=True, error="", verdict=Verdict(outcome, ()), as_expected=as_expected)


OVERHEARD, PROTECTED, INCONCLUSIVE = Outcome.OVERHEARD, Outcome.PROTECTED, Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("expected", "unexpected", "code"),
    [
        ([], [], 0),
        ([OVERHEARD, PROTECTED, INCONCLUSIVE], [], 0),
        ([OVERHEARD], [OVERHEARD], 1),
        ([OVERHEARD], [INCONCLUSIVE], 2),
        ([OVERHEARD], [PROTECTED], 2),
        ([], [INCONCLUSIVE, OVERHEARD], 1),
        ([], [PROTECTED, INCONCLUSIVE], 2),
    ],
)
def test_the_exit_code_is_of_the_gravest_that_was_not_expected(
    expected: list[Outcome], unexpected: list[Outcome], code: int
) -> None:
    run = [result(outcome, as_expected=True) for outcome in expected]
    run += [result(outcome, as_expected=False) for outcome in unexpected]
    assert exit_code(run) == code
    assert exit_code(reversed(run)) == code


@given(st.lists(results))
def test_zero_means_that_all_is_as_expected(run: list[Result]) -> None:
    assert (exit_code(run) == 0) == all(result.as_expected for result in run)
