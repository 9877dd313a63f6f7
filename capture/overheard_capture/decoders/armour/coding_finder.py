"""Reads the runs of one coding in text, in pieces of any size, and decodes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zlib import crc32

from overheard.words.layer import Layers
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import nested_content, speculative
from overheard_capture.content.randomness import has_zeros, looks_random
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.content.work import TO_DECODE, TO_TRY
from overheard_capture.decoders.armour.coding import BEHIND_BACKSLASH, HEXADECIMAL, SHORTEST, has_length
from overheard_capture.decoders.armour.codings import BASE32, DECIMAL, PERCENT
from overheard_capture.decoders.base64.run import RunBatch, is_readable
from overheard_capture.decoders.behind_prefix import start_of_content
from overheard_capture.decoders.opaque import CodedValue, begins_database, count_lines, count_list, is_base32, is_binary
from overheard_capture.decoders.read_before import ReadBefore, ReadTogether
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.decoders.unsigned_heads import LONG_HEAD
from overheard_capture.provenance.by_frame import frame_parts
from overheard_capture.provenance.small_queue import Pieces

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from overheard_capture.content.content import Content
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.armour.coding import Coding
    from overheard_capture.provenance.origin import Bytes, Origin

# Longer runs are decoded in pieces of this length. The end of a piece is kept for the next, to be found again.
_PIECE, _KEPT = 64 << 10, 128
_LONGEST_LINE = 256
# How much of the decoded bytes identifies them.
_HEAD = 128
_LONGEST_ESCAPE = 13
# What else may be an escape, whose last characters look like the first ones of a run. Or they are: `\x` is also before
# bytes in PostgreSQL, and a backslash before a part of a path.
_ESCAPE = lazy_pattern(rb"\\(?:x[0-9A-Fa-f]{2}|[0-3][0-7]{2}|[0-7]|[abefv])")
# So many bytes before a run tell whether it begins within an escape, and so many behind them what that is.
BEFORE, _LONGEST_BEHIND = 2, 9
# What a word consists of, as its last letters may be digits of a coding.
_WORD = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class CodingFinder:
    """Reads the runs of one coding."""

    __slots__ = (
        *("_after", "_batch", "_before", "_coding", "_content", "_findings"),
        *("_layers", "_pending", "_reader", "_together", "_value"),
    )

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, coding: Coding) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._coding = coding
        # The members at the end, which may go on; and what a long run is decoded to.
        self._pending: Pieces | None = None
        self._content: Content | None = None
        self._value: CodedValue | None = None
        self._batch: RunBatch | None = None
        self._before = ReadBefore(findings, layers, coding.members, reader)
        # Runs of the batch.
        self._together = ReadTogether(self._before)
        # The last bytes before the pending run.
        self._after = b""

    def begin(self, after: bytes) -> None:
        """A run begins, after these bytes."""
        self._after = after

    def add(self, data: Bytes, origin: Origin) -> None:
        """Add to the pending run."""
        self._pending = self._pending or Pieces()
        self._pending.add(data, origin)

    def read_pending(self, *, last: bool) -> None:
        """Read the pending run, or as many whole pieces of it as there are."""
        if self._pending and (last or len(self._pending) >= _PIECE):
            data, origin = self._pending.take()
            self._pending = None
            self.read(data, origin, last=last)

    def read(self, data: bytes, origin: Origin, *, last: bool) -> None:
        """Read a run, or the next part of it, in pieces."""
        at = 0
        while len(data) - at >= _PIECE or (last and at < len(data)):
            piece = data[at : at + _PIECE]
            at += self._read(piece, origin.after(at), last=last and at + _PIECE >= len(data))
        if at < len(data):
            self.add(data[at:], origin.after(at))
        if last:
            self._close_content()

    @property
    def _waiting(self) -> int:
        """How many runs are to be searched later."""
        return self._batch.waiting if self._batch else 0

    def _read(self, data: bytes, origin: Origin, *, last: bool) -> int:
        """Read a piece of a run. Returns how much of it need not be kept."""
        self._findings.work.left -= TO_TRY
        if not self._content and self._coding.is_other(data):
            self._close_content()
            return len(data)
        after, self._after = self._after, b""
        for found in self._matches(data, after):
            begin, end = found.span()
            goes_on = not last and end > len(data) - _KEPT
            if goes_on:
                # Between two lines, if there are any.
                most = len(data) - _KEPT
                line = data.rfind(b"\n", max(most - _LONGEST_LINE, begin), most)
                end = self._group_end(data, begin, line if line >= 0 else most)
            if self._content and self._coding.chars(data[:begin]):
                self._close_content()
            raw, at = data[begin:end], origin.after(begin)
            if not goes_on and not self._content:
                if not self._read_whole(raw, at, _escaped(after, data, begin) or has_length(self._coding, raw)):
                    break
                continue
            if not self._findings.has_work(TO_DECODE):
                break
            self._decode(raw, at, whole=not goes_on)
            if goes_on:
                return end
            self._close_content()
        return len(data) if last else len(data) - _KEPT

    def _read_whole(self, raw: bytes, origin: Origin, escaped: int) -> bool:
        """Read a complete run, whose first `escaped` characters may be none of it. False if no work is left."""
        # The same one may be elsewhere without the escape.
        if not escaped and (raw in self._before or self._together.waits(raw, origin)):
            return True
        if not self._findings.has_work(TO_DECODE):
            return False
        if escaped:
            self._decode(raw[escaped:], origin.after(escaped), whole=True, counts=False)
            self._close_content()
        sighted, waiting = self._before.sighted, self._waiting
        self._decode(raw, origin, whole=True)
        self._close_content()
        if not escaped and waiting < self._waiting:
            self._together.add(raw)
        elif not escaped:
            self._before.add(raw, sighted)
        return True

    def _matches(self, data: bytes, after: bytes) -> Iterator[re.Match[bytes]]:
        """What is written in this coding in a piece of a run."""
        start = self._word_end(data, after)
        if self._content and (more := self._coding.more.match(data)):
            yield more
            start = more.end()
        yield from self._coding.find(data, start)

    def _word_end(self, data: bytes, after: bytes) -> int:
        """The end of the escape or word within which a run begins, with letters that may be digits; 0 if it is long."""
        if (backslash := after.rfind(b"\\")) >= 0:
            behind = after[backslash + 1 :]
            escape = BEHIND_BACKSLASH.match(behind + data[:_LONGEST_BEHIND])
            return max(escape.end() - len(behind), 0) if escape else 0
        # No word ends with a list of numbers.
        is_within = after and after[-1] in _WORD and self._coding.layer is not DECIMAL
        end = len(data) - len(data.lstrip(_WORD)) if is_within else 0
        return end if end < SHORTEST else 0

    def _group_end(self, data: bytes, begin: int, end: int) -> int:
        """The last place up to `end` at which a group ends, and no escape is split; `end` if that is far before it."""
        coding, least, at = self._coding, max(end - _LONGEST_LINE, begin), end
        # The whole run is counted once, up to the last place at which no escape is split; less is subtracted from that.
        counted = whole = 0
        while at > least:
            if not coding.partial.search(data, max(at - _LONGEST_ESCAPE, begin), at):
                counted, whole = (counted, whole) if whole else (len(coding.chars(data[begin:at])), at)
                if not (counted - len(coding.chars(data[at:whole]))) % coding.group:
                    break
            at -= 1
        return at if at > least or at == begin else end

    def _decode(self, raw: bytes, origin: Origin, *, whole: bool, counts: bool = True) -> None:
        """Decode a run, or a part of it; one that `counts` is a value if it decodes to nothing known."""
        coding = self._coding
        if coding.layer is BASE32 and not self._content and coding.is_other(raw):
            # A hash behind a word on the line before.
            return
        try:
            out = coding.decode(chars := coding.chars(raw))
        except ValueError:
            return
        where = partial(_decoded_origin, coding, raw, origin)
        if not self._content:
            known = is_readable(out[:_HEAD]) or is_unsigned(out[:LONG_HEAD]) or begins_database(out)
            # A sign or a name right before an escape belongs to the run.
            known = known or (coding.layer is PERCENT and start_of_content(out[:LONG_HEAD]) >= 0)
            # Whatever is no number or ciphertext is read as far as possible.
            known = known or (whole and counts and self._is_content(raw, out) and self._is_value(raw, chars, out))
            if not known and whole and (part := self._before_word(raw)):
                self._decode(part, origin, whole=True)
                return
            if not known and whole:
                self._batch = self._batch or RunBatch(speculative(self._findings), self._layers, self._reader)
                self._batch.add(out, coding.layer, where)
                if coding.layer is HEXADECIMAL and len(chars) % 2:
                    # The first one may be a length before the digits, such as that of a string in a message.
                    where = partial(_decoded_origin, coding, raw[1:], origin.after(1))
                    self._batch.add(coding.decode(coding.chars(raw[1:])), coding.layer, where)
                if counts:
                    self._count(raw, chars, out)
                return
            reader = self._reader if known else None
            self._value = CodedValue(
                self._findings if counts else speculative(self._findings),
                (*self._layers, coding.layer),
                self._value_test(raw) if counts else lambda _: False,
                coding.decode,
                is_known=known,
            )
            # A value in text with escapes is also read with them, and may go on behind a sign that is not escaped.
            self._value.findings.is_cut = coding.layer is PERCENT and looks_like_text(out[:_HEAD])
            self._content = nested_content(self._value.findings, self._layers, coding.layer, reader)
        if self._content and self._value and out:
            self._content.feed(out, where(), contiguous=False)
            self._value.add(chars, self._size(raw, out))

    def _before_word(self, raw: bytes) -> bytes:
        """The part of a run of base32 before a word on the next line, if it is compressed data; empty otherwise."""
        part = raw[: max(raw.rfind(b"\n"), 0)] if self._coding.layer is BASE32 else b""
        return part if part and is_unsigned(self._coding.decode(self._coding.chars(part))[:LONG_HEAD]) else b""

    def _is_content(self, raw: bytes, out: bytes) -> bool:
        """Whether decoded bytes do not look random; of what may be a word, whether many of them are zero."""
        if self._coding.layer is HEXADECIMAL and b"%" in raw:
            # Percent-encoded text, which may be escaped twice.
            return False
        return has_zeros(out) if self._coding.layer is BASE32 else not looks_random(out)

    def _is_value(self, raw: bytes, chars: bytes, out: bytes) -> bool:
        """Whether a run certainly is a value."""
        coding = self._coding
        return self._value_test(raw)(chars[: len(out) * coding.group // coding.size])

    def _count(self, raw: bytes, chars: bytes, out: bytes) -> None:
        """Count a run that decodes to nothing known, if it certainly is a value."""
        if self._findings.wants_value(len(out)) and self._is_value(raw, chars, out):
            # A number may begin with a byte for its sign.
            size = self._size(raw, out) - (not out[0])
            self._findings.report_value(size, crc32(out), (*self._layers, self._coding.layer))

    def _value_test(self, raw: bytes) -> Callable[[bytes], bool]:
        """The test whether characters are a value. Text in another charset has escapes of bytes, too."""
        return is_binary if self._coding.layer is HEXADECIMAL and b"%" in raw else self._coding.is_value

    def _size(self, raw: bytes, out: bytes) -> int:
        """How many bytes this decodes to, without values in a list, which are counted by themselves."""
        if self._coding.layer is BASE32 and count_lines(self._findings, raw, 5, is_base32):
            return 0
        return count_list(self._findings, raw, len(out)) if self._coding.layer is HEXADECIMAL else len(out)

    def _close_content(self) -> None:
        if self._content and self._value:
            self._content.close()
            self._value.close()
        self._content = self._value = None

    def search(self) -> None:
        """Search what short runs decode to."""
        if self._batch:
            self._together.search(self._batch.search, partial(self._decode, whole=True))

    def close(self) -> None:
        """No more bytes follow."""
        self.read_pending(last=True)
        self.search()


def _escaped(after: bytes, data: bytes, begin: int) -> int:
    """How many characters from `begin` on may belong to an escape that began before it; `after` is before `data`."""
    if begin < BEFORE:
        data, begin = after + data[: begin + _LONGEST_BEHIND], len(after) + begin
    for start in range(max(begin - BEFORE, 0), begin):
        if (escape := _ESCAPE.match(data, start)) and escape.end() > begin:
            return escape.end() - begin
    return 0


def _decoded_origin(coding: Coding, raw: bytes, origin: Origin) -> Origin:
    """The origin of the bytes that `raw` is decoded to."""
    parts, count = [], 0
    for begin, end in frame_parts(origin, 0, len(raw)):
        parts.append((count * coding.size // coding.group, begin, end))
        count += len(coding.chars(raw[begin:end]))
    return origin.derived(parts)
