"""The second witness: disagreements with our own reader, and their consequences for the verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capture.judge.tshark_queries import HTTP, SECRET, VALUE, answer, recorded
from overheard.words.layer import Layer
from overheard.words.report import Account, Disagreement, Flow, Report
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Outcome, Presence, Rule, decide
from overheard_capture.judge.second_witness import Witnessed, disagreements, dissectors, second_opinion

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SEEN = Sighting("message", "plainly", 6, 226, 11, 0, "a → b", 160, (6, 7))
THERE = Witnessed(7, "http.file_data", "plainly", (0,))
HOLD = [Check(rule, rule.value, True, "seen") for rule in Rule]


def test_they_agree_on_any_frame_that_carries_it_or_is_in_the_same_stream() -> None:
    for other in (Witnessed(6, "x"), Witnessed(7, "x"), replace(THERE, frame=30)):
        assert disagreements({"message": [SEEN]}, {"message": [other]}) == ()
    elsewhere = replace(THERE, frame=30, streams=(4,))
    assert len(disagreements({"message": [SEEN]}, {"message": [elsewhere]})) == 2
    nowhere = replace(SEEN, stream=-1)
    # The last fragment of an IP packet whose other fragments contain the secret.
    assert disagreements({"message": [nowhere]}, {"message": [Witnessed(9, "x", parts=(6, 8, 9))]}) == ()
    assert len(disagreements({"message": [nowhere]}, {"message": [replace(elsewhere, streams=())]})) == 2


def test_a_sighting_of_only_one_is_reported() -> None:
    packed = replace(SEEN, layers=(Layer("gzip"),))
    assert disagreements({"message": [packed, packed]}, {"message": []}) == (
        Disagreement("message", 6, "our reader", "plainly, in gzip; and 1 more in this stream"),
    )
    assert disagreements({"message": []}, {"message": [THERE]}) == (
        Disagreement("message", 7, "tshark", "plainly, in http.file_data as tshark dissects it"),
    )


def test_tshark_decodes_ports_with_one_kind_of_content_as_that() -> None:
    flow = Flow(0, "TCP", "a:4000", "b:5683", "HTTP/1.1", 0, 0, 0, 0, protected=False)
    flows = [flow, replace(flow, server="[::1]:443", what="TLS 1.3"), replace(flow, server="b:25", what="text")]
    both = [replace(flow, server="b:8080"), replace(flow, server="b:8080", what="TLS 1.2")]
    both += [replace(flow, server="b:3128", what="HTTP/1.1, TLS 1.3")]
    upgraded = replace(flow, server="b:81", what="HTTP/1.1, HTTP/2")
    udp = replace(flow, transport="UDP", server="b:53", what="HTTP/1.1")
    assert dissectors([*flows, *both, udp, upgraded]) == {
        "tcp.port==5683": "http",
        "tcp.port==443": "tls",
        "tcp.port==81": "http",
    }


def report(*sightings: Sighting) -> Report:
    verdict = decide(HOLD, sightings, Presence.KEY_LOG)
    return Report({"message": verdict}, Account(("x",), 1, 1, 0.0, {}, ()))


def test_a_sighting_of_tshark_alone_is_overheard(tmp_path: Path) -> None:
    before = report()
    assert before.outcome is Outcome.PROTECTED
    after = second_opinion(before, [recorded(tmp_path / "http.pcapng", [answer(VALUE)])], [SECRET], HTTP)
    verdict = after.verdicts["message"]
    assert verdict.outcome is Outcome.OVERHEARD
    (sighting,) = verdict.sightings
    assert (sighting.frame, sighting.how) == (5, "plainly, in http.file_data as tshark dissects it")
    assert verdict.reasons[-1].code == "second-witness"
    assert "only tshark" in verdict.reasons[-1].says
    assert [each.seen_by for each in after.disagreements or ()] == ["tshark"]


def test_it_stays_protected_if_both_see_nothing(tmp_path: Path) -> None:
    after = second_opinion(report(), [recorded(tmp_path / "http.pcapng", [answer(b"x")])], [SECRET], HTTP)
    assert after.outcome is Outcome.PROTECTED
    assert after.disagreements == ()
    assert after.verdicts["message"].checks[-1].holds


@pytest.mark.parametrize("body", [VALUE, b"x"])
def test_a_sighting_of_the_judge_stays_overheard_without_one_of_tshark(tmp_path: Path, body: bytes) -> None:
    seen = replace(SEEN, frame=5, frames=(5,))
    after = second_opinion(report(seen), [recorded(tmp_path / "http.pcapng", [answer(body)])], [SECRET], HTTP)
    assert after.outcome is Outcome.OVERHEARD
    assert after.verdicts["message"].sightings == (seen,)
    assert [each.seen_by for each in after.disagreements or ()] == ([] if body == VALUE else ["our reader"])


def test_a_missing_second_witness_is_a_reason_if_requested(tmp_path: Path) -> None:
    after = second_opinion(report(), [tmp_path / "gone.pcapng"], [SECRET], HTTP)
    verdict = after.verdicts["message"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    (reason,) = verdict.reasons
    assert (reason.code, reason.says) == ("second-witness", "gone.pcapng cannot be read: No such file or directory")
    assert after.disagreements is None
