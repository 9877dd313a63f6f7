"""tshark as the second witness: on real recordings, on what only one of the two sees, and when it fails."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capture.frames import ETHERNET, File, ethernet, exchange, ipv4, rewritten, udp
from overheard.words.errors import SettingsError, UnreadableError
from overheard.words.layer import Layer
from overheard.words.options import Options
from overheard.words.report import Account, Disagreement, Flow, Report
from overheard.words.secret import Secret
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Outcome, Presence, Rule, decide
from overheard_capture.judge.second_witness import (
    Witnessed,
    WitnessOptions,
    disagreements,
    dissectors,
    query_tshark,
    second_opinion,
)
from overheard_capture.wireshark import fields as dissected_fields
from overheard_capture.wireshark import witness_query as dissecting
from overheard_capture.wireshark.fields import fields, host_display_filter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from capture.recordings import Recordings

pytestmark = pytest.mark.slow

VALUE = b"fluffy tail"
SECRET = Secret("message", VALUE)
HTTP = WitnessOptions(decode_as={"tcp.port==5683": "http"})
ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
SEEN = Sighting("message", "plainly", 6, 226, 11, 0, "a → b", 160, (6, 7))
THERE = Witnessed(7, "http.file_data", "plainly", (0,))
HOLD = [Check(rule, rule.value, True, "seen") for rule in Rule]


def answer(body: bytes, *headers: bytes) -> bytes:
    head = b"\r\n".join((b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers))
    return head + b"\r\n\r\n" + body


def recorded(path: Path, answered: Sequence[bytes]) -> Path:
    return rewritten(path, exchange([ASKED], answered))


def seen_in(path: Path, how: WitnessOptions = HTTP, *secrets: Secret) -> dict[str, list[tuple[int, str]]]:
    """The frame and the field of all that tshark sees, by the secret's name."""
    found = query_tshark([path], secrets or [SECRET], how)
    return {name: [(each.frame, each.field) for each in seen] for name, seen in found.items()}


# ---- what tshark sees


def test_on_a_real_recording_it_sees_the_message_in_clear_and_says_where(recordings: Recordings) -> None:
    (seen,) = query_tshark([recordings.path("http")], [SECRET], HTTP)["message"]
    assert (seen.field, seen.spelling, seen.streams) == ("http.file_data", "plainly", (0,))
    (sighting,) = recordings.verdict("http").sightings
    assert seen.frame in sighting.frames


@pytest.mark.parametrize("name", ["https", "tls13", "rsa", "fernet", "diffie-hellman", "quiet", "elsewhere-5500"])
def test_on_a_real_recording_of_what_is_protected_it_sees_nothing(recordings: Recordings, name: str) -> None:
    assert query_tshark([recordings.path(name)], [SECRET], HTTP) == {"message": []}


def test_it_sees_into_gzip_that_is_cut_over_segments(tmp_path: Path) -> None:
    whole = answer(gzip.compress(b"what a " + VALUE), b"Content-Encoding: gzip")
    path = recorded(tmp_path / "gzip.pcapng", [whole[:90], whole[90:]])
    assert seen_in(path) == {"message": [(6, "http.file_data")]}
    harmless = answer(gzip.compress(b"what a fluffy coat"), b"Content-Encoding: gzip")
    assert seen_in(recorded(tmp_path / "harmless.pcapng", [harmless])) == {"message": []}


def test_it_sees_what_follows_a_nul(tmp_path: Path) -> None:
    """In tshark 4.0 the field of a body is text, which ends at a NUL."""
    path = recorded(tmp_path / "nul.pcapng", [answer(bytes(4) + VALUE)])
    ((frame, field),) = seen_in(path)["message"]
    assert (frame, field) in {(5, "data.data"), (5, "http.file_data")}


@pytest.mark.parametrize(
    ("spelled", "spelling"),
    [
        (VALUE.hex().encode(), "hexadecimal"),
        (VALUE.hex().upper().encode(), "hexadecimal"),
        (VALUE.decode().encode("utf-16-be"), "UTF-16 big-endian"),
        (b"fluffy%20tail", "percent-encoded"),
        (b"fluffy+tail", "form-encoded"),
        (b"xZmx1ZmZ5IHRhaWx5"[1:], "base64"),
        (b"AGZsdWZmeSB0YWls", "base64"),
        (b"AABmbHVmZnkgdGFpbA==", "base64"),
    ],
)
def test_it_looks_for_the_main_spellings(tmp_path: Path, spelled: bytes, spelling: str) -> None:
    path = rewritten(tmp_path / "spelled.pcapng", [ethernet(ipv4(udp(b"so " + spelled + b" it is"), 17))])
    (seen,) = query_tshark([path], [SECRET])["message"]
    assert (seen.frame, seen.spelling) == (1, spelling)


def test_segments_out_of_order_and_a_gap_before_a_body_are_no_matter(tmp_path: Path) -> None:
    """Each is seen in one of the two passes alone."""
    frames = exchange([ASKED], [answer(b"x" * 200 + VALUE)[start : start + 60] for start in range(0, 260, 60)])
    turned = [*frames[:5], frames[6], frames[5], *frames[7:]]
    # The secret spans the last segments.
    swapped = [*turned[:7], turned[8], turned[7], *turned[9:]]
    assert seen_in(rewritten(tmp_path / "order.pcapng", swapped))["message"]
    whole = answer(gzip.compress(VALUE), b"Content-Encoding: gzip")
    lost = exchange([ASKED], [answer(b"x" * 300), answer(b"y" * 300), whole])
    assert seen_in(rewritten(tmp_path / "gap.pcapng", [*lost[:5], *lost[6:]]))["message"]


def test_many_secrets_are_told_apart(tmp_path: Path) -> None:
    path = recorded(tmp_path / "many.pcapng", [answer(b"one acorn"), answer(b"two beechnuts")])
    secrets = [Secret(f"s{number}", b"nothing %d" % number) for number in range(8)]
    secrets += [Secret("a", b"acorn"), Secret("b", b"beechnuts")]
    found = seen_in(path, HTTP, *secrets)
    assert {name for name, seen in found.items() if seen} == {"a", "b"}
    assert [frame for frame, _ in found["a"]] == [5]
    assert [frame for frame, _ in found["b"]] == [6]


def test_what_cannot_be_printed_is_asked_for_each_secret_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dissecting, "_bytes", lambda _value, _hexadecimal: b"")
    path = recorded(tmp_path / "many.pcapng", [answer(b"one acorn"), answer(b"two beechnuts")])
    secrets = [Secret("a", b"acorn"), Secret("b", b"beechnuts"), Secret("c", b"chestnut")]
    assert seen_in(path, HTTP, *secrets) == {"a": [(5, "")], "b": [(6, "")], "c": []}


def test_where_more_is_printed_than_is_read_each_secret_is_asked_for_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dissecting, "_MAX_OUTPUT", 600)
    path = recorded(tmp_path / "many.pcapng", [answer(b"one acorn"), answer(b"two beechnuts")])
    found = seen_in(path, HTTP, Secret("a", b"acorn"), Secret("b", b"beechnuts"))
    assert found["a"]
    assert found["b"]


def test_letters_of_either_case_are_the_same_where_that_is_wanted(tmp_path: Path) -> None:
    path = recorded(tmp_path / "case.pcapng", [answer(b"what a Fluffy TAIL")])
    assert seen_in(path) == {"message": []}
    assert seen_in(path, HTTP._replace(options=Options(any_case=True))) == {"message": [(5, "http.file_data")]}


def test_a_secret_may_have_any_bytes(tmp_path: Path) -> None:
    strange = Secret("strange", b'a"\\\x00\xff\n$1${seen}')
    path = rewritten(tmp_path / "strange.pcapng", [ethernet(ipv4(udp(b"so " + strange.value), 17))])
    assert query_tshark([path], [strange])["strange"][0].frame == 1


# ---- filters


def test_only_what_is_wanted_is_looked_at(tmp_path: Path) -> None:
    path = recorded(tmp_path / "http.pcapng", [answer(VALUE)])
    for term in ("127.0.0.1", "127.0.0.0/8", "127.0.0.1:5683", ":5683"):
        assert seen_in(path, HTTP._replace(options=Options(only=[term])))["message"], term
        assert not seen_in(path, HTTP._replace(options=Options(without=[term])))["message"], term
    for term in ("10.0.0.1", ":80", "127.0.0.1:80", "::1", "[::1]:5683", "fe80::/10"):
        assert not seen_in(path, HTTP._replace(options=Options(only=[term])))["message"], term
        assert seen_in(path, HTTP._replace(options=Options(without=[term])))["message"], term


def test_nothing_is_left_out_unless_it_is_wanted() -> None:
    assert host_display_filter([], []) == ""


@pytest.mark.parametrize(
    ("term", "source"),
    [
        ("10.0.0.7", "(ip.src == 10.0.0.7)"),
        ("10.0.0.0/8", "(ip.src == 10.0.0.0/8)"),
        (":443", "((tcp.srcport == 443 or udp.srcport == 443 or sctp.srcport == 443))"),
        (
            "10.0.0.7:443",
            "(ip.src == 10.0.0.7 and (tcp.srcport == 443 or udp.srcport == 443 or sctp.srcport == 443))",
        ),
        ("fe80::1", "(ipv6.src == fe80::1)"),
        ("[::1]", "(ipv6.src == ::1)"),
        ("[::1]:53", "(ipv6.src == ::1 and (tcp.srcport == 53 or udp.srcport == 53 or sctp.srcport == 53))"),
    ],
)
def test_a_term_is_said_in_the_words_of_tshark(term: str, source: str) -> None:
    either = f"({source} or {source.replace('src', 'dst')})"
    assert host_display_filter([term], []) == f"({either})"
    assert host_display_filter([], [term]) == f"not ({either})"


def test_what_is_no_term_is_told() -> None:
    with pytest.raises(SettingsError, match="'here' is neither a host nor a port"):
        host_display_filter(["here"], [])


# ---- the files


def test_several_files_are_one_with_their_frames_counted_on(tmp_path: Path) -> None:
    first = recorded(tmp_path / "a.pcapng", [answer(b"nothing")])
    second = recorded(tmp_path / "b.pcapng", [answer(VALUE)])
    frames = len(exchange([ASKED], [b"x"]))
    assert [seen.frame for seen in query_tshark([first, second], [SECRET], HTTP)["message"]] == [frames + 5]


def test_keys_that_a_file_brings_with_it_open_nothing(recordings: Recordings, tmp_path: Path) -> None:
    """With them tshark would see more than an eavesdropper, in compressed files and in ring buffers, too."""
    path = tmp_path / "with-keys.pcapng"
    command = ["editcap", "--inject-secrets", f"tls,{recordings.keys}", str(recordings.path("https")), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    ours = ["tshark", "-r", str(path), "-Y", 'http contains "fluffy tail"']
    assert subprocess.run(ours, check=True, capture_output=True, text=True).stdout, "tshark does not take the keys"
    assert query_tshark([path], [SECRET], HTTP) == {"message": []}
    packed = tmp_path / "with-keys.pcapng.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert query_tshark([packed], [SECRET], HTTP) == {"message": []}
    assert query_tshark([recordings.path("http"), packed], [SECRET], HTTP)["message"]
    assert query_tshark([recordings.path("quiet"), packed], [SECRET], HTTP) == {"message": []}


def test_of_a_file_that_breaks_off_it_sees_what_is_there(tmp_path: Path) -> None:
    path = recorded(tmp_path / "cut.pcapng", [answer(VALUE), answer(b"y" * 100)])
    path.write_bytes(path.read_bytes()[:-300])
    assert seen_in(path)["message"]
    clean = recorded(tmp_path / "clean.pcapng", [answer(b"x"), answer(b"y" * 100)])
    clean.write_bytes(clean.read_bytes()[:-300])
    assert seen_in(clean) == {"message": []}


def test_a_big_endian_file_keeps_its_keys_out_as_well(recordings: Recordings, tmp_path: Path) -> None:
    keys = recordings.keys.read_bytes()
    secrets = struct.pack(">II", 0x544C534B, len(keys)) + keys
    file = File().section(">").interface(ETHERNET).block(10, secrets)
    file.packet(ethernet(ipv4(udp(VALUE), 17)))
    path = file.write(tmp_path / "big.pcapng")
    assert [each.frame for each in query_tshark([path], [SECRET])["message"]] == [1]


# ---- failures


def test_where_tshark_is_not_to_be_had_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = recorded(tmp_path / "http.pcapng", [answer(b"x")])
    fields.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableError, match="tshark was not found"):
        query_tshark([path], [SECRET])
    fields.cache_clear()


def test_a_tshark_that_says_nothing_of_its_fields_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub(tmp_path, "exit 0")
    fields.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableError, match="did not list its fields"):
        dissected_fields.fields()
    fields.cache_clear()


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("sleep 30", "did not finish http.pcapng within 0.3 s"),
        ("echo 'it is broken' >&2; exit 4", "could not read http.pcapng: it is broken"),
        ("exit 1", "could not read http.pcapng: no reason was given"),
    ],
)
def test_a_tshark_that_fails_is_an_error_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, says: str
) -> None:
    path = recorded(tmp_path / "http.pcapng", [answer(b"x")])
    dissected_fields.fields()
    stub(tmp_path, does)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(UnreadableError, match=says):
        query_tshark([path], [SECRET], WitnessOptions(patience=0.3))


def stub(folder: Path, does: str) -> None:
    """A program called tshark that does something else."""
    program = folder / "tshark"
    program.write_text(f"#!/bin/sh\nexec 2>&2\n{does.replace('sleep', 'exec /bin/sleep')}\n")
    program.chmod(0o755)


def test_no_secret_is_on_a_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every user of the machine could read it there."""
    path = recorded(tmp_path / "http.pcapng", [answer(b"x")])
    dissected_fields.fields()
    stub(tmp_path, f'echo "$@" >> {tmp_path}/said')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    query_tshark([path], [SECRET])
    said = (tmp_path / "said").read_text()
    assert "-Y ${seen}" in said
    assert "fluffy" not in said
    assert "66" not in said


def test_nobodys_preferences_change_what_it_sees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WIRESHARK_CONFIG_DIR", str(tmp_path))
    (tmp_path / "preferences").write_text("http.decompress_body: FALSE\n")
    (tmp_path / "disabled_protos").write_text("http\n")
    body = answer(gzip.compress(VALUE), b"Content-Encoding: gzip")
    assert seen_in(recorded(tmp_path / "gzip.pcapng", [body]))["message"]


# ---- agreement of both


def test_they_agree_where_the_frame_is_one_of_those_that_carry_it_or_of_the_same_stream() -> None:
    for other in (Witnessed(6, "x"), Witnessed(7, "x"), replace(THERE, frame=30)):
        assert disagreements({"message": [SEEN]}, {"message": [other]}) == ()
    elsewhere = replace(THERE, frame=30, streams=(4,))
    assert len(disagreements({"message": [SEEN]}, {"message": [elsewhere]})) == 2
    nowhere = replace(SEEN, stream=-1)
    # The last fragment of an IP packet whose other fragments contain the secret.
    assert disagreements({"message": [nowhere]}, {"message": [Witnessed(9, "x", parts=(6, 8, 9))]}) == ()
    assert len(disagreements({"message": [nowhere]}, {"message": [replace(elsewhere, streams=())]})) == 2


def test_what_one_sees_alone_is_told() -> None:
    packed = replace(SEEN, layers=(Layer("gzip"),))
    assert disagreements({"message": [packed, packed]}, {"message": []}) == (
        Disagreement("message", 6, "our reader", "plainly, in gzip; and 1 more in this stream"),
    )
    assert disagreements({"message": []}, {"message": [THERE]}) == (
        Disagreement("message", 7, "tshark", "plainly, in http.file_data as tshark dissects it"),
    )


def test_tshark_is_told_of_ports_with_one_kind_of_content() -> None:
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


# ---- consequences for the verdict


def report(*sightings: Sighting) -> Report:
    verdict = decide(HOLD, sightings, Presence.KEY_LOG)
    return Report({"message": verdict}, Account(("x",), 1, 1, 0.0, {}, ()))


def test_what_tshark_alone_sees_is_overheard(tmp_path: Path) -> None:
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


def test_where_both_see_nothing_it_stays_protected(tmp_path: Path) -> None:
    after = second_opinion(report(), [recorded(tmp_path / "http.pcapng", [answer(b"x")])], [SECRET], HTTP)
    assert after.outcome is Outcome.PROTECTED
    assert after.disagreements == ()
    assert after.verdicts["message"].checks[-1].holds


@pytest.mark.parametrize("body", [VALUE, b"x"])
def test_what_we_see_stays_overheard_whatever_tshark_sees(tmp_path: Path, body: bytes) -> None:
    seen = replace(SEEN, frame=5, frames=(5,))
    after = second_opinion(report(seen), [recorded(tmp_path / "http.pcapng", [answer(body)])], [SECRET], HTTP)
    assert after.outcome is Outcome.OVERHEARD
    assert after.verdicts["message"].sightings == (seen,)
    assert [each.seen_by for each in after.disagreements or ()] == ([] if body == VALUE else ["our reader"])


def test_a_second_witness_that_was_wanted_and_is_missing_is_a_reason(tmp_path: Path) -> None:
    after = second_opinion(report(), [tmp_path / "gone.pcapng"], [SECRET], HTTP)
    verdict = after.verdicts["message"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    (reason,) = verdict.reasons
    assert (reason.code, reason.says) == ("second-witness", "gone.pcapng cannot be read: No such file or directory")
    assert after.disagreements is None
