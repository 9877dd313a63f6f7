"""Markup within a word: tags with attributes, runs of Office documents, RTF."""

from __future__ import annotations

import html
import io
import random
import re
import zipfile

import pytest

from capture.played import played, seen, sightings, some_findings
from overheard_capture.decoders import markup
from overheard_capture.decoders.untyped import untyped

RUN = '</w:t></w:r><w:r w:rsidR="00A77B3E"><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">'
DELETED = '<w:del w:id="1" w:author="N"><w:r><w:delText>rry and sni</w:delText></w:r></w:del>'
INSERTED = '<w:rPr><w:ins w:id="3"/></w:rPr><w:ins w:id="2" w:author="N"><w:r><w:t>nny and sti</w:t></w:r></w:ins>'
ODF = '<text:change-start text:change-id="c1"/>rry<text:change-end text:change-id="c1"/>'
LEAKS = {
    "attributes": '<p>It is <span class="a">Flu</span><b id="x" title="1">ffy</b> tail <i lang=en>47</i>11.</p>',
    "every letter": "".join(f'<i style="color:#{at:06x}">{each}</i>' for at, each in enumerate("Fluffy tail 4711")),
    "a run of Office": f"<w:p><w:r><w:t>Flu{RUN}ffy tail 47{RUN}11</w:t></w:r></w:p>",
    "a comment": '<p>Fluffy ta<!-- a "comment" -->il 4711</p>',
    "sections": "<a><![CDATA[Flu]]><![CDATA[ffy tail]]><![CDATA[ 4711]]></a>",
    "a block for a blank": '<div class="x">Fluffy</div><div class="y">tail</div><br clear="all">4711',
    "cells": '<tr><td align="left">Fluffy<td align="left">tail<td align="left">4711</tr>',
    "what was deleted": "<p>It is Flu<del datetime='2026'>rry, f</del>ffy tail <DEL>12</DEL>4711.</p>",
    "what was inserted": "<p>It is Flu<ins cite=x>nny stu</ins>ffy tail 47<ins>12</ins>11.</p>",
    "deleted runs of Word": f"<w:p><w:r><w:t>Flu</w:t></w:r>{DELETED}<w:r><w:t>ffy tail 4711</w:t></w:r></w:p>",
    "inserted runs of Word": f"<w:p><w:r><w:t>Flu</w:t></w:r>{INSERTED}<w:r><w:t>ffy tail 4711</w:t></w:r></w:p>",
    "insertions of OpenDocument": f"<text:p>Flu{ODF}ffy tail 4711</text:p>",
    "RTF": r"{\rtf1\ansi{\fonttbl\f0 Arial;}\f0 It is {\b Flu}ffy t{\i a}il\b0  4711\par}",
}

# Hyphens and blanks at which no line is broken, and hyphens that are seen only where one is.
KEPT_TOGETHER = {
    "Word": "<w:r><w:t>Fluffy</w:t><w:noBreakHyphen/><w:t>ta</w:t><w:softHyphen/><w:t>il-4711</w:t></w:r>",
    "Word, between pieces of a run": "<w:r><w:t>Fluf</w:t></w:r><w:r><w:t>fy</w:t><w:noBreakHyphen /></w:r>tail-4711",
    "RTF": r"{\rtf1\ansi Flu\-ffy\_tail\_4711\par}",
}


@pytest.mark.parametrize("text", KEPT_TOGETHER.values(), ids=KEPT_TOGETHER)
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "plain"])
def test_a_hyphen_that_is_a_tag_is_one(text: str, compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not compiled:
        monkeypatch.setattr(markup, "core", lambda: None)
    assert played(untyped, text.encode(), findings=some_findings(value=b"Fluffy-tail-4711")).sightings
    for other in ("softHyphen", "noBreakHyphens", "noBreakHyphen.a", "b"):
        look_alike = text.replace("noBreakHyphen", other).replace("\\_", "\\*").encode()
        assert not played(untyped, look_alike, findings=some_findings(value=b"Fluffy-tail-4711")).sightings


def test_a_blank_of_rtf_that_breaks_no_line_is_one() -> None:
    assert sightings(played(untyped, rb"{\rtf1\ansi Fluffy\~tail\~4711\par}"))


@pytest.mark.parametrize("text", LEAKS.values(), ids=LEAKS)
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "plain"])
def test_a_word_is_found_across_tags(text: str, compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not compiled:
        monkeypatch.setattr(markup, "core", lambda: None)
    for whole in (text, f"{'The squirrels are out. ' * 400}<p>{text}") if not text.startswith("{") else (text,):
        data = whole.encode()
        every = sightings(played(untyped, data))
        assert every
        for cuts in ([len(data) // 2], [1, 200, 4500, len(data) - 20], range(0, len(data), 700)):
            assert sightings(played(untyped, data, cuts)) == every


def test_its_place_is_that_in_the_text_with_tags() -> None:
    (found,) = played(untyped, b'<p>It is <b class="x">Fluffy</b> <i class="y">tail</i> 4711, or so.').sightings
    assert found.layers == (markup.LAYER,)
    assert (found.place.offset, found.place.length) == (54 + 22, 37)
    assert found.matched == b"Fluffy tail 4711"


def test_it_is_found_in_a_document_of_office() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as document:
        document.writestr("word/document.xml", f"<?xml version='1.0'?>{LEAKS['a run of Office']}")
    assert any(markup.LAYER in layers for layers in seen(played(untyped, packed.getvalue())))


@pytest.mark.parametrize(
    "text",
    [
        '<p class="x">Fluffy</p> and <p class="x">tail 4711</p>',
        '<a href="Fluffy">tail</a> 4711',
        "if a < b and Fluffy > c then tail 4711",
        '<b class="x">Fluffy tail</b> 4712',
        f"<b {'x' * 1100}>Fluffy</b> <b>tail</b>",
        html.escape(LEAKS["attributes"]),
        r"{\rtf1 Fluffy {\b and} tail 4711}",
    ],
)
def test_other_words_between_tags_are_not_found(text: str) -> None:
    assert not played(untyped, text.encode()).sightings


def test_what_no_tag_interrupts_is_reported_once() -> None:
    findings = played(untyped, b'<p class="x">Fluffy tail 4711</p><p>Fluffy tail <b>4712</b></p>')
    assert len(findings.sightings) <= 1
    assert markup.LAYER not in {layer for layers in seen(findings) for layer in layers}


def test_both_ways_to_remove_tags_do_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(1)  # noqa: S311 - reproducible
    tags = ["<b>", "</P >", "<br/>", "<w:tab/>", "<![cdata[", "]]>", "<", ">", "a", "<a href='x'>", "<h7>", "<hr"]
    tags += ["<p-x>", "< b>", "<?xml?>", "</>", "<1>", "\n", "<p:>", "<a:p>", "<abcdefghi:p>", "<td\n>"]
    tags += ["<w:noBreakHyphen/>", "<nobreakhyphen >", "<w:noBreakHyphen-x>", "<w:noBreakHyphens/>"]
    tags += [f"<{'a' * count}>" for count in (1021, 1022, 1023)]
    texts = ["".join(draw.choices(tags, k=draw.randrange(1, 9))).encode() for _ in range(2000)]
    texts += [bytes(draw.choices(b"<>/!?ap:b]-[CDAT=1 ", k=draw.randrange(30))) for _ in range(2000)]
    compiled = [bytes(markup.without_tags(text)) for text in texts]
    monkeypatch.setattr(markup, "core", lambda: None)
    assert [bytes(markup.without_tags(text)) for text in texts] == compiled
    assert any(re.search(b"<", text) and b"<" not in plain for text, plain in zip(texts, compiled, strict=True))
