"""The code of the page for services of one's own, as it stands: it fails in clear, and passes over TLS."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from docs.pages import ROOT, changed, code
from lab.pki import Files
from overheard.engines.base import clean_environment
from processes import LONG

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("local_engine")

PAGE = (ROOT / "docs" / "five-minutes.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def write_certificates(folder: Path, scratch: Path) -> None:
    """What trustme writes."""
    files = Files.make(scratch)
    for name, path in (("client.pem", files.root), ("server.pem", files.certificate), ("server.key", files.key)):
        shutil.copy(path, folder / name)


def test_fastapi(pytester: pytest.Pytester, tmp_path: Path) -> None:
    in_clear, *changes = code(SECTIONS["FastAPI"])
    write_certificates(pytester.path, tmp_path)
    pytester.makepyfile(test_clear=in_clear, test_tls=changed(in_clear, *changes))
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*OVERHEARD     secret  seen in frame *, plainly", "FAILED test_clear.py::*"])


def test_django(tmp_path: Path) -> None:
    """In a new project, without any change."""
    subprocess.run([sys.executable, "-m", "django", "startproject", "oak", "."], cwd=tmp_path, check=True)
    (tmp_path / "certificates").mkdir()
    write_certificates(tmp_path, tmp_path / "certificates")

    def run(tests: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "oak" / "tests.py").write_text(tests)
        return subprocess.run(
            [sys.executable, "manage.py", "test"],
            cwd=tmp_path,
            env=clean_environment(),
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

    in_clear, over_tls = map(run, code(SECTIONS["Django"]))
    assert in_clear.returncode == 1
    assert "AssertionError: False is not true : OVERHEARD     secret  seen in frame" in in_clear.stderr
    assert over_tls.returncode == 0, over_tls.stderr
