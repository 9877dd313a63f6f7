"""A layer around a secret: an encoding, container, protocol or encryption, and who could remove it."""

from __future__ import annotations

from enum import StrEnum
from typing import Self, TypeAlias


class LayerKind(StrEnum):
    """The kind of a layer, as far as decisions depend on it."""

    COMPRESSION = "compression"
    # An encoding that is also a spelling: a secret under this layer alone is found without decoding.
    SPELLED = "spelled"
    # Encryption that was decrypted with a key.
    OPENED = "opened"
    # A protocol, a container, or any other encoding.
    OTHER = "other"


class OpenedBy(StrEnum):
    """Whose key removed a layer."""

    # No key is needed.
    ANYONE = "anyone"
    # One of the two that may know the secret: if their keys decrypt it, it was sent.
    PARTY = "party"
    INTERCEPTOR = "interceptor"
    # Somebody who obtained the server's private key.
    THIEF = "thief"


class Layer(str):
    """One layer. As a string it is its code, such as `gzip`, which is stable and used in JSON; people read a label."""

    __slots__ = ("kind", "opened_by")

    kind: LayerKind
    opened_by: OpenedBy

    def __new__(cls, code: str, kind: LayerKind = LayerKind.OTHER, opened_by: OpenedBy = OpenedBy.ANYONE) -> Self:
        """Create a layer from its code, kind and opener."""
        layer = super().__new__(cls, code)
        layer.kind, layer.opened_by = kind, opened_by
        return layer

    def __reduce__(self) -> tuple[type[Layer], tuple[str, LayerKind, OpenedBy]]:
        return Layer, (str(self), self.kind, self.opened_by)

    @classmethod
    def of(cls, code: str) -> Layer:
        """The layer with this code, as read from JSON, with its kind and opener."""
        return _BY_CODE.get(code) or cls(code)


Layers: TypeAlias = tuple[Layer, ...]

TLS_BY_A_PARTY = Layer("TLS opened with the key log", LayerKind.OPENED, OpenedBy.PARTY)
TLS_BY_THE_INTERCEPTOR = Layer("TLS opened with the interceptor's session keys", LayerKind.OPENED, OpenedBy.INTERCEPTOR)
TLS_BY_THE_STOLEN_KEY = Layer("TLS opened with the server's private key", LayerKind.OPENED, OpenedBy.THIEF)
FERNET_BY_A_PARTY = Layer("Fernet opened with a key of a party", LayerKind.OPENED, OpenedBy.PARTY)
FERNET_BY_THE_INTERCEPTOR = Layer("Fernet opened with a key of the interceptor", LayerKind.OPENED, OpenedBy.INTERCEPTOR)
# The notebook was on no wire.
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
