"""The hunt finds what it is made to find: a judge with a blind spot is caught, and the recipe comes out small."""

from __future__ import annotations

import ast
import json
import struct
from pathlib import Path

import pytest

import hunt
from frames import NETWORKS, SEGMENTS
from hunt import Hunt, build, draw, judged, shrunk
from nesting import MisfitError, Recipe
from overheard.words.verdict import Outcome
from talks import TALKS

BENCH = Path(hunt.__file__).parent
SPOT = "gzip"


def recipe(*layers: str, talk: str = "TCP", secret: str = "words") -> Recipe:  # noqa: S107  (the name of a secret)
    return Recipe(1, secret, "utf-8", layers, talk, "plain", "plain")


def blind(path: Path, name: str, secret: bytes) -> tuple[str, str]:
    """A judge that calls every capture PROTECTED if gzip begins in it."""
    if b"\x1f\x8b\x08" in path.read_bytes():
        return Outcome.PROTECTED, ""
    return judged(path, name, secret)


def test_a_blind_spot_is_found_shrunk_and_kept(tmp_path: Path) -> None:
    found = Hunt(blind, tmp_path)
    found.count(recipe("json", SPOT, "multipart", talk="HTTP chunks", secret="uuid"))  # noqa: S106
    assert [(kind, small.secret, times) for kind, (small, _, times) in found.finds.items()] == [
        ("gzip in HTTP body", "words", 1)
    ]
    found.keep(tmp_path / "out")
    kept = json.loads((tmp_path / "out" / "001.json").read_text())
    assert Recipe.from_json(kept["recipe"]) == next(iter(found.finds.values()))[0]
    assert (tmp_path / "out" / "001.pcap").read_bytes() == build(Recipe.from_json(kept["recipe"]))


def test_what_the_judge_overhears_is_no_find(tmp_path: Path) -> None:
    found = Hunt(judged, tmp_path)
    for seed in (recipe("json", "gzip", "base64"), recipe(talk="DNS TXT"), recipe("hex", talk="ICMP")):
        found.count(seed)
    assert (found.outcomes, found.finds) == ({Outcome.OVERHEARD: 3}, {})


def test_a_judge_that_raises_is_a_find(tmp_path: Path) -> None:
    def broken(_: Path, __: str, ___: bytes) -> tuple[str, str]:
        return "raised", "ValueError"

    found = Hunt(broken, tmp_path)
    found.count(draw(3))
    assert [why for _, why, _ in found.finds.values()] == ["raised ValueError"]


def test_every_layer_protocol_and_network_is_whole_to_the_judge(tmp_path: Path) -> None:
    """What does not hold would hide a blind spot behind INCONCLUSIVE."""
    found = Hunt(judged, tmp_path)
    plain = recipe()
    for each in (
        *(recipe(talk=talk) for talk in TALKS),
        *(Recipe(1, "words", "utf-8", (), "HTTP body", segments, "plain") for segments in SEGMENTS),
        *(Recipe(1, "words", "utf-8", (), "HTTP body", "plain", network) for network in NETWORKS),
    ):
        assert found.look(each)[0] != "not whole", each
    assert shrunk(plain, lambda _: True) == plain


def test_the_same_seed_gives_the_same_capture() -> None:
    assert [build(draw(seed)) for seed in range(20)] == [build(draw(seed)) for seed in range(20)]
    assert struct.unpack("<I", build(draw(1))[:4]) == (0xA1B2C3D4,)


def test_a_layer_that_cannot_hold_what_is_in_it_is_refused() -> None:
    with pytest.raises(MisfitError, match="json holds no BINARY"):
        build(recipe("gzip", "json"))


def test_the_generators_import_nothing_of_the_readers() -> None:
    layers = ("nesting", "charsets", "codings", "packing", "documents", "framings")
    for name in (*layers, "frames", "talks", "talks_http", "talks_messaging"):
        tree = ast.parse((BENCH / f"{name}.py").read_text())
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not [each for each in imported if each and each.startswith("overheard")]
