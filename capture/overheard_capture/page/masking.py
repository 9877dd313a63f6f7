"""Masks the secret in what a report shows: in texts, and in bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from overheard.words.secret import Secret
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.search import search_for

if TYPE_CHECKING:
    from collections.abc import Iterator

# Two hexadecimal digits of a byte that is masked.
HIDDEN = "··"
# A piece of the secret, as at the end of a segment or of a text that was cut, is masked from this length on: of a long
# secret from a greater one, as words of four letters are in much else.
_PIECE, _LONG, _PIECE_OF_LONG = 4, 32, 8


class Masking:
    """The secret message of a run, which is masked in every spelling that is searched for if it is to be hidden."""

    def __init__(self, message: str, *, hides: bool = False) -> None:
        self.message = message
        self._secret = Secret("message", message.encode())
        self._search = search_for((self._secret,)) if hides else None
        self._piece = _PIECE if len(self.secret) <= _LONG else _PIECE_OF_LONG
        pieces = {self.secret[at : at + self._piece] for at in range(len(self.secret) - self._piece + 1)}
        self._pieces = LiteralSet(*pieces) if hides and pieces else None

    @property
    def secret(self) -> bytes:
        """The message in bytes."""
        return self._secret.value

    def text(self, text: str) -> str:
        """A text, with the secret's name and length in place of the secret."""
        if self._search is None:
            return text
        data, done, parts = text.encode(errors="replace"), 0, list[str]()
        for start, end in self._ranges(data):
            parts += [data[done:start].decode(errors="replace"), self._secret.redacted]
            done = end
        return "".join((*parts, data[done:].decode(errors="replace"))) if parts else text

    def hexadecimal(self, data: bytes) -> str:
        """Bytes in hexadecimal, with `HIDDEN` for each byte of the secret."""
        hidden = self.hidden(data)
        return (
            "".join(HIDDEN if at in hidden else f"{byte:02x}" for at, byte in enumerate(data)) if hidden else data.hex()
        )

    def hidden(self, data: bytes) -> set[int]:
        """The offsets of all bytes of the secret that are to be masked."""
        return {at for start, end in (*self._ranges(data), *self._pieces_in(data)) for at in range(start, end)}

    def packet(self, packet: dict[str, Any]) -> dict[str, Any]:
        """A packet as plain data, with the secret masked in the texts of its fields and in its bytes."""
        if self._search is None:
            return packet
        sources = [[name, self.hexadecimal(bytes.fromhex(data))] for name, data in packet["sources"]]
        return {**packet, "sources": sources, "layers": [self._field(layer) for layer in packet["layers"]]}

    def _field(self, field: list[Any]) -> list[Any]:
        *rest, children = field
        masked = [self.text(self._without_beginning(each)) if isinstance(each, str) else each for each in rest]
        return [*masked, [self._field(child) for child in children]]

    def _without_beginning(self, text: str) -> str:
        """A text of a field, without a beginning of the secret at its end: tshark cuts long ones."""
        whole = text.removesuffix("…")
        for length in range(len(self.message) - 1, self._piece - 1, -1):
            if whole.endswith(self.message[:length]):
                return whole[:-length] + self._secret.redacted
        return text

    def _pieces_in(self, data: bytes) -> Iterator[tuple[int, int]]:
        for at in self._pieces.each(data) if self._pieces else ():
            yield at, at + self._piece

    def _ranges(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Where it is, without overlaps."""
        end = 0
        for match in self._search.matches(data) if self._search else ():
            if match.offset + match.length > end:
                yield max(match.offset, end), match.offset + match.length
                end = match.offset + match.length
