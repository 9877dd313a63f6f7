"""Server-sent events, in the format of the HTML standard."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

from overheard_capture.page import events

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_OFTEN", 0)
    monkeypatch.setattr(events, "_LONG", 0.05)


def _told(stamps: Iterator[str]) -> str:
    return events.events(lambda: next(stamps)).get_data(as_text=True)


def test_a_change_is_told_once() -> None:
    told = _told(chain(["one", "one", "two"], repeat("two")))
    assert told.count("event: changed\n") == 2
    assert told.index("data: one\n\n") < told.index("data: two\n\n")


def test_a_browser_that_has_gone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_ALIVE", 0)
    assert ": nothing new\n\n" in _told(repeat("one"))


def test_it_ends_and_says_when_to_connect_again() -> None:
    assert _told(repeat("")).startswith("retry: ")
    assert events.events(lambda: "").mimetype == "text/event-stream"
