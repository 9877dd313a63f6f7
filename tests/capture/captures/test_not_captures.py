"""A file that is no capture is called what it is, by name, with what to do."""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from overheard.words.errors import UnreadableError
from overheard_capture.captures.not_captures import is_capture, kind_of
from overheard_capture.captures.reader import CaptureReader


def zipped() -> bytes:
    with zipfile.ZipFile(held := io.BytesIO(), "w") as archive:
        archive.writestr("a.pcap", b"a capture")
    return held.getvalue()


def tarred() -> bytes:
    with tarfile.open(fileobj=(held := io.BytesIO()), mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.pcap"))
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "what", "hint"),
    [
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n",
            "a pointer of Git LFS",
            "git lfs pull",
        ),
        (b"\n<!DOCTYPE html>\n<html><body>Not found</body></html>", "an HTML page", "download"),
        (b"<HTML><head></head></HTML>", "an HTML page", "download"),
        (b'<?xml version="1.0"?><pdml></pdml>', "an XML file", "download"),
        (b'{"log": {"version": "1.2"}}', "a JSON file", "from which"),
        (zipped(), "a zip archive", "unpack"),
        (tarred(), "a tar archive", "unpack"),
        (bz2.compress(b"a capture"), "compressed with bzip2", "bunzip2"),
        (lzma.compress(b"a capture"), "compressed with xz", "unxz"),
        (b"snoop\0\0\0\0\0\0\2\0\0\0\4" + bytes(40), "a snoop file", "editcap"),
        (b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ==\n-----END PRIVATE KEY-----\n", "a private key (PEM)", "capture"),
        (b"CLIENT_RANDOM " + b"0a" * 32 + b" " + b"0b" * 48 + b"\n", "a key log", "--keys"),
        (b"0000  02 00 00 00 00 b2 02 00 00 00 00 a1 08 00 45 00\n", "a hex dump", "text2pcap"),
    ],
)
def test_it_is_called_what_it_is(tmp_path: Path, content: bytes, what: str, hint: str) -> None:
    path = tmp_path / "it.pcap"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as raised:
        list(CaptureReader([path]).frames())
    assert f"it.pcap is {what}, and no capture" in str(raised.value)
    assert hint in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"PK", b"hello world, this is text", bytes(100), b"\x1f", b"<", b"{x" * 900])
def test_anything_else_is_not_called_anything(content: bytes) -> None:
    assert kind_of(content) is None
    assert not is_capture(content)
