"""uuencode, Git's binary patches, Ascii85 and yEnc, in text."""

from __future__ import annotations

import base64
import binascii
import gzip
import subprocess
import zlib
from typing import TYPE_CHECKING

import pytest

from capture.played import VALUE, outcome, played, seen
from capture.wrapped import noise
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = b"this is " + VALUE + b", more or less"
LONG = base64.b85encode(noise(20_000)) + VALUE


def uuencoded(data: bytes, *, backtick: bool = False) -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45], backtick=backtick) for at in range(0, len(data), 45)]
    return b"begin 644 a file.gz\n" + b"".join(lines) + (b"`" if backtick else b" ") + b"\nend\n"


def patch(data: bytes) -> bytes:
    """As Git writes it, of a new file."""
    packed = zlib.compress(data)
    out = b"GIT binary patch\nliteral %d\n" % len(data)
    for at in range(0, len(packed), 52):
        line = packed[at : at + 52]
        letter = len(line) + (64 if len(line) <= 26 else 70)
        out += bytes([letter]) + base64.b85encode(line, pad=True) + b"\n"
    return out + b"\nliteral 0\nHcmV?d00001\n\n"


def yenc(data: bytes) -> bytes:
    out = bytearray()
    lines = []
    for byte in data:
        coded = (byte + 42) % 256
        out += bytes([61, (coded + 64) % 256]) if coded in (0, 10, 13, 61) else bytes([coded])
        if len(out) >= 128:
            lines.append(bytes(out))
            out.clear()
    lines.append(bytes(out))
    return b"=ybegin line=128 size=%d name=a.gz\r\n" % len(data) + b"\r\n".join(lines) + b"\r\n=yend size=1\r\n"


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
