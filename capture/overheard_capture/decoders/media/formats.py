"""The formats of media: their signatures, and how they are walked over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.decoders.media.audio import flac, is_mp3, mp3, ogg
from overheard_capture.decoders.media.boxes import is_mp4, mp4
from overheard_capture.decoders.media.ebml import ebml
from overheard_capture.decoders.media.fonts import is_opentype, is_woff, opentype, woff, woff2
from overheard_capture.decoders.media.images import gif, ico, is_gif, is_ico, is_jpeg, jpeg
from overheard_capture.decoders.media.riff import is_riff, riff

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.decoders.media.container import Walk


class Format(NamedTuple):
    """A format: its name, as in `signatures.py`, how it is walked over, and a test of its first bytes."""

    name: str
    walk: Walk
    test: Callable[[bytes], bool] = lambda _: True


# PNG has a signature that is also found within other bytes, and stands with those.
FORMATS = (
    Format("JPEG", jpeg, is_jpeg),
    Format("GIF", gif, is_gif),
    Format("icons", ico, is_ico),
    Format("RIFF", riff, is_riff),
    Format("MP4", mp4, is_mp4),
    Format("Matroska", ebml),
    Format("Ogg", ogg),
    Format("FLAC", flac),
    Format("MP3", mp3, is_mp3),
    Format("OpenType", opentype, is_opentype),
    Format("WOFF", woff, is_woff),
    Format("WOFF2", woff2, is_woff),
)
