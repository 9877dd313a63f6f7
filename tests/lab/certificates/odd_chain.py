"""A chain of certificates, with the roots and the host for which it is tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lab.certificates.der import (
    HOST,
    Written,
    leaf,
    replaced,
    root,
    root_extensions,
    under,
)

ROOT = root()


@dataclass(frozen=True)
class Chain:
    """What a server sends, the roots of the client, and the host that it asks for."""

    sent: tuple[Written, ...]
    roots: tuple[Written, ...] = (ROOT,)
    host: str = HOST


def alone(*instead: bytes, host: str = HOST, **more: Any) -> Chain:  # noqa: ANN401  (as of `leaf`)
    return Chain((leaf(*instead, **more),), host=host)


def with_root(*instead: bytes) -> Chain:
    """A good certificate under a root with these extensions."""
    return Chain((leaf(),), (root(extensions=replaced(root_extensions(), *instead)),))


def with_extensions(extensions: list[bytes], **more: Any) -> Chain:  # noqa: ANN401  (as of `leaf`)
    return Chain((leaf(extensions=extensions, **more),))


def below(middle: Written, *instead: bytes, roots: tuple[Written, ...] = (ROOT,), **more: Any) -> Chain:  # noqa: ANN401  (as of `leaf`)
    return Chain((under(middle, *instead, **more), middle), roots)
