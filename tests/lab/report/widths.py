"""What is printed in terminals of some widths, for tests of reports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from lab.report.results import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

WIDTHS = pytest.mark.parametrize("width", [40, 60, 80, 120])


def within(renderable: RenderableType, width: int) -> str:
    """What is printed in a terminal of this width, in which nothing may be cut."""
    said = shown(renderable, width=width)
    assert max(map(len, said.splitlines())) <= width
    assert "…" not in said
    return said


def whole(names: Iterable[str], said: str) -> list[str]:
    """The names that are not on one line."""
    return [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said)]
