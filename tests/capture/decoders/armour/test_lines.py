"""uuencode, Git's binary patches, Ascii85 and yEnc, in text."""

from __future__ import annotations

import base64
import gzip
import subprocess
from typing import TYPE_CHECKING

import pytest

from capture.decoders.armour.lined import patch, uuencoded, yenc
from capture.played import VALUE, outcome, played, seen
from capture.wrapped import noise
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = b"this is " + VALUE + b", more or less"
LONG = base64.b85encode(noise(20_000)) + VALUE


WRITTEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "uuencode": (uuencoded, "uuencode"),
    "uuencode with backticks": (lambda data: uuencoded(data, backtick=True), "uuencode"),
    "uuencode, CR LF": (lambda data: uuencoded(data).replace(b"\n", b"\r\n"), "uuencode"),
    "a patch": (patch, "base85"),
    "Ascii85": (lambda data: base64.a85encode(data, adobe=True), "base85"),
    "Ascii85 in lines": (lambda data: base64.a85encode(data, adobe=True, wrapcol=72), "base85"),
    "yEnc": (yenc, "yEnc"),
}
CONTENTS = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "text": TEXT,
    "UTF-16": TEXT.decode().encode("utf-16-le"),
    "long": gzip.compress(LONG, mtime=0),
}


@pytest.mark.slow
@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("name", WRITTEN)
def test_it_is_decoded(name: str, content: str) -> None:
    write, layer = WRITTEN[name]
    text = b"Here it is:\n\n" + write(CONTENTS[content]) + b"\nand that is all.\n"
    findings = played(untyped, text)
    assert any(layer in layers for layers in seen(findings))
    if name != "yEnc":
        assert not findings.unread
    for size in (1000, 333) if content == "long" else (1, 100):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


def test_a_patch_by_git_is_read(tmp_path: Path) -> None:
    def git(*arguments: str) -> bytes:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.net")
        return subprocess.run(["git", *who, *arguments], cwd=tmp_path, capture_output=True, check=True).stdout

    git("init", "-q")
    (tmp_path / "a.bin").write_bytes(b"\0\1\2" + noise(300) + VALUE)
    git("add", ".")
    git("commit", "-qm", "one")
    text = git("format-patch", "--root", "--stdout", "--binary")
    assert ("base85", "zlib") in seen(played(untyped, text))


LOOK_ALIKES = {
    "words": b"let us begin 644 times\nGIT binary patch\nis what it says <~ here\n",
    "damaged": uuencoded(CONTENTS["gzip"])[:60] + b"\xe4\xe4\n" + uuencoded(CONTENTS["gzip"])[60:],
    "something else": uuencoded(gzip.compress(b"nothing of the kind" * 9)),
    "a shell": b"sort <~/names.txt | uniq\n" * 20,
    "many marks": b"begin begin begin <~<~<~" * 5000,
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_resembles_it_is_no_finding(name: str) -> None:
    findings = played(untyped, LOOK_ALIKES[name])
    assert not findings.sightings


def test_a_gap_ends_it() -> None:
    text = uuencoded(CONTENTS["long"])
    assert not played(untyped, text, gap=(1000, 1100)).sightings
