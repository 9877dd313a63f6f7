"""One test over all rows of a table."""

from __future__ import annotations

import functools
import inspect
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pytest

    Test = Callable[..., None]


def for_each(**tables: Iterable[object]) -> Callable[[Test], Test]:
    """Make one test of the rows of a table, or of every combination of the rows of several.

    It continues after a row that fails or is skipped, and each of these is reported by its name. This is for rows that
    take less time than pytest takes for a test, which is about 10 ms, as every worker collects all tests, and share
    their fixtures. For others, and for rows that somebody may want to run alone, there is `pytest.mark.parametrize`.
    """
    own = {name: list(rows) for name, rows in tables.items()}
    if not all(own.values()):
        raise ValueError("a test of a table without rows tests nothing")

    def decorate(test: Test) -> Test:
        # Of a test that has tables already, they are joined.
        run, every = getattr(test, "of_row", test), {**own, **getattr(test, "tables", {})}

        @functools.wraps(test)
        def over_all(subtests: pytest.Subtests, **fixtures: object) -> None:
            for values in itertools.product(*every.values()):
                try:
                    run(**dict(zip(every, values, strict=True)), **fixtures)
                except BaseException:  # an outcome of pytest, such as a skip, is no Exception
                    # It is reported by the context manager, which raises an interruption again.
                    with subtests.test(", ".join(map(_name, values))):
                        raise

        signature = inspect.signature(run)
        asked = [each for each in signature.parameters.values() if each.name not in every]
        subtests = inspect.Parameter("subtests", inspect.Parameter.KEYWORD_ONLY)
        whole = [*(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in asked), subtests]
        vars(over_all).update(of_row=run, tables=every, __signature__=signature.replace(parameters=whole))
        return over_all

    return decorate


def _name(value: object) -> str:
    return str(getattr(value, "name", None) or getattr(value, "__name__", None) or value)[:100]
