"""A newcomer's five minutes: the scripts of `examples/` as they stand, from an empty environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from install.building import build_wheel
from install.installers import NETWORK
from install.places import CACHE
from processes import LONG, PROJECT

if TYPE_CHECKING:
    from install.installers import Tools

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("local_engine")]


@pytest.fixture(scope="module")
def pure_wheel(source: Path, shared: Path) -> Path:
    """A wheel without the compiled part, which needs no compiler."""
    return build_wheel(source, shared / "pure", CC="no-such-compiler")


@pytest.mark.parametrize("name", ["flask-requests", "fastapi-httpx"])
def test_a_build_fails_and_then_passes(
    name: str,
    pure_wheel: Path,
    tools: Tools,  # noqa: ARG001  (they say whether there is a package index)
) -> None:
    example = PROJECT / "examples" / name
    before = sorted(example.rglob("*"))
    python = Path(os.path.realpath(sys.executable)).parent
    # pip compiles no modules: of all that is installed, few are imported.
    environment: dict[str, str | Path] = {
        **NETWORK,
        "PATH": f"{python}:{os.environ['PATH']}",
        "PIP_NO_COMPILE": "1",
        "XDG_CACHE_HOME": CACHE,
    }
    done = subprocess.run(
        ["sh", example / "run.sh"],
        env={**environment, "OVERHEARD": pure_wheel},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=5 * LONG,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    failed, _, passed = done.stdout.partition("== 3. ")
    assert "OVERHEARD     secret  seen in frame" in failed
    assert "1 failed in" in failed
    assert "1 passed in" in passed
    assert sorted(example.rglob("*")) == before
