"""Conversations without their beginning: what can still be read is searched, and nothing is called protected."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from capture.midway import TALKS, WORD
from overheard import judge
from overheard.words.options import Options
from overheard.words.verdict import Outcome
from processes import in_namespaces

if TYPE_CHECKING:
    from overheard.engines.base import Engine
    from overheard.words.verdict import Verdict

LAYERS = {
    "websocket": ("WebSocket",),
    "websocket-deflate": ("WebSocket", "permessage-deflate"),
    "http2": ("HTTP/2", "HPACK"),
    "telnet": ("telnet",),
}


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory, local_engine: Engine) -> Path:  # noqa: ARG001
    """A folder with all conversations, each from its beginning."""
    folder = tmp_path_factory.mktemp("midway")
    in_namespaces(Path(__file__).parents[1] / "midway.py", str(folder))
    return folder


def verdict(path: Path, secret: str) -> Verdict:
    return judge(path, {"it": secret}, Options(vouched=["whole", "sent"])).verdicts["it"]


def without_first(path: Path, frames: int, folder: Path) -> Path:
    """The same recording without its first frames."""
    later = folder / f"{path.stem}-{frames}.pcapng"
    subprocess.run(["editcap", str(path), str(later), f"1-{frames}"], check=True)
    return later


@pytest.mark.parametrize("name", TALKS)
@pytest.mark.parametrize("earlier", [0, 2])
def test_the_secret_is_seen_in_the_rest(talks: Path, tmp_path: Path, name: str, earlier: int) -> None:
    path = talks / f"{name}.pcapng"
    (first, *_) = [seen for seen in verdict(path, WORD).sightings if seen.layers == LAYERS[name]]
    cut = first.frame - 1 - earlier
    seen = verdict(without_first(path, cut, tmp_path), WORD)
    assert seen.outcome is Outcome.OVERHEARD
    assert (first.frame - cut, first.offset) in {
        (sighting.frame, sighting.offset) for sighting in seen.sightings if sighting.layers == LAYERS[name]
    }


@pytest.mark.parametrize("name", TALKS)
def test_midstream_connections_are_never_protected(talks: Path, tmp_path: Path, name: str) -> None:
    path = talks / f"{name}.pcapng"
    cut = next(seen.frame for seen in verdict(path, WORD).sightings if seen.layers == LAYERS[name]) - 1
    found = verdict(without_first(path, cut, tmp_path), "somewhere else entirely")
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "streams-complete" in {check.code for check in found.reasons}
