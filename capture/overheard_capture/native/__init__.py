"""The compiled part of the reader, and its loader. Python implements all of it as well: `core()` may be None.

A promise: with and without it the results are the same. One limit of what is tried applies only with it
(`protocols/tls/compressed_streams.py`): it is for bytes made to cost time, and where it is reached that is reported.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache

from overheard_capture.native.build import library_path

# `OVERHEARD_COMPILED=no` disables it.
_SWITCH = "OVERHEARD_COMPILED"


@cache
def core() -> ctypes.CDLL | None:
    """The compiled part; None if it was not compiled, or is disabled."""
    if os.environ.get(_SWITCH, "") == "no":
        return None
    try:
        library = ctypes.CDLL(str(library_path()))
    except OSError:
        return None
    library.announced.restype = ctypes.c_uint32
    library.runs.restype = library.skip_records.restype = library.expand.restype = ctypes.c_uint64
    library.base85_bytes.restype = library.places_of.restype = ctypes.c_uint64
    library.without_tags.restype = library.continued_strings.restype = ctypes.c_uint64
    library.compressed_records.restype = library.add_even_records.restype = ctypes.c_uint64
    library.quoted_printable.restype = library.first_of.restype = library.announcement.restype = ctypes.c_int64
    library.line_block.restype = library.first_magic.restype = library.first_deflated.restype = ctypes.c_int64
    return library


def pointer(data: bytes | bytearray | memoryview) -> object:
    """Bytes as an argument for the compiled part. A view must be writable."""
    if isinstance(data, bytes) or not len(data):
        return bytes(data)
    return ctypes.byref(ctypes.c_char.from_buffer(data))
