"""The judge on the corpus: it finds every leak, with its place, layers and spelling, and no look-alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.cases import CASES
from corpus.judged import sightings
from corpus.recorded import played_or_skipped
from rows import for_each

if TYPE_CHECKING:
    from corpus.case import Case
    from corpus.recorded import Recorded
    from corpus.truth import Part
    from overheard.words.sighting import Sighting


def seen(corpus: Recorded, case: Case) -> tuple[Sighting, ...]:
    """The judge's sightings of a case's secret."""
    played_or_skipped(corpus, case)
    return sightings(corpus, case)


def overlaps(sighting: Sighting, parts: list[Part]) -> bool:
    """Whether a sighting includes some of these bytes. For encoded data, it locates the encoded bytes only."""
    return any(
        part.frame == sighting.frame
        and part.offset < sighting.offset + sighting.length
        and sighting.offset < part.offset + part.length
        for part in parts
    )


@for_each(case=[case for case in CASES if case.leak])
def test_a_leak_is_found_with_its_place_layers_and_spelling(corpus: Recorded, case: Case) -> None:
    assert case.leak
    wanted = (case.leak.layers, case.leak.spelling)
    found = seen(corpus, case)
    right = [each for each in found if (each.layers, each.spelling) == wanted]
    assert right, [(each.layers, each.spelling) for each in found]
    places = [(sighting.frame, sighting.offset) for sighting in right]
    truth = corpus.truth(case)
    if case.leak.exact:
        assert truth[0][:2] in places
    else:
        assert any(overlaps(sighting, truth) for sighting in right), (places, truth)


@for_each(case=[case for case in CASES if not case.leak])
def test_nothing_is_found_in_a_look_alike(corpus: Recorded, case: Case) -> None:
    assert [(each.spelling, each.layers, each.frame) for each in seen(corpus, case)] == []
