"""What may not be skipped: in CI both engines, and all that a case of the corpus needs."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

REQUIRED = os.environ.get("OVERHEARD_REQUIRED_ENGINES", "").split()


def fail_or_skip(engine: str, why: str) -> NoReturn:
    """Skip a test that cannot be run here, or fail it where its engine is required."""
    if engine in REQUIRED:
        pytest.fail(f"the {engine} engine is required (OVERHEARD_REQUIRED_ENGINES), but {why}")
    pytest.skip(f"the {engine} engine: {why}")
