"""Every scenario, on every engine that this machine has: the same verdicts, and tshark agrees."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from overheard.engines.base import Job, clean_environment, new_run
from overheard.words.story import HTTP, SCENARIOS
from overheard.words.verdict import Outcome, Presence

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.engines.base import Engine
    from overheard.words.result import Result
    from overheard.words.scenario import Scenario

# Not the message of the story: what is found is what was sent, and nothing is made to look right.
MESSAGE = "bushy tail 4711"


@dataclass(frozen=True)
class Run:
    """One run of the lab, and all that it left."""

    job: Job
    results: dict[str, Result]
    progress: list[str]

    def path(self, scenario: str) -> Path:
        """The file of a recording."""
        return self.job.folder / f"{scenario}.pcapng"


@pytest.fixture(scope="module")
def run(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / new_run()
    folder.mkdir()
    job = Job(folder, {"OVERHEARD_MESSAGE": MESSAGE})
    progress: list[str] = []
    results = engine.run(job, progress.append)
    return Run(job, {result.scenario: result for result in results}, progress)


def tshark(path: Path, *arguments: str, keys: Path | None = None) -> str:
    """Tshark by itself, with nothing of ours between it and the file."""
    opening = ["-o", f"tls.keylog_file:{keys}"] if keys else []
    command = ["tshark", "-r", str(path), "-n", "-d", f"tcp.port=={HTTP.port},http", *opening, *arguments]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True).stdout


def bodies(path: Path, keys: Path | None = None) -> str:
    """Every HTTP body that tshark can read."""
    fields = ["-Y", "http.response", "-T", "fields", "-e", "http.file_data", "-e", "data-text-lines"]
    printed = tshark(path, *fields, keys=keys)
    return printed + "".join(bytes.fromhex(word).decode() for word in printed.split() if _is_hex(word))


def _is_hex(word: str) -> bool:
    return len(word) % 2 == 0 and all(letter in "0123456789abcdef" for letter in word)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_scenario_comes_out_as_it_should(run: Run, scenario: Scenario) -> None:
    result = run.results[scenario.name]
    assert result.verdict.outcome is scenario.expected.outcome, result.verdict.reasons
    assert result.as_expected, result


def test_http_is_overheard_in_the_packet_of_the_answer(run: Run) -> None:
    sighting = run.results["http"].verdict.sightings[0]
    data = bytes.fromhex(
        tshark(run.path("http"), "-Y", f"frame.number=={sighting.frame}", "-T", "json", "-x")
        .split('"frame_raw": [\n')[1]
        .split('"')[1]
    )
    assert data[sighting.offset : sighting.offset + sighting.length] == MESSAGE.encode()


def test_https_is_protected_with_the_key_log_as_proof(run: Run) -> None:
    verdict = run.results["https"].verdict
    assert (verdict.outcome, verdict.presence) == (Outcome.PROTECTED, Presence.KEY_LOG)


def test_without_trust_the_client_says_why_and_sends_nothing(run: Run) -> None:
    result = run.results["https-untrusted"]
    assert not result.received
    assert result.error.startswith("SSLError: HTTPSConnectionPool(host='server', port=5443): Max retries exceeded")
    assert "certificate verify failed: unable to get local issuer certificate" in result.error
    assert "no application data" in next(check.says for check in result.verdict.reasons)


def test_tshark_reads_the_message_in_the_http_recording(run: Run) -> None:
    assert tshark(run.path("http"), "-Y", f'frame contains "{MESSAGE}"').count("\n") == 1
    assert MESSAGE in bodies(run.path("http"))


def test_tshark_does_not_read_the_message_in_the_https_recording(run: Run) -> None:
    assert tshark(run.path("https"), "-Y", f'frame contains "{MESSAGE}"') == ""
    assert MESSAGE not in bodies(run.path("https"))
    assert MESSAGE.encode() not in run.path("https").read_bytes()


def test_tshark_reads_the_message_in_the_https_recording_once_decrypted(run: Run) -> None:
    assert MESSAGE in bodies(run.path("https"), run.job.keys)


def test_tshark_sees_no_application_data_without_trust(run: Run) -> None:
    """Opened with its keys, every protected record is of the handshake; and an alert says which CA is not known."""
    path = run.path("https-untrusted")
    assert tshark(path, "-Y", "tls.app_data", keys=run.job.keys) == ""
    assert tshark(path, "-Y", "tls.handshake.certificate", keys=run.job.keys)
    assert tshark(path, "-T", "fields", "-e", "tls.alert_message.desc").split() == ["48"]


# In a process of its own: pyshark wants the main thread's event loop for itself, and leaves it open.
_PYSHARK = f"""
import sys
import pyshark
opening = {{"tls.keylog_file": sys.argv[2]}} if len(sys.argv) > 2 else {{}}
decode = {{"tcp.port=={HTTP.port}": "http"}}
with pyshark.FileCapture(sys.argv[1], decode_as=decode, override_prefs=opening) as capture:
    for packet in capture:
        if "http" in packet and hasattr(packet.http, "file_data"):
            print(packet.http.file_data)
"""


def pyshark_reads(path: Path, *keys: Path) -> bool:
    """Whether pyshark by itself reads the message in a file."""
    # tshark wants a home for its preferences; in this one there are none.
    environment = {**clean_environment(), "HOME": str(path.parent)}
    command = [sys.executable, "-W", "ignore", "-c", _PYSHARK, str(path), *map(str, keys)]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    # Version 4.0 of tshark prints text, 4.2 and later bytes in hexadecimal.
    return MESSAGE in printed or MESSAGE.encode().hex(":") in printed


def test_pyshark_agrees(run: Run) -> None:
    assert pyshark_reads(run.path("http"))
    assert not pyshark_reads(run.path("https"))
    assert pyshark_reads(run.path("https"), run.job.keys)


def test_the_message_stands_in_no_machine_readable_output(run: Run) -> None:
    written = (run.job.folder / "verdicts.json").read_text()
    assert json.loads(written)["http"]["outcome"] == "OVERHEARD"
    assert MESSAGE not in written
    assert MESSAGE.encode().hex() not in written


def test_only_the_owner_can_read_keys_and_recordings(run: Run) -> None:
    for path in (run.job.keys, *run.job.folder.glob("*.pcapng"), run.job.folder / "verdicts.json"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_progress_is_told_step_by_step(run: Run) -> None:
    assert [f"recording {scenario.name}" for scenario in SCENARIOS] == [
        step for step in run.progress if step.startswith("recording ")
    ]
