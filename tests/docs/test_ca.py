"""The README of the CA matches the code."""

from __future__ import annotations

import re
from pathlib import Path

from overheard_ca.refusals import KINDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "ca" / "README.md").read_text()


def test_it_lists_every_refusal_with_its_status() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", README, re.MULTILINE)
    assert listed == [(kind.code, str(kind.status)) for kind in KINDS]


def test_it_lists_every_setting() -> None:
    listed = re.findall(r"^\| `(OVERHEARD_CA_\w+)`", README, re.MULTILINE)
    source = "".join(path.read_text() for path in (ROOT / "ca/overheard_ca").rglob("settings.py"))
    read = re.findall(r'environment\.\w+\(\s*"(OVERHEARD_CA_\w+)"', source)
    assert sorted(listed) == sorted(read)
