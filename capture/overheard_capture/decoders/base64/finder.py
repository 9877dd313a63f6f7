"""Finds runs of base64 anywhere in text, and decodes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zlib import crc32

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import BASE64_ALPHABET, SHORTEST_RUN, base64_runs, is_long_run
from overheard_capture.content.fernet_pairs import KEY_LENGTH
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import speculative
from overheard_capture.content.opaque_values import FERNET_TOKEN, VALUE
from overheard_capture.content.randomness import has_zeros
from overheard_capture.content.work import TO_DECODE
from overheard_capture.decoders.base64.alphabet import (
    LINE,
    LONGEST_BREAK,
    LONGEST_ESCAPE,
    LONGEST_LINE,
    LOOK_BACK,
    PADDING,
    char_count,
    chars_of,
    decoded,
    end_of,
    further_lines,
    is_word,
    run_start,
)
from overheard_capture.decoders.base64.parts import parts_of
from overheard_capture.decoders.base64.payload import DECISION_LENGTH, payload_start, unsigned_start
from overheard_capture.decoders.base64.run import (
    BASE64,
    FERNET,
    Base64Run,
    FernetToken,
    RunBatch,
    decoded_origin,
    is_readable,
)
from overheard_capture.decoders.opaque import CodedValue, count_lines, is_base64
from overheard_capture.decoders.read_before import ReadBefore, ReadTogether
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.base64.text_batch import TextBatch
    from overheard_capture.provenance.origin import Origin

# What stands before a line in a diff may be its first character.
_SIGNS = (b"+", b"-")
# Bytes that end a run for certain; and bytes after which it may continue: a line break, an escape, padding.
_RUN_END = lazy_pattern(rb"[^A-Za-z0-9+/_=\\%&#;\r\n \t>-]")
_CONTINUABLE = b"\r\n\\%=&"
# Longer runs are decoded before their end is known, and read in any case.
_STREAMED_LENGTH = 2 << 10
# Enough to identify the content of a run even if every character is escaped.
_STREAM_START = LONGEST_ESCAPE * DECISION_LENGTH
# How far to look for the end of pending bytes; if there is none, how many bytes to append at a time.
_SEARCH_WINDOW, _PIECE = 4 << 10, 64 << 10


class Base64Finder:
    """Finds base64 in text. Decoding is speculative: output that makes no sense is ignored."""

    __slots__ = (
        *("_batch", "_before", "_findings", "_layers", "_line_length"),
        *("_pending", "_reader", "_run", "_texts", "_together", "_token", "_value"),
    )

    def __init__(
        self, findings: Findings, layers: Layers, reader: ReaderFactory, texts: TextBatch | None = None
    ) -> None:
        """Create a finder; with `texts`, short texts are read together."""
        self._findings, self._layers, self._reader, self._texts = findings, layers, reader, texts
        self._before = ReadBefore(findings, layers, BASE64, reader)
        self._pending: SmallByteQueue | None = None
        # Runs that are searched together.
        self._batch: RunBatch | None = None
        self._together = ReadTogether(self._before)
        # A long run that has not ended, and the length of its lines: 0 if it is a single line.
        self._run: Base64Run | None = None
        self._token: FernetToken | None = None
        self._value: CodedValue | None = None
        self._line_length = 0

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the next bytes."""
        start = 0
        while self._pending and start < len(data):
            boundary = _RUN_END.search(data, start, start + _SEARCH_WINDOW)
            begins, start = start, boundary.end() if boundary else _append_limit(data, start)
            joined_data, joined_origin = self._pending.take_with(data[begins:start], origin.after(begins))
            self._pending = None
            self._scan(joined_data, joined_origin, 0, last=boundary is not None)
        if start < len(data):
            self._scan(data, origin, start, last=False)

    def _scan(self, data: bytes | bytearray, origin: Origin, start: int, *, last: bool) -> None:
        """Find runs from `start` on. With `last`, no run continues after these bytes."""
        at = self._continue_run(data, origin, last) if self._run else start
        if at < 0:
            return
        for first, ends in base64_runs(data):
            begins = max(first, at)
            if not is_long_run(data, begins, ends) or is_word(data, begins, ends, last=last):
                continue
            begin = run_start(data, begins, at)
            line = LINE.match(data, begin)
            if not line or not is_long_run(data, begins, line.end()):
                continue
            end, final = self._run_end(data, begin, line.end())
            if not final and not last:
                # With the escape before it, of which the digits were counted, so that it is found again.
                is_short = begin > begins and len(data) - begin < _STREAMED_LENGTH
                self._keep_pending(data, origin, begins - 1 if is_short else begin)
                break
            self._read(bytes(data[begin:end]), origin.after(begin))
            at = end
        else:
            if not last:
                self._keep_tail(data, origin, at)
        if self._batch:
            self._together.search(self._batch.search, self._read)
        if self._texts:
            self._texts.read(self._before, self._read_whole)

    # ---- the start and end of a run

    def _run_end(self, data: bytes | bytearray, begin: int, line_end: int) -> tuple[int, bool]:
        """The end of a run, and whether it is final, whatever bytes follow."""
        if line_end < len(data) and data[line_end] not in _CONTINUABLE:
            return line_end, True
        end, length = line_end, char_count(data, begin, line_end)
        if length <= LONGEST_LINE:
            same, shorter = further_lines(length)
            end = end_of(same, data, end)
            end = end_of(shorter, data, end)
        end = end_of(PADDING, data, end)
        return end, self._is_final(data, end, length)

    def _is_final(self, data: bytes | bytearray, end: int, line: int) -> bool:
        after = len(data) - end
        needed = LONGEST_BREAK + 2 * LONGEST_ESCAPE
        needed += LONGEST_ESCAPE * line if line <= LONGEST_LINE else 0
        return after >= needed or (after > 0 and data[end] not in _CONTINUABLE)

    # ---- pending bytes

    def _keep_tail(self, data: bytes | bytearray, origin: Origin, at: int) -> None:
        """Keep the last characters, which may be the first of a run."""
        least = max(len(data) - LOOK_BACK - SHORTEST_RUN, at)
        begin = least + len(bytes(data[least:]).rstrip(BASE64_ALPHABET + b"\\%&#;"))
        if begin < len(data):
            self._keep_pending(data, origin, begin)

    def _keep_pending(self, data: bytes | bytearray, origin: Origin, begin: int) -> None:
        """Keep the run from `begin` on, which has not ended."""
        if len(data) - begin >= _STREAMED_LENGTH:
            begin = self._read_available(data, origin, begin)
        self._pending = SmallByteQueue()
        self._pending.add(data[begin:], origin.after(begin))

    def _read_available(self, data: bytes | bytearray, origin: Origin, begin: int) -> int:
        """Decode the available part of a long run. Returns the start of the pending rest."""
        end = self._piece_end(data, begin)
        if self._run or end - begin >= _STREAM_START:
            self._read_piece(bytes(data[begin:end]), origin.after(begin))
            return end
        return begin

    def _piece_end(self, data: bytes | bytearray, begin: int) -> int:
        """The end of a piece of a run: anywhere within a single line, or after a line that another one follows."""
        at, most = begin, max(len(data) - LONGEST_BREAK, begin)
        if not self._run:
            line_end = end_of(LINE, data, begin)
            length = char_count(data, begin, line_end)
            self._line_length = length if length <= LONGEST_LINE else 0
            at = line_end
        if not self._line_length:
            return end_of(LINE, data, begin, most)
        same, _ = further_lines(self._line_length)
        return end_of(same, data, at, max(min(most, end_of(same, data, at) - 1), at))

    def _continue_run(self, data: bytes | bytearray, origin: Origin, last: bool) -> int:
        """Continue a long run. Returns its end, or -1 if that is unknown."""
        if self._line_length:
            same, shorter = further_lines(self._line_length)
            end = end_of(shorter, data, end_of(same, data, 0))
        else:
            end = end_of(LINE, data, 0)
        end = end_of(PADDING, data, end)
        if not last and not self._is_final(data, end, self._line_length or len(data) + LONGEST_LINE):
            self._keep_pending(data, origin, 0)
            return -1
        self._read_piece(bytes(data[:end]), origin)
        self._close_run()
        return end

    # ---- decoding

    def _read(self, raw: bytes, origin: Origin) -> None:
        if not (raw in self._before or self._together.waits(raw, origin)) and self._findings.has_work(TO_DECODE):
            self._decode(raw, origin)

    def _decode(self, raw: bytes, origin: Origin) -> None:
        chars = chars_of(raw)
        skipped = payload_start(chars[:DECISION_LENGTH])
        is_short = skipped == 0 and len(raw) < _STREAMED_LENGTH and FERNET not in chars
        if is_short and self._texts and self._texts.add(raw, decoded(chars), origin):
            return
        if skipped < 0 and len(chars) > DECISION_LENGTH and len(raw) < _STREAMED_LENGTH:
            skipped = unsigned_start(chars)
        # What is no word and no random number is read as far as possible.
        out = decoded(chars) if skipped < 0 else b""
        if has_sign := raw.startswith(_SIGNS):
            self._to_search(decoded(chars[1:]), raw[1:], origin.after(1))
        if skipped >= 0 or len(raw) >= _STREAMED_LENGTH or FERNET in chars or (has_zeros(out) and is_base64(chars)):
            self._read_whole(raw, origin, skipped)
            may_end = skipped == 0 or (len(raw) < _STREAMED_LENGTH and raw.rfind(b"/") >= skipped > 0)
            if may_end and not is_readable(decoded(chars[skipped:][:DECISION_LENGTH])):
                self._read_parts(raw, origin, known=not skipped)
            return
        if len(out) == KEY_LENGTH:
            self._findings.keep_fernet(key=out)
        self._to_search(out, raw, origin)
        if not has_sign:
            self._together.add(raw)
        self._read_parts(raw, origin, known=False)
        if not self._findings.wants_value(size := len(chars) * 3 // 4) or not is_base64(chars):
            return
        if not count_lines(self._findings, raw, 6, is_base64):
            self._findings.report_value(size, crc32(chars), (*self._layers, BASE64))

    def _to_search(self, out: bytes, raw: bytes, origin: Origin) -> None:
        """Search later what a run decodes to."""
        if not self._batch:
            self._batch = RunBatch(speculative(self._findings), self._layers, self._reader)
        self._batch.add(out, BASE64, partial(decoded_origin, raw, origin))

    def _read_whole(self, raw: bytes, origin: Origin, skipped: int = 0) -> None:
        """Read a whole run."""
        sighted = self._before.sighted
        self._read_piece(raw, origin, skipped)
        self._close_run()
        if not raw.startswith(_SIGNS):
            self._before.add(raw, sighted)

    def _read_parts(self, raw: bytes, origin: Origin, *, known: bool) -> None:
        """Read what may be all of a run. That is speculative, as it may be some of its characters."""
        for part, place in parts_of(raw, origin, known=known):
            finder = Base64Finder(speculative(self._findings), self._layers, self._reader)
            finder.feed(part, place)
            finder.close()

    def _read_piece(self, raw: bytes, origin: Origin, skipped: int = -1) -> None:
        """Read a piece of a run. What is in it begins after the `skipped` characters, if these are known."""
        if not raw:
            return
        chars = chars_of(raw)
        if not self._run or not self._value:
            self._value = CodedValue(self._findings, (*self._layers, BASE64), is_base64, decoded)
            skipped = skipped if skipped >= 0 else max(payload_start(chars[:DECISION_LENGTH]), 0)
            self._run = Base64Run(self._value.findings, self._layers, self._reader, skipped)
            self._token = FernetToken(speculative(self._findings), self._layers, self._reader)
            self._value.name = FERNET_TOKEN if FERNET in chars else VALUE
        self._run.feed(raw, origin)
        if not count_lines(self._findings, raw, 6, is_base64):
            self._value.add(chars, len(chars) * 3 / 4)
        if self._token:
            self._token.feed(chars, origin, len(raw))

    def _close_run(self) -> None:
        if self._run and self._token and self._value:
            self._run.close()
            self._value.is_opened = self._token.close()
            self._findings.keep_fernet(token=self._token.decoded)
            self._value.close()
        self._run = self._token = self._value = None

    def gap(self, _: int) -> None:
        """Bytes are missing here, which ends a run."""
        self.close()

    def close(self) -> None:
        """No more bytes follow."""
        if self._pending:
            data, origin = self._pending.take()
            self._pending = None
            self._scan(data, origin, 0, last=True)
        self._close_run()


def _append_limit(data: bytes | bytearray, start: int) -> int:
    """How far to append to the pending bytes: up to a space, which usually ends a run."""
    return data.rfind(b" ", start, start + _SEARCH_WINDOW) + 1 or min(start + _PIECE, len(data))
