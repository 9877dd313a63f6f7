"""Hunts for a wrong PROTECTED: nests a secret at random in ways that anybody could undo, and judges the captures.

`python bench/hunt.py [--minutes 30] [--seed 1] [--out DIR] [--kinds REGEX] [--recipe FILE]`: each capture must be
OVERHEARD, or INCONCLUSIVE with a reason. One that is PROTECTED, or that raises, is a find: it is shrunk, by leaving out
layers while it stays one, and kept in DIR with its recipe. Prints how many of which kind there were, and the finds;
exits with 1 if there was one. `--kinds` draws only nestings whose kind matches; `--recipe` judges one again.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from charsets import CHARSETS, SECRETS, written
from codings import CODINGS
from documents import DOCUMENTS
from frames import NETWORKS, SEGMENTS, Conversation, Turn, capture
from framings import FRAMINGS
from nesting import MisfitError, Recipe, wrap
from overheard import Options, judge
from overheard.words.verdict import Outcome, Rule
from packing import PACKING
from talks import TALKS

LAYERS = {**CODINGS, **PACKING, **DOCUMENTS, **FRAMINGS}
# So many layers are drawn at most; with those of the protocol, this stays within the depth that is documented.
_MOST_LAYERS = 4
# From this length on bytes as text are decoded, say the docs. What is shorter is a spelling alone, if it is one.
_SHORTEST = 25
_NO_SPELLINGS = {"base85", "ascii85", "z85", "base58"}
# Framings and protocols that write what they hold in base64.
_WITH_BASE64 = {"data-url", "ldif", "mail", "SMTP AUTH PLAIN", "SMTP AUTH LOGIN", "HTTP Basic"}
# What has no signature is looked for from this length on: identifiers are shorter.
_SHORTEST_UNSIGNED, _UNSIGNED = 17, {"deflate", "brotli", "lz4-block", "snappy-block"}
# Beyond that, a nesting says nothing new and takes long to judge.
_MOST_BYTES = 40_000
_PLAINEST = "words"
_OPTIONS = Options(vouched={"whole", "sent"})
# A capture must have a TCP stream to be whole; datagrams get this one beside them.
_BESIDE = Conversation(
    "tcp",
    (
        Turn(True, b"GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"),
        Turn(False, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ),
    80,
)
# What became of a capture: an outcome, `raised`, or `misfit` if there is no such capture.
Judge = Callable[[Path, str, bytes], tuple[str, str]]


def build(recipe: Recipe) -> bytes:
    """The capture of a recipe. Raises MisfitError if its layers do not fit into each other."""
    made = written(SECRETS[recipe.secret], recipe.charset, recipe.chance("words"))
    for number, name in enumerate(recipe.layers):
        held, made = len(made.data), wrap(made, LAYERS[name], recipe.chance(name))
        is_spelling = not number and recipe.charset == "utf-8" and name not in _NO_SPELLINGS
        written_as = held * 4 // 3 if name in _WITH_BASE64 else len(made.data.rstrip(b"=\r\n"))
        if not is_spelling and name in {*CODINGS, *_WITH_BASE64} and written_as < _SHORTEST:
            raise MisfitError("shorter than what is documented to be decoded")
        if name in _UNSIGNED and len(made.data) < _SHORTEST_UNSIGNED:
            raise MisfitError("as short as an identifier")
    talk = TALKS[recipe.talk]
    if recipe.layers and recipe.talk in _WITH_BASE64 and len(made.data) * 4 // 3 < _SHORTEST:
        raise MisfitError("shorter than what is documented to be decoded")
    if made.shape > talk.takes:
        raise MisfitError(f"{recipe.talk} holds no {made.shape.name}")
    if len(made.data) > (1200 if talk.transport != "tcp" else _MOST_BYTES):
        raise MisfitError("too much")
    told = talk.conversation(made.data, recipe.chance(recipe.talk))
    talks = [told] if talk.transport == "tcp" else [told, _BESIDE]
    return capture(talks, recipe.segments, recipe.network, recipe.chance("frames"))


def draw(seed: int) -> Recipe:
    """A nesting at random: the protocol first, then layers that fit into it."""
    chance = random.Random(seed)  # noqa: S311  (nothing is kept secret with it)
    talk = chance.choice(list(TALKS))
    while True:
        charset = chance.choice(CHARSETS) if chance.random() < 0.3 else "utf-8"
        layers = [chance.choice(list(LAYERS)) for _ in range(chance.choice((0, 1, 1, 2, 2, 2, 3, 3, _MOST_LAYERS)))]
        segments = chance.choice(list(SEGMENTS)) if chance.random() < 0.3 else "plain"
        network = chance.choice(list(NETWORKS)) if chance.random() < 0.2 else "plain"
        recipe = Recipe(seed, chance.choice(list(SECRETS)), charset, tuple(layers), talk, segments, network)
        try:
            build(recipe)
        except MisfitError:
            continue
        return recipe


def judged(path: Path, name: str, secret: bytes) -> tuple[str, str]:
    """The outcome of a capture, and why or on what it rests; one that is not whole is a fault of the generator."""
    try:
        verdict = judge(path, {name: secret}, _OPTIONS).verdicts[name]
    except Exception:  # noqa: BLE001  (it is what this looks for)
        return "raised", traceback.format_exc()
    broken = [check.says for check in verdict.reasons if check.rule is Rule.WHOLE]
    if broken:
        return "not whole", "; ".join(broken)
    return verdict.outcome.value, "; ".join(check.code for check in verdict.reasons) or str(verdict.ground)


@dataclass
class Hunt:
    """One hunt, and what it has found so far: recipes by kind, each with what is wrong with it."""

    judge: Judge
    folder: Path
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    finds: dict[str, tuple[Recipe, str, int]] = field(default_factory=dict)

    def look(self, recipe: Recipe) -> tuple[str, str]:
        """Judge the capture of a recipe."""
        try:
            data = build(recipe)
        except MisfitError as problem:
            return "misfit", str(problem)
        path = self.folder / "case.pcap"
        path.write_bytes(data)
        return self.judge(path, recipe.secret, SECRETS[recipe.secret].encode())

    def count(self, recipe: Recipe) -> None:
        """Judge a recipe, and keep it if it is a find."""
        outcome, why = self.look(recipe)
        self.outcomes[outcome] += 1
        self.kinds.update({recipe.talk, recipe.charset, recipe.segments, recipe.network, *recipe.layers})
        if outcome in {Outcome.OVERHEARD, Outcome.INCONCLUSIVE}:
            return
        small = shrunk(recipe, lambda smaller: self.look(smaller)[0] == outcome)
        known = self.finds.get(small.kind)
        self.finds[small.kind] = (small, f"{outcome} {why}".strip(), known[2] + 1 if known else 1)

    def keep(self, out: Path) -> None:
        """Write each find into a folder: the capture, and the recipe with the secret."""
        out.mkdir(parents=True, exist_ok=True)
        for number, (kind, (recipe, why, _)) in enumerate(sorted(self.finds.items()), 1):
            (out / f"{number:03}.pcap").write_bytes(build(recipe))
            told = {"kind": kind, "why": why, "value": SECRETS[recipe.secret], "recipe": recipe.to_json()}
            (out / f"{number:03}.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def shrunk(recipe: Recipe, still: Callable[[Recipe], bool]) -> Recipe:
    """The smallest recipe that is still a find: simpler parts and fewer layers, one change at a time."""
    for smaller in _smaller(recipe):
        if smaller != recipe and still(smaller):
            return shrunk(smaller, still)
    return recipe


def _smaller(recipe: Recipe) -> Iterator[Recipe]:
    yield replace(recipe, charset="utf-8")
    yield replace(recipe, segments="plain")
    yield replace(recipe, network="plain")
    for at in range(len(recipe.layers)):
        yield replace(recipe, layers=recipe.layers[:at] + recipe.layers[at + 1 :])
    if recipe.talk not in {"HTTP body", "TCP"}:
        yield from (replace(recipe, talk=talk) for talk in ("HTTP body", "TCP"))
    yield replace(recipe, secret=_PLAINEST)


def main() -> int:
    """Hunt for the given time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("bench/results/hunt"))
    parser.add_argument("--kinds", type=re.compile, default=re.compile(""))
    parser.add_argument("--recipe", type=Path)
    options = parser.parse_args()
    began, seed = time.monotonic(), options.seed
    with tempfile.TemporaryDirectory(prefix="overheard-hunt-") as folder:
        hunt = Hunt(judged, Path(folder))
        if options.recipe:
            recipe = Recipe.from_json(json.loads(options.recipe.read_text())["recipe"])
            print(recipe.kind, *hunt.look(recipe), sep="\n")
            return 0
        while time.monotonic() - began < options.minutes * 60:
            recipe = draw(seed)
            seed += 1
            if options.kinds.search(recipe.kind):
                known = len(hunt.finds)
                hunt.count(recipe)
                if len(hunt.finds) > known:
                    hunt.keep(options.out)
    return _report(hunt, options.seed, seed)


def _report(hunt: Hunt, first: int, last: int) -> int:
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(hunt.outcomes.items()))
    print(f"seeds {first} to {last - 1}, {hunt.outcomes.total()} captures of {len(hunt.kinds)} kinds: {outcomes}")
    for kind, (recipe, why, times) in sorted(hunt.finds.items(), key=lambda find: -find[1][2]):
        print(f"{times:5} {kind} ({recipe.secret}): {why}")
    return 1 if hunt.finds else 0


if __name__ == "__main__":
    sys.exit(main())
