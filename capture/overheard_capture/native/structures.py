"""Memory shared with the compiled part: the structures of `core.c`, field by field."""

from __future__ import annotations

import ctypes

MORE, RECORD, FULL, REST = range(4)
MAX_INTERFACES = 64
KEY_LENGTH = 36


class Extent(ctypes.Structure):
    """`length` bytes at `start` of a block, which are at `offset` of a frame."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [(name, ctypes.c_uint32) for name in ("start", "frame", "offset", "length")]


class NativeDirection(ctypes.Structure):
    """One direction of a connection."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [
        ("key", ctypes.c_uint8 * KEY_LENGTH),
        ("other", ctypes.c_int32),
        ("armed", ctypes.c_uint32),
        ("next", ctypes.c_uint32),
        ("reached", ctypes.c_uint32),
        ("acknowledged", ctypes.c_uint32),
        ("fill", ctypes.c_uint32),
        ("capacity", ctypes.c_uint32),
        ("extents_fill", ctypes.c_uint32),
        ("extents_capacity", ctypes.c_uint32),
        ("segments", ctypes.c_uint32),
        ("ticks", ctypes.c_uint64),
        ("interface", ctypes.c_uint32),
        ("block", ctypes.c_void_p),
        ("extents", ctypes.c_void_p),
    ]


class NativeInterface(ctypes.Structure):
    """An interface: its link type, and whether the compiled part may read its frames."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [("link_type", ctypes.c_uint32), ("usable", ctypes.c_uint32)]


class NativeWalker(ctypes.Structure):
    """The state of the compiled part."""

    __slots__ = ()  # a misspelt field raises an error, instead of setting an attribute that C never sees
    _fields_ = [
        ("pcapng", ctypes.c_uint32),
        ("swapped", ctypes.c_uint32),
        ("interface_count", ctypes.c_uint32),
        ("frame", ctypes.c_uint32),
        ("interfaces", NativeInterface * MAX_INTERFACES),
        ("directions", ctypes.c_void_p),
        ("slots", ctypes.c_void_p),
        ("slot_mask", ctypes.c_uint32),
        ("seed", ctypes.c_uint32),
        ("rest", ctypes.c_void_p),
        ("rest_fill", ctypes.c_uint32),
        ("rest_capacity", ctypes.c_uint32),
        ("rest_extents", ctypes.c_void_p),
        ("rest_extents_fill", ctypes.c_uint32),
        ("rest_extents_capacity", ctypes.c_uint32),
        ("bytes", ctypes.c_uint64),
        ("payload", ctypes.c_uint64),
        ("ticks", ctypes.c_uint64),
        ("interface", ctypes.c_uint32),
        ("full", ctypes.c_uint32),
    ]
