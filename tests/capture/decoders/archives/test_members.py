"""Archives that Python's tarfile writes, and ar archives as of Debian packages."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest

from capture.played import VALUE, outcome, played, seen
from capture.wrapped import noise
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.untyped import untyped

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "GNU": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def tar(*members: tuple[str, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar archive of a folder, and of these files in it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.uname, info.mtime = len(content), "squirrel", 1_700_000_000
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def ar(*members: tuple[str, bytes]) -> bytes:
    """An ar archive."""
    return b"!<arch>\n" + b"".join(
        b"%-16b%-12d%-6d%-6d%-8o%-10d`\n" % (name.encode(), 1_700_000_000, 0, 0, 0o644, len(content))
        + content
        + b"\n" * (len(content) % 2)
        for name, content in members
    )


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("size", [pytest.param(1, marks=pytest.mark.slow), 77, 5000, 100_000])
def test_the_contents_of_tar_are_read(form: int, size: int) -> None:
    data = tar(("a.txt", b"hello"), ("b.gz", gzip.compress(b"it is " + VALUE)), ("ö" * 40, b""), form=form)
    findings = played(untyped, data, range(0, len(data), size))
    assert seen(findings) == {("tar", "gzip")}
    assert not findings.unread


def test_names_of_all_lengths_are_read() -> None:
    for form in FORMATS.values():
        name = f"folder/{'long/' * 20}{VALUE.hex()}"
        findings = played(untyped, tar((name, b"hello"), form=form))
        assert ("tar", "hexadecimal") in seen(findings) or () in seen(findings)
        assert not findings.unread


def test_the_contents_of_ar_are_read() -> None:
    data = ar(("debian-binary", b"2.0\n"), ("data.tar.gz", gzip.compress(tar(("a.txt", b"it is " + VALUE)))))
    for cuts in ((), range(0, len(data), 3)):
        findings = played(untyped, data, cuts)
        assert seen(findings) == {("ar", "gzip", "tar")} or seen(findings) == {("ar", "gzip")}
        assert not findings.unread


@pytest.mark.parametrize(
    "data",
    [
        tar(("a", noise(3000))),
        ar(("a", noise(3000))),
        tar(("a", b"hello"))[:900],
        tar(("a", b"hello"))[:2000] + noise(3000),
        tar(("a", b"hello")) + noise(3000),
        tar(("a", b"hello")).replace(b"hello\0" + bytes(100), b"hello\0" + noise(100)),
        ar(("a", b"hello" * 100))[:300],
    ],
)
def test_what_is_unknown_or_damaged_in_them_is_reported(data: bytes) -> None:
    findings = played(untyped, data)
    assert {each.why for each in findings.unread} <= {Reason.OPAQUE, Reason.DAMAGED}
    assert findings.unread
    assert outcome(played(untyped, data, range(0, len(data), 50))) == outcome(findings)


def test_text_that_begins_like_ar_is_text() -> None:
    assert not played(
        untyped, b"!<arch>\nis how it begins, and it is text all the same, for sixty bytes and more"
    ).unread
