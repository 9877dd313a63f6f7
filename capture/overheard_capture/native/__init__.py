"""The compiled part of the reader, and how it is loaded. Whatever it does Python does, too: `core` may be None.

A promise: with and without it the results are the same.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache

from overheard_capture.native.build import built

# `OVERHEARD_COMPILED=no` leaves it out.
_SWITCH = "OVERHEARD_COMPILED"


@cache
def core() -> ctypes.CDLL | None:
    """The compiled part; None where it was not compiled, or is not wanted."""
    if os.environ.get(_SWITCH, "") == "no":
        return None
    try:
        library = ctypes.CDLL(str(built()))
    except OSError:
        return None
    library.slot_of.restype = ctypes.c_uint32
    library.runs.restype = library.skip_records.restype = ctypes.c_uint64
    library.soft_break.restype = library.first_of.restype = ctypes.c_int64
    return library


def pointer(data: bytes | bytearray | memoryview) -> object:
    """Bytes as the compiled part takes them. A view must be of what may be changed."""
    if isinstance(data, bytes) or not len(data):
        return bytes(data)
    return ctypes.byref(ctypes.c_char.from_buffer(data))
