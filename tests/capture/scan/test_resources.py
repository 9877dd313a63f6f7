"""Resources that are fetched or sent in ranges are put together, across requests and connections."""

from __future__ import annotations

import base64
import gzip
import itertools
import pickle
from typing import TYPE_CHECKING

import pytest

from capture.frames import File, exchange
from capture.wrapped import noise
from overheard import judge
from overheard.words.options import Options
from overheard.words.secret import Secret
from overheard_capture.captures.reader import CaptureReader
from overheard_capture.scan import resources
from overheard_capture.scan.reading import Reading
from overheard_capture.search import search_for

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.report import Report

VALUE = b"fluffy tail"
TEXT = b"the word is " + VALUE + b", they say: " + noise(300).hex().encode()
PACKED = gzip.compress(TEXT, mtime=0)
# A request and its response.
Turn = tuple[bytes, bytes]


def asked(target: str = "/a", first: int = 0, last: int = 1, host: str = "server") -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\nRange: bytes={first}-{last}\r\n\r\n".encode()


def answered(body: bytes, *fields: str) -> bytes:
    lines = ["HTTP/1.1 206 Partial Content", *fields, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def part(whole: bytes, first: int, end: int, *fields: str, total: str = "", target: str = "/a") -> Turn:
    """A range is requested, and sent."""
    about = f"Content-Range: bytes {first}-{end - 1}/{total or len(whole)}"
    return asked(target, first, end - 1), answered(whole[first:end], about, *fields)


def several(whole: bytes, *ranges: tuple[int, int]) -> Turn:
    """Several ranges in one response."""
    parts = b"".join(
        b"--xx\r\nContent-Type: text/plain\r\nContent-Range: bytes %d-%d/%d\r\n\r\n%b\r\n"
        % (first, end - 1, len(whole), whole[first:end])
        for first, end in ranges
    )
    return asked(), answered(parts + b"--xx--\r\n", "Content-Type: multipart/byteranges; boundary=xx")


def capture(folder: Path, *connections: list[Turn]) -> Path:
    """A capture of some connections, one after the other."""
    file = File().section().interface()
    frames = [
        frame
        for number, turns in enumerate(connections)
        for frame in exchange([ask for ask, _ in turns], [answer for _, answer in turns], port=40_000 + number)
    ]
    for number, frame in enumerate(frames):
        file.packet(frame, ticks=1_700_000_000_000_000 + number)
    return file.write(folder / "ranges.pcapng")


def read(folder: Path, *connections: list[Turn]) -> Report:
    """The report on such a capture."""
    return judge(capture(folder, *connections), {"word": VALUE}, Options(vouched={"whole", "sent"}))


# It has its length within.
DOCUMENT = b"%PDF-1.7\n1 0 obj\n<< /Length 3 >>\nstream\nabc\nendstream\nendobj\n%%EOF\n"
MIDDLE = TEXT.index(VALUE) + 4
ZIPPED = 200


def put(whole: bytes, first: int, end: int) -> Turn:
    """A range is sent in a request."""
    lines = ["PUT /up HTTP/1.1", "Host: server", f"Content-Range: bytes {first}-{end - 1}/{len(whole)}"]
    head = "\r\n".join((*lines, f"Content-Length: {end - first}", "", ""))
    return head.encode() + whole[first:end], b"HTTP/1.1 308 go on\r\nContent-Length: 0\r\n\r\n"


def send(method: str, target: str, body: bytes, *fields: str) -> Turn:
    """A part is sent in a request."""
    lines = [f"{method} {target} HTTP/1.1", "Host: server", *fields, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def sent(whole: bytes, target: str, *fields: str, method: str = "PUT", first: int = 1) -> list[Turn]:
    """Parts are sent, with the number, the name and the offset of each in the target or the fields."""
    cuts = [0, 90, 200, len(whole)]
    turns = []
    for number, (begin, end) in enumerate(itertools.pairwise(cuts)):
        about = {
            "number": number + first,
            "name": base64.b64encode(b"block%d" % (number * 7 % 5)).decode(),
            "at": begin,
        }
        turns.append(
            send(
                method,
                target.format(**about, end=end - 1),
                whole[begin:end],
                *(f.format(**about, end=end - 1) for f in fields),
            )
        )
    return turns


S3 = "/bucket/key?partNumber={number}&uploadId=2~x7"
UPLOADS = {
    "S3": [sent(PACKED, S3)],
    "S3, backwards, over three connections": [[turn] for turn in reversed(sent(PACKED, S3))],
    "S3, text": [sent(b"nuts " * 15 + TEXT, S3)],
    "S3, a part sent twice": [[sent(PACKED, S3)[0], *sent(PACKED, S3)]],
    "blocks of Azure": [sent(PACKED, "/c/blob?comp=block&blockid={name}")],
    "tus": [sent(PACKED, "/files/24e533e", "Upload-Offset: {at}", method="PATCH")],
    "a registry of containers": [
        sent(PACKED, "/v2/a/blobs/uploads/7c?_state=s{number}", "Content-Range: {at}-{end}", method="PATCH")
    ],
    "resumable.js": [
        sent(PACKED, "/up?resumableChunkNumber={number}&resumableCurrentChunkSize={end}&id=8", method="POST")
    ],
    "in the path": [sent(PACKED, "/uploads/7/chunks/{number}", first=0)],
}
LEAKS: dict[str, list[list[Turn]]] = {
    "text": [[part(TEXT, 0, MIDDLE), part(TEXT, MIDDLE, len(TEXT))]],
    "text, over two connections": [[part(TEXT, MIDDLE, len(TEXT))], [part(TEXT, 0, MIDDLE)]],
    "text in pieces that overlap": [[part(TEXT, 0, MIDDLE + 3), part(TEXT, MIDDLE - 2, len(TEXT))]],
    "text in pieces of one letter": [[part(TEXT, at, at + 1) for at in range(8, 40)]],
    "text of unknown length": [[part(TEXT, 0, MIDDLE, total="*"), part(TEXT, MIDDLE, 60, total="*")]],
    "text, with its beginning missing": [[part(TEXT, 5, MIDDLE), part(TEXT, MIDDLE, len(TEXT))]],
    "gzip": [[part(PACKED, 0, ZIPPED), part(PACKED, ZIPPED, len(PACKED))]],
    "gzip, backwards, over three": [[part(PACKED, at, min(at + 120, len(PACKED)))] for at in (240, 120, 0)]
    + [[part(PACKED, 360, len(PACKED))]],
    "in a content coding": [
        [part(PACKED, 0, ZIPPED, "Content-Encoding: gzip"), part(PACKED, ZIPPED, len(PACKED), "Content-Encoding: gzip")]
    ],
    "several in one response": [[several(TEXT, (MIDDLE, len(TEXT)), (0, MIDDLE))]],
    "several in one response, and one": [[several(PACKED, (0, 50), (120, len(PACKED))), part(PACKED, 50, 120)]],
    "with an ETag": [
        [part(TEXT, 0, MIDDLE, 'ETag: "1"'), part(TEXT, MIDDLE, len(TEXT), 'ETag: "1"')],
        [part(TEXT, 0, MIDDLE, 'ETag: "2"')],
    ],
    "uploaded": [[put(PACKED, 0, 90), put(PACKED, 90, 300)], [put(PACKED, 300, len(PACKED))]],
}


LEAKS |= UPLOADS


@pytest.mark.parametrize("name", LEAKS)
def test_the_pieces_are_put_together(name: str, tmp_path: Path) -> None:
    report = read(tmp_path, *LEAKS[name])
    assert report.outcome == "OVERHEARD", report


OTHER = TEXT.replace(b"tail", b"nail")
OTHER_PACKED = gzip.compress(OTHER, mtime=0)
HARMLESS: dict[str, list[list[Turn]]] = {
    "another word": [[part(OTHER, 0, MIDDLE), part(OTHER, MIDDLE, 300)]],
    "other targets": [[part(TEXT, 0, MIDDLE), part(TEXT, MIDDLE, len(TEXT), target="/b")]],
    "other versions": [[part(TEXT, 0, MIDDLE, 'ETag: "1"'), part(TEXT, MIDDLE, len(TEXT), 'ETag: "2"')]],
    "a piece missing": [[part(TEXT, 0, MIDDLE), part(TEXT, MIDDLE + 1, len(TEXT))]],
    "other uploads": [
        [send("PUT", f"/a?partNumber={number}&uploadId={upload}", body)]
        for number, upload, body in ((1, "x", TEXT[:MIDDLE]), (2, "y", TEXT[MIDDLE:]))
    ],
    "a part missing": [
        [send("PUT", f"/a?partNumber={number}&uploadId=x", body)]
        for number, body in ((1, TEXT[:MIDDLE]), (3, TEXT[MIDDLE:]))
    ],
    "gzip of another word": [[part(OTHER_PACKED, 0, 100), part(OTHER_PACKED, 100, len(OTHER_PACKED))]],
}


@pytest.mark.parametrize("name", HARMLESS)
def test_other_pieces_are_not(name: str, tmp_path: Path) -> None:
    report = read(tmp_path, *HARMLESS[name])
    assert report.outcome == "PROTECTED", report


def test_what_cannot_be_read_without_the_missing_pieces_is_a_reason(tmp_path: Path) -> None:
    for fields in ((), ("Content-Encoding: gzip",)):
        report = read(tmp_path, [part(PACKED, 0, 12, *fields), part(PACKED, 50, len(PACKED), *fields)])
        assert report.outcome == "INCONCLUSIVE"


def test_numbered_contents_of_their_own_are_read_by_themselves(tmp_path: Path) -> None:
    turns = [send("PUT", f"/parts/{number}", page) for number, page in enumerate((DOCUMENT, PACKED, DOCUMENT))]
    assert read(tmp_path, turns).outcome == "OVERHEARD"


def test_another_resource_of_the_same_name_is_read_by_itself(tmp_path: Path) -> None:
    turns = [send("PATCH", "/up", body, "Upload-Offset: 0") for body in (noise(500).hex().encode()[:400], PACKED)]
    assert read(tmp_path, turns).outcome == "OVERHEARD"


def test_what_is_kept_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that, pieces are read by themselves."""
    monkeypatch.setattr(resources, "_MOST", 200)
    turns = [part(TEXT, 0, MIDDLE), part(TEXT, MIDDLE, 220), part(PACKED, 0, len(PACKED), total="*")]
    assert read(tmp_path, turns).outcome == "OVERHEARD"
    kept = resources.Resources().of(1, "")
    assert [kept.reserve(100) for _ in range(3)] == [True, True, False]


def test_the_order_does_not_matter(tmp_path: Path) -> None:
    cuts = [0, *range(7, len(PACKED), 23), len(PACKED)]
    turns = [part(PACKED, first, end) for first, end in itertools.pairwise(cuts)]
    turns.sort(key=lambda turn: turn[1][-1])
    assert read(tmp_path, turns[:9], turns[9:]).outcome == "OVERHEARD"


def test_pieces_that_two_processes_read_are_put_together(tmp_path: Path) -> None:
    path = capture(tmp_path, *([part(PACKED, at, min(at + 50, len(PACKED)))] for at in range(0, len(PACKED), 50)))
    search = search_for((Secret("word", VALUE),))
    one = Reading(search)
    other = Reading(search, share=one.divide())
    for reading in (one, other):
        for chunk in CaptureReader([path]).chunks():
            reading.read(chunk)
    part_of_other = pickle.loads(pickle.dumps(other.partial_result()))  # noqa: S301  (it is our own)
    assert part_of_other.resources.pieces
    one.finish(part_of_other)
    assert any("byte ranges" in hit.occurrence.layers for hit in one.hits.of(0))
