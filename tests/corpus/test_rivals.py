"""Other tools on the corpus: they find what they should, and nothing in look-alikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus.cases import CASES
from corpus.rivals import RIVALS, ToolResults, missing
from corpus.table import COMPARED
from required import REQUIRED

if TYPE_CHECKING:
    from corpus.recorded import Recorded

# What each should find: the plain secret, and what only this kind of tool reassembles.
_PLAIN = {"plain", "http-cookie", "smtp-text", "ftp-file", "redis"}
_STREAM = {*_PLAIN, "tcp-in-two-segments", "telnet-keys"}
_HTTP = {"plain", "coding-gzip", "chunked-split"}
FOUND = {
    "`grep -F`": _PLAIN,
    "ngrep": _PLAIN,
    "`frame contains`": _PLAIN,
    "Follow stream": {*_STREAM, "out-of-order", "tunnel-gre", "fragments"},
    "tcpflow": _STREAM,
    "`http.file_data`": _HTTP,
    "tcpflow, HTTP": {*_STREAM, "coding-gzip"},
    "27 terms": {*_PLAIN, *_HTTP, "base64-at-1", "utf-16-le", "hex"},
}


@pytest.fixture(scope="module")
def asked(corpus: Recorded) -> ToolResults:
    """The tools, if they are installed."""
    if tools := missing():
        why = f"{' and '.join(tools)} would have to be installed"
        pytest.fail(why) if REQUIRED else pytest.skip(why)
    return ToolResults(corpus, CASES)


@pytest.mark.parametrize("corpus", COMPARED, indirect=True)
@pytest.mark.parametrize("tool", RIVALS)
def test_another_tool_finds_what_it_should_and_no_look_alike(asked: ToolResults, tool: str) -> None:
    found = RIVALS[tool](asked)
    assert FOUND[tool] - found == set()
    assert found - {case.name for case in CASES if case.leak} == set()
