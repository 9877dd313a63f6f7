"""A layer: something wrapped round a secret, what it is, and who could take it off."""

from __future__ import annotations

from enum import StrEnum
from typing import Self, TypeAlias


class LayerKind(StrEnum):
    """What a layer is, as far as decisions depend on it."""

    COMPRESSION = "compression"
    # The table of spellings has it, too: what is seen under it alone is also seen without taking it off.
    SPELLED = "spelled"
    # Encryption that a key opened.
    OPENED = "opened"
    # A protocol, a container, an encoding of another sort.
    OTHER = "other"


class OpenedBy(StrEnum):
    """Whose key took a layer off."""

    # It takes no key.
    ANYONE = "anyone"
    # One of the two that should know the secret: that their keys open it proves that it was there.
    PARTY = "party"
    INTERCEPTOR = "interceptor"
    # Somebody who got hold of the server's private key.
    THIEF = "thief"


class Layer(str):
    """One layer. As text it is its code, such as `gzip`, which is stable and stands in JSON; people read a label."""

    __slots__ = ("kind", "opened_by")

    kind: LayerKind
    opened_by: OpenedBy

    def __new__(cls, code: str, kind: LayerKind = LayerKind.OTHER, opened_by: OpenedBy = OpenedBy.ANYONE) -> Self:
        """Make one; nothing is looked up."""
        layer = super().__new__(cls, code)
        layer.kind, layer.opened_by = kind, opened_by
        return layer

    def __reduce__(self) -> tuple[type[Layer], tuple[str, LayerKind, OpenedBy]]:
        return Layer, (str(self), self.kind, self.opened_by)

    @classmethod
    def of(cls, code: str) -> Layer:
        """The layer with this code, as it is read from JSON: who opened it is known again."""
        return _BY_CODE.get(code) or cls(code)


Layers: TypeAlias = tuple[Layer, ...]

TLS_BY_A_PARTY = Layer("TLS opened with the key log", LayerKind.OPENED, OpenedBy.PARTY)
TLS_BY_THE_INTERCEPTOR = Layer("TLS opened with the interceptor's session keys", LayerKind.OPENED, OpenedBy.INTERCEPTOR)
TLS_BY_THE_STOLEN_KEY = Layer("TLS opened with the server's private key", LayerKind.OPENED, OpenedBy.THIEF)
FERNET_BY_A_PARTY = Layer("Fernet opened with a key of a party", LayerKind.OPENED, OpenedBy.PARTY)
FERNET_BY_THE_INTERCEPTOR = Layer("Fernet opened with a key of the interceptor", LayerKind.OPENED, OpenedBy.INTERCEPTOR)
# What it wrote down was on no wire.
NOTEBOOK = Layer("the notebook of the interceptor", LayerKind.OPENED, OpenedBy.INTERCEPTOR)

_BY_CODE: dict[str, Layer] = {
    layer: layer
    for layer in (
        TLS_BY_A_PARTY,
        TLS_BY_THE_INTERCEPTOR,
        TLS_BY_THE_STOLEN_KEY,
        FERNET_BY_A_PARTY,
        FERNET_BY_THE_INTERCEPTOR,
        NOTEBOOK,
    )
}
