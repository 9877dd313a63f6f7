"""Requirements that must not be skipped: in CI, both engines and the programs of the corpus."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

REQUIRED = os.environ.get("OVERHEARD_REQUIRED_ENGINES", "").split()


def fail_or_skip(engine: str, why: str) -> NoReturn:
    """Skip a test that cannot run here, or fail it if its engine is required."""
    if engine in REQUIRED:
        pytest.fail(f"the {engine} engine is required (OVERHEARD_REQUIRED_ENGINES), but {why}")
    pytest.skip(f"the {engine} engine: {why}")
