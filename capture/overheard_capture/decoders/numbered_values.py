"""Numbered values: a long cookie is set in several, whose names end in a number, and so are parameters and fields.

Examples are `session.0=...; session.1=...` of Auth.js, `.AspNetCore.CookiesC1=...`, and `part[0]=...&part[1]=...`.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.decoders.joined_values import read_joined_either_way
from overheard_capture.decoders.untyped import armoured

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

# Whatever it begins with, one of the names has this number.
_FIRST = (b"1=", b"1: ", b"1]=", b"1%5D=", b"1%5d=")
_IN_NAME = rb"[!#$%'*+.^_`|~0-9A-Za-z\[-]"
# The longest chunks are those of a cookie, 4096 bytes with its name.
_NUMBERED = lazy_pattern(
    rb"(?<!%b)(%b{0,128}?)([0-9]{1,3})(?:\]|%%5[Dd])?"
    rb"(?:=([^;&\" \r\n]{1,8192})|=\"([^\"\r\n]{1,8192})\"|:[ \t]+([^\r\n]{1,8192}))" % (_IN_NAME, _IN_NAME)
)


def read_numbered(findings: Findings, layers: Layers, data: bytes, origin: Origin) -> None:
    """Read values in `data` whose names differ only in the number at their end, as they stand and in its order."""
    if not any(map(data.__contains__, _FIRST)):
        return
    series: dict[bytes, list[tuple[int, tuple[int, int]]]] = {}
    for found in _NUMBERED.finditer(data):
        series.setdefault(found[1], []).append((int(found[2]), found.span(found.lastindex or 0)))
    at = Unwrapping(findings, layers, armoured)
    for values in series.values():
        for order in {tuple(values), tuple(sorted(values, key=itemgetter(0)))}:
            read_joined_either_way(at, [(data[start:end], origin.after(start)) for _, (start, end) in order])
