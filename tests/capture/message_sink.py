"""Takes the short messages that readers find."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import MessageKind
    from overheard_capture.packets import Numbers
    from overheard_capture.provenance.origin import Place


class Sink:
    """Keeps messages."""

    def __init__(self) -> None:
        self.kept: list[tuple[bytes, Place, Layers, MessageKind]] = []
        self.pieces: list[tuple[bytes, Place, Layers, object]] = []

    def add(self, message: bytes, where: Place, layers: Layers, kind: MessageKind) -> None:
        self.kept.append((message, where, layers, kind))

    def add_piece(self, piece: bytes, where: Place, layers: Layers, part: object) -> None:
        self.pieces.append((piece, where, layers, part))

    @staticmethod
    def wants_pieces(_layers: Layers) -> bool:
        return True

    @staticmethod
    def wants_number(_field: Numbers) -> bool:
        return True
