"""Looks up the frames that are to be shown, after judging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.report.places import Place
from overheard_capture.judge.api import look_up

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def placed(files: Sequence[str], shown: Collection[int], named: Collection[int]) -> dict[int, Place]:
    """The places of the frames `named`, and the bytes of those that are `shown`, by their numbers over all files.

    Empty for input that can be read only once.
    """
    return {number: Place(*stored) for number, stored in look_up(files, shown, named).items()}
