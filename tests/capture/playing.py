"""Plays a case of inside.py in namespaces of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from processes import in_namespaces


def played(case: str, folder: Path) -> dict[str, Any]:
    """The result."""
    outcome: dict[str, Any] = json.loads(in_namespaces(Path(__file__).parent / "inside.py", case, str(folder)))
    return outcome
