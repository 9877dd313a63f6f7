"""What decoded bytes are not, as far as the compiled part rules it out: that takes less time than to look for each."""

from __future__ import annotations

import ctypes

from overheard_capture.decoders.magic import MAGICS, pair_bits
from overheard_capture.decoders.unsigned_heads import BEGINNINGS_BITS
from overheard_capture.native import core

# The first two bytes of what is known by three, for the compiled part.
_MAGICS = pair_bits(magic[:2] for magic in MAGICS if len(magic) > 2)


def may_be_readable(out: bytes) -> bool:
    """Whether decoded bytes may begin text or a known format."""
    compiled = core()
    return compiled is None or bool(compiled.may_be_readable(out, ctypes.c_uint64(len(out)), BEGINNINGS_BITS))


def may_have_payload(chars: bytes) -> bool:
    """Whether content may be in a run of base64."""
    compiled = core()
    return compiled is None or bool(
        compiled.may_have_payload(chars, ctypes.c_uint64(len(chars)), BEGINNINGS_BITS, _MAGICS)
    )


def may_be_after_length(data: bytes) -> bool:
    """Whether compressed content or text may be behind its length, which is all the rest of `data`."""
    compiled = core()
    return compiled is None or bool(compiled.may_be_after_length(data, ctypes.c_uint64(len(data)), BEGINNINGS_BITS))
