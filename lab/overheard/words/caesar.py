"""Caesar's cipher, and how to break it: try all 25 shifts, and rate the pairs of letters of each."""

from __future__ import annotations

from overheard.words.named_tuple import NamedTuple

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SHIFTS = range(1, len(ALPHABET))

# How common each pair of letters is in the 63,875 words of Debian's `wamerican` 2020.12.07, on a scale of logarithms
# from 0 (it never occurs) to 9: a row for each first letter, from a to z, with a digit for each second letter.
_PAIRS = (
    "38885675746989474989776576",
    "76447323741844730765733050",
    "80628108808723804768710062",
    "75568464853755742774755062",
    "86897776655889676998676765",
    "73117723710702720756701060",
    "74138377712756730774704062",
    "85348423832555831667605060",
    "77878774435879875788573517",
    "60005000500000600000600000",
    "64337434723646540474404050",
    "85569554916855852477754381",
    "87338413801575772472733050",
    "85888695857657755589665454",
    "77776675746889774887877665",
    "84348337713744870877704050",
    "00000000000000000001700000",
    "96779665946677864788765072",
    "75748548836776776489736060",
    "85649548932755850887726075",
    "77777662734878571888341435",
    "70018010700000600321530040",
    "74357436704546740664302032",
    "51506114600201461116432440",
    "55556444623565560565405303",
    "61017000601520520000322046",
)


class Try(NamedTuple):
    """A text with its letters shifted; `likeness` rates how English it is, from 0 to 9."""

    shift: int
    text: str
    likeness: float


def shifted(text: str, by: int) -> str:
    """`text` with each letter moved `by` places forward in the alphabet; A follows Z."""
    by %= len(ALPHABET)
    turned = ALPHABET[by:] + ALPHABET[:by]
    return text.translate(str.maketrans(ALPHABET + ALPHABET.upper(), turned + turned.upper()))


def tries(text: str) -> list[Try]:
    """All 25 shifts of `text`, from 1 to 25. Only assumes that the plaintext is English."""
    return [Try(shift, said, _likeness(said)) for shift in SHIFTS for said in [shifted(text, shift)]]


def likeliest(text: str) -> Try:
    """The try that looks most like English; the first, if the text has no pair of letters."""
    return max(tries(text), key=lambda tried: tried.likeness)


def _likeness(text: str) -> float:
    pairs = [pair for pair in zip(text.lower(), text.lower()[1:], strict=False) if set(pair) <= set(ALPHABET)]
    marks = [int(_PAIRS[ALPHABET.index(first)][ALPHABET.index(second)]) for first, second in pairs]
    return sum(marks) / len(marks) if marks else 0.0
