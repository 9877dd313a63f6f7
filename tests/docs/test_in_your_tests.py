"""The code of the page on tests of one's own, as it stands."""

from __future__ import annotations

import inspect
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from docs.pages import ROOT, changed, code, rows
from lab.pki import Files
from overheard import listen
from overheard.witness.pytest_plugin import ListenSettings

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "in-your-tests.md").read_text()
IN_CLEAR, SERVER, CLIENT, *_ = code(PAGE)


@pytest.mark.usefixtures("local_engine")
def test_the_test_of_the_page_fails_and_then_passes(pytester: pytest.Pytester, tmp_path: Path) -> None:
    pytester.makepyfile(test_login=IN_CLEAR)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*OVERHEARD     secret  seen in frame *, plainly", "*: recorded in *.pcapng"])
    files = Files.make(tmp_path)
    for name, path in (("root", files.root), ("certificate", files.certificate), ("key", files.key)):
        shutil.copy(path, pytester.path / f"{name}.pem")
    pytester.makepyfile(test_login=changed(IN_CLEAR, SERVER, CLIENT))
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_every_argument_is_on_the_page() -> None:
    assert {name for name, _ in rows(PAGE, "argument |")} == set(inspect.signature(listen).parameters)


def test_every_setting_is_on_the_page() -> None:
    (ini,) = re.findall(r"^```ini\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"^overheard_(\w+) = ", ini, re.MULTILINE))
    # The patience has no option of its own.
    fields = {*ListenSettings._fields} - {"patience"}
    assert named == {each.replace("capture_", "") for each in fields} | {"secrets"}
