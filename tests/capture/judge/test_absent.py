"""What the evidence says of a match by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange, rewritten
from capture.recordings import says
from overheard import Options, judge

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("secret", "size", "expected"),
    [
        ("a rather long secret", 100, "a match by chance is next to impossible in the "),
        ("x~", 100, "captures like this one has a match by chance in the "),
        ("~", 4000, "matches by chance are expected in the "),
    ],
)
def test_chance_is_told_in_words(secret: str, size: int, expected: str, tmp_path: Path) -> None:
    frames = exchange([b"acorn " * (size // 6) + b"." * (size % 6)], [])
    report = judge(rewritten(tmp_path / "x.pcapng", frames), {"x": secret}, Options(vouched={"whole", "sent"}))
    assert expected in says(report.verdicts["x"], "chance")
