"""The second witness: tshark dissects the same file, and searches the fields that it decodes for the secrets.

It shares nothing with our own reader: neither the parsing of files, frames and streams, nor the decoders, nor the
table of spellings. A secret that only tshark sees is still OVERHEARD. It gets no keys, as an eavesdropper has none.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError
from overheard.words.layer import Layer
from overheard.words.named_tuple import NamedTuple
from overheard.words.options import USUAL, Options
from overheard.words.report import Disagreement, Report
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Rule, Verdict, decide
from overheard_capture.wireshark.fields import host_display_filter
from overheard_capture.wireshark.merged import merge_files
from overheard_capture.wireshark.witness_query import Witnessed, WitnessQuery

if TYPE_CHECKING:
    from overheard.words.report import Flow
    from overheard.words.secret import Secret

__all__ = ["Witnessed", "disagreements", "dissectors", "query_tshark", "second_opinion"]

OURS, TSHARK = "our reader", "tshark"
# The time limit of tshark in seconds.
PATIENCE = 1800
# The maximum number of secrets in one query, which may have to be repeated for each of them.
_SECRETS_PER_QUERY = 12
# The dissector of tshark, by the beginning of a flow's protocol in our table.
_DISSECTORS = {"TLS": "tls", "HTTP/1": "http", "WebSocket": "http", "HTTP/2": "http2"}


class WitnessOptions(NamedTuple):
    """Options of the second witness: `options` as for our own reader, and `decode_as`, the dissectors by port.

    `decode_as` is in the syntax of `tshark -d`; None takes the protocols from our flow table. `patience` is in seconds.
    """

    options: Options = USUAL
    decode_as: Mapping[str, str] | None = None
    patience: float = PATIENCE


_USUAL = WitnessOptions()


def query_tshark(
    paths: Sequence[Path], secrets: Sequence[Secret], how: WitnessOptions = _USUAL
) -> dict[str, list[Witnessed]]:
    """Search with tshark. Returns the frames by name of the secret; frame numbers continue from file to file.

    Raises UnreadableError if tshark is missing or fails.
    """
    seen: dict[str, list[Witnessed]] = {secret.name: [] for secret in secrets}
    scope = host_display_filter(how.options.only, how.options.without)
    queries = [
        WitnessQuery(
            secrets[at : at + _SECRETS_PER_QUERY], how.options.any_case, scope, how.decode_as or {}, how.patience
        )
        for at in range(0, len(secrets), _SECRETS_PER_QUERY)
    ]
    with tempfile.TemporaryDirectory(prefix="overheard-witness-") as folder:
        path = merge_files(paths, Path(folder))
        for query in queries:
            for name, witnessed in query.run(path):
                seen[name].append(witnessed)
    return {name: _unique_frames(witnessed) for name, witnessed in seen.items()}


def _unique_frames(witnessed: list[Witnessed]) -> list[Witnessed]:
    first: dict[int, Witnessed] = {}
    for each in witnessed:
        if each.frame not in first or not first[each.frame].field:
            first[each.frame] = each
    return [first[frame] for frame in sorted(first)]


def dissectors(flows: Iterable[Flow]) -> dict[str, str]:
    """The dissectors that tshark must use, by TCP port, as it may assign a port to another protocol.

    Ports with more than one protocol are left to tshark.
    """
    protocols: dict[str, set[str]] = defaultdict(set)
    for flow in flows:
        if flow.transport.upper() == "TCP":
            protocols[flow.server.rpartition(":")[2]] |= _dissectors(flow.what)
    return {f"tcp.port=={port}": kind for port, (kind, *more) in protocols.items() if kind and not more}


def _dissectors(what: str) -> set[str]:
    """The dissectors of a flow, by its protocols; more than one if it has several."""
    kinds = what.split(", ")
    found = {name for begins, name in _DISSECTORS.items() if any(kind.startswith(begins) for kind in kinds)}
    # The HTTP/1 dissector passes upgraded connections to the HTTP/2 dissector itself.
    return (found - {"http2"} if "http" in found else found) or {""}


def disagreements(
    sightings: Mapping[str, Sequence[Sighting]], witnessed: Mapping[str, Sequence[Witnessed]]
) -> tuple[Disagreement, ...]:
    """Frames in which only one of the two saw a secret.

    tshark gives the frame that completes reassembled data. So both agree if that is one of the frames of our sighting,
    or is in the same TCP stream, or completes an IP packet that has a fragment in one of these frames.
    """
    found: list[Disagreement] = []
    for name in sorted({*sightings, *witnessed}):
        ours, theirs = sightings.get(name, ()), witnessed.get(name, ())
        found += _only_tshark(name, ours, theirs)
        found += _only_ours(name, ours, theirs)
    return tuple(found)


def _agree(seen: Sighting, other: Witnessed) -> bool:
    return seen.stream in other.streams or not {seen.frame, *seen.frames}.isdisjoint((other.frame, *other.parts))


def _only_tshark(name: str, ours: Sequence[Sighting], theirs: Sequence[Witnessed]) -> Iterable[Disagreement]:
    for other in theirs:
        if not any(_agree(seen, other) for seen in ours):
            yield Disagreement(name, other.frame, TSHARK, f"{other.spelling}, in {_where(other)}")


def _only_ours(name: str, ours: Sequence[Sighting], theirs: Sequence[Witnessed]) -> Iterable[Disagreement]:
    alone: dict[tuple[int, str], list[Sighting]] = defaultdict(list)
    for seen in ours:
        if not any(_agree(seen, other) for other in theirs):
            alone[seen.stream, seen.how].append(seen)
    for (_, how), same in alone.items():
        more = f"; and {len(same) - 1} more in this stream" if len(same) > 1 else ""
        yield Disagreement(name, same[0].frame, OURS, how + more)


def _where(other: Witnessed) -> str:
    return f"{other.field or 'a field'} as tshark dissects it"


def second_opinion(
    report: Report, paths: Sequence[Path], secrets: Sequence[Secret], how: WitnessOptions = _USUAL
) -> Report:
    """Add the second witness to a report. Of two different verdicts, the more cautious one counts.

    If tshark fails, nothing is PROTECTED, as the second witness was requested.
    """
    decode_as = how.decode_as if how.decode_as is not None else dissectors(report.account.flows)
    try:
        witnessed = query_tshark(paths, secrets, how._replace(decode_as=decode_as))
    except UnreadableError as error:
        missing = Check(Rule.ABSENT, "second-witness", holds=False, says=error.args[0], hint=error.hint)
        return replace(report, verdicts={name: _with_check(each, missing) for name, each in report.verdicts.items()})
    differ = disagreements({name: verdict.sightings for name, verdict in report.verdicts.items()}, witnessed)
    verdicts = {
        name: _combined(name, verdict, witnessed.get(name, []), [each for each in differ if each.secret == name])
        for name, verdict in report.verdicts.items()
    }
    return replace(report, verdicts=verdicts, disagreements=differ)


def _combined(name: str, verdict: Verdict, witnessed: Sequence[Witnessed], differ: Sequence[Disagreement]) -> Verdict:
    theirs = {each.frame for each in differ if each.seen_by == TSHARK}
    missed = [each for each in witnessed if each.frame in theirs]
    return _with_check(
        verdict, _opinion(witnessed, missed, bool(verdict.sightings)), [_as_sighting(name, each) for each in missed]
    )


def _opinion(witnessed: Sequence[Witnessed], missed: Sequence[Witnessed], ours: bool) -> Check:
    hint = ""
    if missed:
        frame = missed[0].frame
        says = f"only tshark, the second witness, sees it in frame {frame}, in {_where(missed[0])}"
        hint = f"inspect it (tshark -V -Y 'frame.number == {frame}'), and report that our own reader misses it"
    elif witnessed:
        says = "tshark, the second witness, also sees it"
    elif ours:
        says = "tshark, the second witness, does not see it"
    else:
        says = "tshark, the second witness, does not see it either"
    return Check(Rule.ABSENT, "second-witness", not missed, says, hint)


def _with_check(verdict: Verdict, check: Check, sightings: Sequence[Sighting] = ()) -> Verdict:
    decided = decide((*verdict.checks, check), (*verdict.sightings, *sightings), verdict.presence)
    return replace(verdict, outcome=decided.outcome, checks=decided.checks, sightings=decided.sightings)


def _as_sighting(name: str, seen: Witnessed) -> Sighting:
    return Sighting(
        secret=name,
        spelling=seen.spelling,
        frame=seen.frame,
        offset=0,
        length=0,
        stream=seen.streams[0] if seen.streams else -1,
        direction="",
        stream_offset=0,
        frames=(seen.frame,),
        layers=(Layer(_where(seen)),),
    )
