"""Judges recordings with every layer renamed; run as a process of its own, with the stage's folder."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words import layer as words
from overheard.words.layer import Layer

if TYPE_CHECKING:
    from overheard.words.layer import LayerKind, OpenedBy
    from overheard.words.verdict import Verdict


def reword() -> None:
    """Give every layer, including those of readers that are imported later, a meaningless name."""
    make = Layer.__new__

    def made(cls: type[Layer], code: str, *rest: LayerKind | OpenedBy) -> Layer:
        return make(cls, hashlib.sha256(code.encode()).hexdigest(), *rest)  # type: ignore[arg-type]  # as it was given

    known = {name: each for name, each in vars(words).items() if isinstance(each, Layer)}
    for name, each in known.items():
        setattr(words, name, made(Layer, each, each.kind, each.opened_by))
    Layer.__new__ = made  # type: ignore[method-assign,assignment]


def decided(verdict: Verdict) -> list[object]:
    """The decision, without texts."""
    checks = {check.code: check.holds for check in verdict.checks}
    return [verdict.outcome, verdict.presence, verdict.carrier, verdict.broken, checks, len(verdict.sightings)]


def verdicts(folder: Path, scratch: Path) -> dict[str, list[object]]:
    """The decisions about recordings, each of which depends on the kind of a layer or on who opened it."""
    from capture.frames import exchange  # noqa: PLC0415  (after the layers were reworded, as all that follows)
    from capture.recordings import SECRET, Doctored, Recordings  # noqa: PLC0415
    from overheard_capture.judge import Keys  # noqa: PLC0415

    recordings = Recordings(folder)
    fernet = Keys(messages=recordings.shared)
    encoded = b"HTTP/1.1 200 OK\r\n\r\n" + base64.b64encode(b"before it " + SECRET.value + b" and after it")
    return {
        "http": decided(recordings.judge("http")),
        "https": decided(recordings.judge("https")),
        "fernet, by a party": decided(recordings.judge("fernet", keys=fernet)),
        "fernet, by the interceptor": decided(recordings.judge("fernet", keys=fernet, spy=fernet)),
        "by the interceptor's session keys": decided(recordings.judge("https", spy=Keys(recordings.keys))),
        "by the stolen key": decided(recordings.judge("rsa", spy=Keys(private=recordings.stolen))),
        "base64": decided(Doctored(recordings, scratch).judge(exchange([b"GET / HTTP/1.1\r\n\r\n"], [encoded]))),
    }


if __name__ == "__main__":
    if sys.argv[3:] == ["reworded"]:
        reword()
    json.dump(verdicts(Path(sys.argv[1]), Path(sys.argv[2])), sys.stdout)
