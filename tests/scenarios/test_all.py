"""Every scenario, on every available engine: the same verdicts, and tshark agrees."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.report.results import shown
from lab.report.widths import WIDTHS, whole, within
from overheard.report.details import details
from overheard.report.pages import file_of
from overheard.report.table import table
from overheard.words.caesar import shifted
from overheard.words.ground import Ground, Proof
from overheard.words.recording import KEY_LOG
from overheard.words.scenario import Need
from overheard.words.services import INTERCEPTOR
from overheard.words.verdict import Outcome
from scenarios.runs import MESSAGE, Run, by_name, skip_where_it_was_skipped
from scenarios.witness import bodies, fields, frames, frames_with_message, pyshark_reads

if TYPE_CHECKING:
    from overheard.words.dissected import Dissected
    from overheard.words.scenario import Scenario

# tshark's names of groups, by their IANA names; tshark 4.0 does not know hybrid groups.
GROUPS = {"0x001d": "x25519", "0x0017": "secp256r1", "0x11ec": "X25519MLKEM768"}
VERSIONS = {"0x0301": "TLS 1.0", "0x0302": "TLS 1.1", "0x0303": "TLS 1.2", "0x0304": "TLS 1.3"}


@by_name
def test_every_scenario_has_the_expected_verdict(run: Run, scenario: Scenario) -> None:
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    assert result.as_expected, (result.wrong, [exchange for exchange in result.exchanges if exchange.wrong])
    assert result.verdict.outcome is scenario.expected.outcome


@pytest.mark.parametrize("name", ["https", "mutual-tls", "post-quantum"])
def test_tls_is_sealed_which_the_session_keys_prove(run: Run, name: str) -> None:
    skip_where_it_was_skipped(run.results[name])
    assert run.results[name].verdict.ground == Ground({}, Proof.KEYS)


@pytest.mark.parametrize("name", ["fernet", "diffie-hellman"])
def test_what_is_around_an_encrypted_message_is_searched(run: Run, name: str) -> None:
    ground = run.results[name].verdict.ground
    assert ground
    assert ground.in_clear["HTTP/1.1"] > 0


@WIDTHS
def test_no_table_loses_a_name_a_verdict_or_a_tick(run: Run, width: int) -> None:
    results = list(run.results.values())
    ran = [result for result in results if not result.skipped]
    said = within(table(results, MESSAGE), width)
    assert whole(run.results, said) == []
    assert said.count("✓") == len(ran)
    for outcome in Outcome:
        assert said.count(outcome) == sum(result.verdict.outcome is outcome for result in ran)


@by_name
def test_the_checks_that_the_pages_count_are_those_of_a_run(run: Run, scenario: Scenario) -> None:
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    pages = Path(__file__).parents[2] / "docs" / "scenarios"
    counted = re.findall(r"all (\d+) checks hold", (pages / file_of(scenario.name)).read_text())
    assert counted == ([str(len(result.verdict.checks))] if result.verdict.outcome is Outcome.PROTECTED else [])


@by_name
def test_the_request_that_is_shown_is_the_one_that_tshark_decrypts(run: Run, scenario: Scenario) -> None:
    """The frame of its end, in the connection that carried the message."""
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    said = shown(details(result, "", MESSAGE, b"the frame"), width=200)
    asked = re.findall(r"^  the request\n  frame (\d+): (\S+ → \S+) ", said, re.MULTILINE)
    if result.verdict.carrier is None:
        assert asked == []
        return
    (answer,) = (frame for frame in result.verdict.dissection if frame.frame == result.verdict.carrier)
    assert asked == [requests(run, scenario, answer)[-1]]


def requests(run: Run, scenario: Scenario, answer: Dissected) -> list[tuple[str, str]]:
    """The frames in which requests end, before an answer in the same connection, as tshark finds them with keys."""
    spied = Need.INTERCEPTOR in scenario.needs
    keys = run.job.folder / INTERCEPTOR / KEY_LOG if spied else run.job.keys
    names = ("frame.number", "ip.src", "tcp.srcport", "ip.dst", "tcp.dstport")
    found = fields(run.path(scenario.name), "http.request", *names, keys=keys)
    all_of_them = [(int(frame), f"{ip}:{port} → {to}:{at}") for frame, ip, port, to, at in found]
    return [(str(frame), way) for frame, way in all_of_them if frame < answer.frame and way == answer.opposite]


def test_in_containers_nothing_is_skipped(run: Run) -> None:
    if run.engine == "compose":
        assert [result.scenario for result in run.results.values() if result.skipped] == []


@by_name
def test_tshark_sees_the_message_in_clear_where_the_judge_does_and_nowhere_else(run: Run, scenario: Scenario) -> None:
    skip_where_it_was_skipped(run.results[scenario.name])
    path = run.path(scenario.name)
    plainly = scenario.expected.seen == "plainly"
    assert (frames_with_message(path) > 0) == plainly
    assert (MESSAGE in bodies(path)) == plainly
    assert (MESSAGE.encode() in path.read_bytes()) == plainly


@by_name
def test_tshark_agrees_on_each_handshake(run: Run, scenario: Scenario) -> None:
    """Version, cipher suite and group, as selected in the ServerHello."""
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    picked = [frame for frame in frames(run.path(scenario.name)) if "2" in frame["tls.handshake.type"].split(",")]
    said = {stream.stream: stream for stream in result.verdict.visible if stream.version}
    assert {int(frame["tcp.stream"]) for frame in picked} == set(said)
    names = ciphers()
    for frame in picked:
        seen = said[int(frame["tcp.stream"])]
        version = frame["tls.handshake.extensions.supported_version"] or frame["tls.handshake.version"]
        assert seen.version == VERSIONS[version.lower()]
        assert seen.cipher == names[int(frame["tls.handshake.ciphersuite"], 0)]
        if group := frame["tls.handshake.extensions_key_share_group"]:
            assert seen.group == GROUPS[f"0x{int(group, 0):04x}"]


@cache
def ciphers() -> dict[int, str]:
    """The names of the cipher suites in tshark."""
    printed = subprocess.run(["tshark", "-G", "values"], capture_output=True, text=True, check=True).stdout
    lines = (line.split("\t") for line in printed.splitlines())
    return {int(line[2]): line[3] for line in lines if line[:2] == ["V", "tls.handshake.ciphersuite"]}


@by_name
def test_tshark_agrees_on_every_alert(run: Run, scenario: Scenario) -> None:
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    shown = [(frame["frame.number"], frame["tls.alert_message.desc"]) for frame in frames(run.path(scenario.name))]
    names = {48: "unknown_ca", 45: "certificate_expired", 42: "bad_certificate", 43: "unsupported_certificate"}
    names |= {44: "certificate_revoked", 46: "certificate_unknown", 40: "handshake_failure", 70: "protocol_version"}
    names |= {50: "decode_error", 51: "decrypt_error", 112: "unrecognized_name", 20: "bad_record_mac"}
    names[80] = "internal_error"
    said = {(alert.frame, alert.name) for stream in result.verdict.visible for alert in stream.alerts}
    assert {(int(frame), names[int(code)]) for frame, code in shown if code} == said


@by_name
def test_what_was_still_visible_has_every_connection_with_addresses_and_sizes(run: Run, scenario: Scenario) -> None:
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    # SYN, and not ACK.
    begins = [frame for frame in frames(run.path(scenario.name)) if int(frame["tcp.flags"] or "0", 16) & 0x12 == 0x02]
    assert [(stream.client, stream.server) for stream in result.verdict.visible] == [
        (f"{frame['ip.src']}:{frame['tcp.srcport']}", f"{frame['ip.dst']}:{frame['tcp.dstport']}") for frame in begins
    ]


def test_pyshark_agrees(run: Run) -> None:
    assert pyshark_reads(run.path("http"))
    assert not pyshark_reads(run.path("https"))
    assert pyshark_reads(run.path("https"), run.job.keys)


def test_the_message_is_in_no_machine_readable_output(run: Run) -> None:
    written = (run.job.folder / "verdicts.json").read_text()
    assert json.loads(written)["http"]["outcome"] == "OVERHEARD"
    said = written + json.dumps([result.to_json() for result in run.results.values()])
    for spelling in (MESSAGE, MESSAGE.encode().hex(), shifted(MESSAGE, -1)):
        assert spelling not in said


def test_only_the_owner_can_read_keys_and_recordings(run: Run) -> None:
    folder = run.job.folder
    for path in (
        run.job.keys,
        run.stolen,
        *folder.glob("*.pcapng"),
        folder / "verdicts.json",
        *folder.glob("interceptor/*"),
    ):
        assert path.stat().st_mode & 0o077 == 0, path


def test_progress_is_reported_step_by_step(run: Run) -> None:
    assert [f"recording {name}" for name, result in run.results.items() if not result.skipped] == [
        said for said in run.progress if said.startswith("recording ")
    ]
    assert "judging" in run.progress


def test_every_record_of_a_run_is_kept(run: Run) -> None:
    for name, result in run.results.items():
        assert run.path(name).exists() != bool(result.skipped)
