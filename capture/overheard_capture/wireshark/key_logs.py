"""Key logs (RFC 9850): how they are read, and what is wrong with a file that is none."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from overheard_capture.captures.not_captures import HEAD, is_capture, kind_of
from overheard_capture.content.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pathlib import Path

# Byte order marks. PowerShell writes UTF-16, and editors on Windows a mark before UTF-8. The first match counts.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A line: a label, the client random, and the secret. RSA has the beginning of the encrypted premaster secret, or a
# session ID and a master key.
_LINE = lazy_pattern(
    rb"[ \t]*(?:[A-Z][A-Z0-9_]* [0-9A-Fa-f]{16,64} (?:[0-9A-Fa-f]{2}){16,64}"
    rb"|ECH_CONFIG [0-9A-Fa-f]{64} (?:[0-9A-Fa-f]{2})+|RSA Session-ID:[0-9A-Fa-f]* Master-Key:[0-9A-Fa-f]{96})[ \t]*"
)
# A longer line is none; this bounds the time.
_LONGEST_LINE = 8192


def read_key_log(path: Path) -> bytes:
    """The lines of a key log in ASCII, whatever its byte order mark and line ends are. Raises OSError."""
    data = path.read_bytes()
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            data = data[len(mark) :].decode(encoding, "replace").encode("ascii", "replace")
            break
    else:
        # UTF-16 without a mark: every other byte of ASCII is zero.
        if b"\0" in data[:64]:
            data = data.replace(b"\0", b"")
    return b"\n".join(data.splitlines())


def fault_of(path: Path) -> str:
    """Why a file is no key log, in words, with its name; empty if it is one, is empty, or cannot be read."""
    try:
        data = read_key_log(path)
    except OSError:
        return ""
    lines = [line for line in data.split(b"\n") if line.strip() and not line.lstrip().startswith(b"#")]
    if not lines:
        return "" if not data.strip() else f"{path.name} has comments alone, and no keys"
    if any(_LINE.fullmatch(line) for line in lines if len(line) <= _LONGEST_LINE):
        return ""
    with path.open("rb") as file:
        head = file.read(HEAD)
    kind = kind_of(head)
    if is_capture(head):
        return f"{path.name} is a capture, and no key log"
    if kind and kind.what != "a key log":
        return f"{path.name} is {kind.what}, and no key log"
    return f"{path.name} has no line in the format of a key log (label, client random, secret)"
