"""The output of a decompressor, and where it says that this comes from."""

from __future__ import annotations

from capture.played import Ignored, origin_of, some_findings
from overheard.words.layer import Layer, LayerKind
from overheard_capture.decoders.compression.output import Output
from overheard_capture.provenance.origin import Bytes, Origin


class _Listener(Ignored):
    """Records the spans of what it is fed."""

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []

    def feed(self, data: Bytes, origin: Origin) -> None:
        self.spans += [(span.start, span.frame) for span in origin.sliced(0, len(data))]


def test_what_follows_each_other_from_the_same_bytes_has_one_place() -> None:
    """Otherwise members of a few bytes take time that grows as the square of how many are in a frame."""
    layer, listener = Layer("gzip", LayerKind.COMPRESSION), _Listener()
    output = Output(some_findings(), ())
    assert output.open((), layer, lambda _findings, _layers: listener)
    origin = origin_of(200)
    for part in ((0, 100), (0, 100), (100, 200), (100, 200), (0, 100)):
        output.add(b"ab", origin, part)
    output.deliver(origin)
    assert listener.spans == [(0, 1), (4, 2), (8, 1)]
