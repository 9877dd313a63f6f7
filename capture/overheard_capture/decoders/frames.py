"""Frames: what is around each of several lines of a text, such as the time in a log, with other numbers in it."""

from __future__ import annotations

import re

from overheard_capture.content.lazy_pattern import lazy_pattern

# A number, which may be in a column.
NUMBER = lazy_pattern(rb"[ \t]*[0-9]+")
_DIGITS = b"0123456789"


def frame_pattern(frame: bytes) -> re.Pattern[bytes]:
    """What matches such a frame with other numbers. Digits at its end are as many: more of them belong to the line."""
    parts = [re.escape(part) for part in NUMBER.split(frame)]
    number = rb"[ \t]*[0-9]+"
    if not parts[-1] and len(parts) > 1:
        digits = len(frame) - len(frame.rstrip(_DIGITS))
        return re.compile(number.join(parts[:-1]) + rb"[ \t]*[0-9]{%d}" % digits)
    return re.compile(number.join(parts))
