"""Archives that are members one after another, each with a header: tar (POSIX.1, pax) and ar (SysV, BSD).

Names and contents are content, and so is padding that is not empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import Unwrapping, nested_content, speculative
from overheard_capture.decoders.signatures import AR_MAGIC
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

_BLOCK, _AR_HEADER = 512, 60
# The names of a member, of its target, its owner and group, and what each version of the format has behind these.
_TAR_TEXTS = ((0, 100), (157, 257), (265, 297), (297, 329), (345, 500), (500, 512))
# The types of members whose content is about the next one: the long names of GNU, and the headers of pax.
_ABOUT_NEXT = (b"L", b"K", b"x", b"g")
_SPARSE, _IS_EXTENDED, _MORE_SPARSE = b"S", 482, 504
_OCTAL, _BASE_256 = frozenset(b" \x0001234567"), (0x80, 0xFF)
_TAR_NUMBERS = ((100, 108), (108, 116), (116, 124), (124, 136), (136, 148))
_TAR_CHECKSUM = (148, 156)


class Member(NamedTuple):
    """A member: the length of its content, the (start, end) of texts in its header, and whether that goes on."""

    size: int
    texts: tuple[tuple[int, int], ...]
    goes_on: bool = False


class _Form(NamedTuple):
    """A format: its layer, the length of a header, what parses it (None: damaged), and how members are aligned."""

    layer: Layer
    header: int
    parse: Callable[[bytes], Member | None]
    aligned: int


def is_tar(head: bytes) -> bool:
    """Whether these may be the first bytes of the header of a member: text, and then numbers in octal digits."""
    if not head[0] or not set(head[slice(*_TAR_CHECKSUM)]) <= _OCTAL or not head[148:154].strip(b" \0"):
        return False
    numbers = [head[start:end] for start, end in _TAR_NUMBERS]
    return len(head) > _TAR_CHECKSUM[1] and all(
        set(each) <= _OCTAL or (each[0] in _BASE_256 and each is not numbers[0]) for each in numbers
    )


def _tar_member(block: bytes) -> Member | None:
    import tarfile  # noqa: PLC0415  (few captures have archives)

    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return None
    has_content = info.isreg() or info.type not in tarfile.SUPPORTED_TYPES or info.type in _ABOUT_NEXT
    goes_on = info.type == _SPARSE and block[_IS_EXTENDED] == 1
    return Member(info.size if has_content else 0, _TAR_TEXTS, goes_on) if info.size >= 0 else None


def is_ar(head: bytes) -> bool:
    """Whether the header of a member follows the signature."""
    return _ar_member(head[len(AR_MAGIC) :][:_AR_HEADER]) is not None


def _ar_member(header: bytes) -> Member | None:
    digits = header[48:58].strip()
    return Member(int(digits), ((0, 16),)) if header[58:] == b"`\n" and digits.isdigit() else None


_TAR = _Form(Layer("tar"), _BLOCK, _tar_member, _BLOCK)
_AR = _Form(Layer("ar"), _AR_HEADER, _ar_member, 2)


def tar(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of tar archives: `reader` is for contents, `rest` for the bytes behind the archive."""
    return lambda findings, layers: MembersReader(findings, layers, reader, rest, _TAR)


def ar(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of ar archives."""
    return lambda findings, layers: MembersReader(findings, layers, reader, rest, _AR)


class MembersReader:
    """Reads an archive member by member."""

    def __init__(
        self, findings: Findings, layers: Layers, reader: ReaderFactory, rest: ReaderFactory, form: _Form
    ) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._rest = rest
        self._form = form
        # What is read next, and how many bytes of it follow.
        self._take = self._signature if form is _AR else self._header
        self._length = len(AR_MAGIC) if form is _AR else form.header
        self._held = SmallByteQueue()
        self._size = 0
        self._content: Content | None = None
        # Reads what follows the archive.
        self._behind: Reader | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        while len(data) and not self._behind:
            count = min(self._length, len(data))
            if self._content:
                self._content.feed(data[:count], origin)
            elif self._take != self._end_content:
                self._held.add(data[:count], origin)
            self._length -= count
            data, origin = data[count:], origin.after(count)
            while not self._length and not self._behind:
                self._take()
        if self._behind and len(data):
            self._behind.feed(data, origin)

    def _signature(self) -> None:
        self._held.take()
        self._expect_header()

    def _expect_header(self) -> None:
        self._take, self._length = self._header, self._form.header

    def _header(self) -> None:
        header, origin = self._held.take()
        if not any(header):
            # The end of a tar archive. Further empty blocks follow.
            self._expect_header()
            return
        member = self._form.parse(header)
        if member is None:
            self._give_up(Reason.DAMAGED, f"damaged {self._form.layer} archive")
            return
        at = Unwrapping(self._findings, (*self._layers, self._form.layer), self._reader)
        for start, end in member.texts:
            if text := header[start:end].strip(b"\0 "):
                at.read_field(text, origin.after(header.index(text, start)))
        self._size = member.size
        if member.goes_on:
            self._take, self._length = self._sparse_map, _BLOCK
        else:
            self._begin_content()

    def _sparse_map(self) -> None:
        block, _ = self._held.take()
        if block[_MORE_SPARSE] == 1:
            self._length = _BLOCK
        else:
            self._begin_content()

    def _begin_content(self) -> None:
        if self._size:
            self._content = nested_content(
                self._findings, self._layers, self._form.layer, self._reader, SearchScope.NONE
            )
        self._take, self._length = self._end_content, self._size

    def _end_content(self) -> None:
        self._held.take()
        if self._content:
            self._content.close()
            self._content = None
        self._take, self._length = self._padding, -self._size % self._form.aligned

    def _padding(self) -> None:
        padding, origin = self._held.take()
        if padding.strip(b"\0\n"):
            Unwrapping(self._findings, self._layers, self._reader).read_field(padding, origin)
        self._expect_header()

    def _give_up(self, why: Reason, what: str) -> None:
        """Report this. What follows the header is read as a guess; the header itself would be taken for one again."""
        self._findings.report_unread(why, what, self._layers)
        self._held.take()
        if self._content:
            self._content.close()
            self._content = None
        self._behind = self._rest(speculative(self._findings), self._layers)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        if self._behind:
            self._behind.gap(length)
        elif self._content and length < self._length:
            self._length -= length
            self._content.gap(length)
        else:
            self._give_up(Reason.GAP, f"a {self._form.layer} archive with bytes missing")

    def close(self) -> None:
        """No more bytes follow."""
        if not self._behind and (self._content or any(self._held.data)):
            self._give_up(Reason.DAMAGED, f"truncated {self._form.layer} archive")
        if self._behind:
            self._behind.close()
