"""Texts of the chapters as HTML."""

from __future__ import annotations

import pytest

from overheard_capture.page.prose import prose


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "plain"),
        ("run `curl -k`, or not", "run <code>curl -k</code>, or not"),
        ("<b> & `<i>`", "&lt;b&gt; &amp; <code>&lt;i&gt;</code>"),
        ("one ` alone", "one ` alone"),
    ],
)
def test_what_is_in_backquotes_is_code_and_all_is_escaped(text: str, html: str) -> None:
    assert prose(text) == html
