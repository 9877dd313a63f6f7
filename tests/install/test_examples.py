"""A newcomer's five minutes: the scripts of `examples/` as they stand, from an empty environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from install.places import HERE, Place
from install.wheels import of_the_project, without_index
from processes import LONG, PROJECT

if TYPE_CHECKING:
    from install.installers import Tools

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("local_engine")]


@pytest.mark.parametrize("name", ["flask-requests", "fastapi-httpx"])
def test_a_build_fails_and_then_passes(
    name: str,
    wheel: Path,
    tools: Tools,  # noqa: ARG001  (they say whether there is a package index)
) -> None:
    example = PROJECT / "examples" / name
    before = sorted(example.rglob("*"))
    python = Path(os.path.realpath(sys.executable))
    environment: dict[str, str | Path] = {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        # pip compiles no modules: of all that is installed, few are imported. The option is so named.
        "PIP_NO_COMPILE": "no",
        **without_index(of_the_project(Place(HERE, str(python)))),
    }
    done = subprocess.run(
        ["sh", example / "run.sh"],
        env={**environment, "OVERHEARD": wheel},
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
