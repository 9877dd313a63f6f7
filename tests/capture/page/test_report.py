"""The page of a run as one file."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from capture.page.place import MESSAGE
from overheard.words.recording import RESULTS
from overheard.words.secret import Secret
from overheard_capture.page.report import report
from overheard_capture.page.run_folder import RunFolder
from overheard_capture.search import search_for

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def small(run: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Two scenarios of the run."""
    folder: Path = tmp_path_factory.mktemp("small") / run.name
    folder.mkdir()
    for file in run.path.iterdir():
        if file.name.startswith(("http.", "https.", "session")):
            (folder / file.name).write_bytes(file.read_bytes())
    kept = [run.known[name].to_json() for name in ("http", "https")]
    (folder / RESULTS).write_text(json.dumps({"results": kept}))
    return RunFolder(folder)


def embedded(html: str) -> dict[str, Any]:
    found = re.search('id="embedded">([^<]*)<', html)
    assert found
    parts: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return parts


def test_it_has_everything_in_itself(small: RunFolder) -> None:
    steps: list[str] = []
    html = report(small, MESSAGE, steps.append)
    assert steps == ["http", "https"]
    assert not re.findall(r'(?:src|href)="(?!#|https://|data:)', html)
    parts = embedded(html)
    base = f"/runs/{small.name}/https"
    assert {f"{base}/ladders", f"{base}/ladders?keys", f"{base}/beside?keys", f"{base}/certificates"} <= parts.keys()
    for address in re.findall('data-fragment="([^"]+)"', html):
        assert address in parts
    drawn = re.findall('data-frame="([0-9]+)"', parts[f"{base}/ladders"])
    assert {f"{base}/packets/{frame}{keys}" for frame in drawn for keys in ("", "?keys")} <= parts.keys()


def test_nothing_may_run_in_it_but_its_own(small: RunFolder) -> None:
    html = report(small, MESSAGE, lambda _scenario: None)
    (policy,) = re.findall('Content-Security-Policy" content="([^"]+)"', html)
    assert "default-src" in policy
    assert "unsafe" not in policy
    assert policy.count("sha256-") == 2


def test_the_secret_is_masked_in_every_spelling_unless_it_is_asked_for(small: RunFolder) -> None:
    search = search_for((Secret("message", MESSAGE.encode()),))
    html = report(small, MESSAGE, lambda _scenario: None)
    text = (html.partition('id="embedded"')[0] + json.dumps(embedded(html), ensure_ascii=False)).encode()
    assert [text[each.offset - 40 : each.offset + 20] for each in search.matches(text)] == []
    assert "pcapng;base64" not in html
    shown = report(small, MESSAGE, lambda _scenario: None, with_secret=True, with_recordings=True)
    assert MESSAGE.encode().hex() in json.dumps(embedded(shown))
    assert shown.count("pcapng;base64") == 2
