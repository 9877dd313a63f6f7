"""Every scenario, on every engine that this machine has: the same verdicts, and tshark agrees."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet, InvalidToken

from overheard.engines.base import Job, clean_environment, new_run
from overheard.words.caesar import shifted
from overheard.words.gallery import ROWS
from overheard.words.recording import KEY_LOG, MESSAGE_KEYS, NOTEBOOK, STOLEN_KEY
from overheard.words.scenario import Need
from overheard.words.services import HTTP, INTERCEPTOR, LEGACY, MUTUAL
from overheard.words.story import SCENARIOS
from overheard.words.verdict import Outcome, Presence

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.engines.base import Engine
    from overheard.words.gallery import Row
    from overheard.words.result import Exchange, Result
    from overheard.words.scenario import Scenario

# Not the message of the story: what is found is what was sent, and nothing is made to look right.
MESSAGE = "bushy tail 4711"
TOKEN = re.compile(rb"gAAAA[\w-]{64,}={0,2}")
# What tshark calls the groups that IANA calls so; 4.0 knows no number above 0x0200 that is hybrid.
GROUPS = {"0x001d": "x25519", "0x0017": "secp256r1", "0x11ec": "X25519MLKEM768"}
VERSIONS = {"0x0301": "TLS 1.0", "0x0302": "TLS 1.1", "0x0303": "TLS 1.2", "0x0304": "TLS 1.3"}

by_name = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@dataclass(frozen=True)
class Run:
    """One run of the lab, and all that it left."""

    engine: str
    job: Job
    results: dict[str, Result]
    progress: list[str]

    def path(self, scenario: str) -> Path:
        """The file of a recording."""
        return self.job.folder / f"{scenario}.pcapng"

    @property
    def stolen(self) -> Path:
        """The server's private key."""
        return self.job.folder / STOLEN_KEY

    def fernet_keys(self, *where: str) -> list[bytes]:
        """The Fernet keys that the client kept, or those of the interceptor."""
        lines = self.job.folder.joinpath(*where, MESSAGE_KEYS).read_bytes().splitlines()
        return [line.removeprefix(b"fernet ") for line in lines]

    def notes(self) -> list[dict[str, str]]:
        """What the interceptor wrote down."""
        lines = (self.job.folder / INTERCEPTOR / NOTEBOOK).read_text().splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def run(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / new_run()
    folder.mkdir()
    job = Job(folder, {"OVERHEARD_MESSAGE": MESSAGE})
    progress: list[str] = []
    results = engine.run(job, progress.append)
    return Run(engine.name, job, {result.scenario: result for result in results}, progress)


def skip_where_it_was_skipped(result: Result) -> None:
    """Only what this engine's OpenSSL cannot do may be skipped, and says so."""
    if result.skipped:
        assert result.scenario == "post-quantum"
        assert str(Need.POST_QUANTUM) in result.skipped
        pytest.skip(result.skipped)


def tshark(path: Path, *arguments: str, keys: Path | None = None, private: Path | None = None) -> str:
    """Tshark by itself, with nothing of ours between it and the file."""
    opening = ["-o", f"tls.keylog_file:{keys}"] if keys else []
    opening += ["-o", f'uat:rsa_keys:"{private}",""'] if private else []
    command = ["tshark", "-r", str(path), "-n", "-d", f"tcp.port=={HTTP.port},http", *opening, *arguments]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True).stdout


def fields(path: Path, display_filter: str, *names: str, keys: Path | None = None) -> list[list[str]]:
    """What tshark prints of these fields, a list a frame."""
    wanted = [word for name in names for word in ("-e", name)]
    return [
        line.split("\t") for line in tshark(path, "-Y", display_filter, "-T", "fields", *wanted, keys=keys).splitlines()
    ]


def bodies(path: Path, keys: Path | None = None, private: Path | None = None) -> str:
    """Every HTTP body that tshark can read."""
    shown = ["-Y", "http", "-T", "fields", "-e", "http.file_data", "-e", "data-text-lines"]
    printed = tshark(path, *shown, keys=keys, private=private)
    return printed + "".join(bytes.fromhex(word).decode() for word in printed.split() if _is_hex(word))


def _is_hex(word: str) -> bool:
    return len(word) % 2 == 0 and all(letter in "0123456789abcdef" for letter in word)


# ---- all of them


@by_name
def test_every_scenario_comes_out_as_it_should(run: Run, scenario: Scenario) -> None:
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    assert result.as_expected, (result.wrong, [exchange for exchange in result.exchanges if exchange.wrong])
    assert result.verdict.outcome is scenario.expected.outcome


def test_in_containers_nothing_is_skipped(run: Run) -> None:
    if run.engine == "compose":
        assert [result.scenario for result in run.results.values() if result.skipped] == []


@by_name
def test_tshark_sees_the_message_in_clear_where_the_judge_does_and_nowhere_else(run: Run, scenario: Scenario) -> None:
    skip_where_it_was_skipped(run.results[scenario.name])
    path = run.path(scenario.name)
    plainly = scenario.expected.seen == "plainly"
    assert (tshark(path, "-Y", f'frame contains "{MESSAGE}"').count("\n") > 0) == plainly
    assert (MESSAGE in bodies(path)) == plainly
    assert (MESSAGE.encode() in path.read_bytes()) == plainly


@by_name
def test_tshark_agrees_with_what_is_said_of_each_handshake(run: Run, scenario: Scenario) -> None:
    """Version, cipher suite and group, of the hello that the server picked them in."""
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    picked = fields(
        run.path(scenario.name),
        "tls.handshake.type == 2",
        "tcp.stream",
        "tls.handshake.version",
        "tls.handshake.extensions.supported_version",
        "tls.handshake.ciphersuite",
        "tls.handshake.extensions_key_share_group",
    )
    said = {stream.stream: stream for stream in result.verdict.visible if stream.version}
    assert {int(stream) for stream, *_ in picked} == set(said)
    names = ciphers()
    for stream, legacy, supported, cipher, group in picked:
        seen = said[int(stream)]
        assert seen.version == VERSIONS[(supported or legacy).lower()]
        assert seen.cipher == names[int(cipher, 0)]
        if group:
            assert seen.group == GROUPS[f"0x{int(group, 0):04x}"]


@cache
def ciphers() -> dict[int, str]:
    """The names of the cipher suites, as tshark has them."""
    printed = subprocess.run(["tshark", "-G", "values"], capture_output=True, text=True, check=True).stdout
    lines = (line.split("\t") for line in printed.splitlines())
    return {int(line[2]): line[3] for line in lines if line[:2] == ["V", "tls.handshake.ciphersuite"]}


@by_name
def test_tshark_agrees_on_every_alert(run: Run, scenario: Scenario) -> None:
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    shown = fields(run.path(scenario.name), "tls.alert_message.desc", "frame.number", "tls.alert_message.desc")
    names = {48: "unknown_ca", 45: "certificate_expired", 42: "bad_certificate", 43: "unsupported_certificate"}
    names |= {44: "certificate_revoked", 46: "certificate_unknown", 40: "handshake_failure", 70: "protocol_version"}
    names |= {50: "decode_error", 51: "decrypt_error", 112: "unrecognized_name"}
    said = {(alert.frame, alert.name) for stream in result.verdict.visible for alert in stream.alerts}
    assert {(int(frame), names[int(code)]) for frame, code in shown} == said


@by_name
def test_what_was_still_visible_has_every_connection_with_its_addresses_and_amounts(
    run: Run, scenario: Scenario
) -> None:
    result = run.results[scenario.name]
    skip_where_it_was_skipped(result)
    streams = fields(
        run.path(scenario.name),
        "tcp.flags.syn == 1 && tcp.flags.ack == 0",
        "ip.src",
        "tcp.srcport",
        "ip.dst",
        "tcp.dstport",
    )
    assert [(stream.client, stream.server) for stream in result.verdict.visible] == [
        (f"{source}:{port}", f"{target}:{other}") for source, port, target, other in streams
    ]


# ---- in clear


def test_http_is_overheard_in_the_packet_of_the_answer(run: Run) -> None:
    sighting = run.results["http"].verdict.sightings[0]
    data = bytes.fromhex(
        tshark(run.path("http"), "-Y", f"frame.number=={sighting.frame}", "-T", "json", "-x")
        .split('"frame_raw": [\n')[1]
        .split('"')[1]
    )
    assert data[sighting.offset : sighting.offset + sighting.length] == MESSAGE.encode()


def test_the_substitution_is_broken_without_knowing_the_message(run: Run) -> None:
    verdict = run.results["substitution"].verdict
    assert shifted(MESSAGE, -1) in bodies(run.path("substitution"))
    assert verdict.broken == 1


# ---- sealed


def tokens(path: Path) -> list[bytes]:
    """Every Fernet token in a file, each once."""
    return list(dict.fromkeys(TOKEN.findall(path.read_bytes())))


def opened(token: bytes, keys: list[bytes]) -> list[str]:
    """What these keys open of a token, one result a key that fits."""
    found = []
    for key in dict.fromkeys(keys):
        try:
            found.append(Fernet(key).decrypt(token).decode())
        except InvalidToken:
            continue
    return found


@pytest.mark.parametrize("name", ["fernet", "diffie-hellman"])
def test_what_was_sealed_is_protected_and_its_key_is_the_proof(run: Run, name: str) -> None:
    verdict = run.results[name].verdict
    assert (verdict.outcome, verdict.presence) == (Outcome.PROTECTED, Presence.MESSAGE_KEY)
    sealed = tokens(run.path(name))
    assert sealed
    for token in sealed:
        assert opened(token, run.fernet_keys()) == [MESSAGE]
        assert opened(token, run.fernet_keys(INTERCEPTOR)) == []


def test_with_another_key_the_client_says_what_invalid_token_means(run: Run) -> None:
    _, wrong, browser = run.results["fernet"].exchanges
    assert wrong.error == "InvalidToken: the token was not sealed with this key, or was changed on its way"
    assert TOKEN.search(browser.error.encode())
    assert not wrong.received
    assert not browser.received


def public_values(exchange: Exchange) -> list[str]:
    """What a client sent and got in clear."""
    return [note.rpartition(" ")[2] for note in exchange.notes if "public value" in note]


def test_public_values_cross_the_wire_in_clear_and_every_agreement_has_its_own(run: Run) -> None:
    exchanges = run.results["diffie-hellman"].exchanges
    seen = bodies(run.path("diffie-hellman"))
    values = [value for exchange in exchanges for value in public_values(exchange)]
    assert len(set(values)) == 4
    for value in values:
        assert value in seen


def test_the_spy_in_the_middle_has_a_key_with_each_side_and_the_two_sides_have_none_in_common(run: Run) -> None:
    result = run.results["diffie-hellman-intercepted"]
    assert result.received
    with_the_server, with_the_client = run.fernet_keys(INTERCEPTOR)
    assert with_the_client in run.fernet_keys()
    assert with_the_server not in run.fernet_keys()
    for token in tokens(run.path("diffie-hellman-intercepted")):
        assert opened(token, [with_the_server, with_the_client]) == [MESSAGE]
    # The recorder is with the server: it sees the public value that the spy sent, and not the client's.
    seen = bodies(run.path("diffie-hellman-intercepted"))
    sent, _ = public_values(result.exchanges[0])
    assert (sent in seen) == (run.engine == "local")


# ---- certificates


def test_https_is_protected_with_the_key_log_as_proof(run: Run) -> None:
    verdict = run.results["https"].verdict
    assert (verdict.outcome, verdict.presence) == (Outcome.PROTECTED, Presence.KEY_LOG)


@pytest.mark.parametrize("name", ["https", "mutual-tls"])
def test_tshark_reads_the_message_once_decrypted(run: Run, name: str) -> None:
    ports = ["-d", f"tcp.port=={MUTUAL.port},tls"]
    printed = tshark(run.path(name), *ports, "-q", "-z", "follow,tls,ascii,0", keys=run.job.keys)
    assert MESSAGE in printed


def test_without_trust_the_client_says_why_and_sends_nothing(run: Run) -> None:
    result = run.results["https-untrusted"]
    assert not result.received
    assert result.error.startswith("SSLError: HTTPSConnectionPool(host='server', port=5443): Max retries exceeded")
    assert "certificate verify failed: unable to get local issuer certificate" in result.error
    assert "no application data" in next(check.says for check in result.verdict.reasons)


def test_tshark_sees_no_application_data_without_trust(run: Run) -> None:
    """Opened with its keys, every protected record is of the handshake; and an alert says which CA is not known."""
    path = run.path("https-untrusted")
    assert tshark(path, "-Y", "tls.app_data", keys=run.job.keys) == ""
    assert tshark(path, "-Y", "tls.handshake.certificate", keys=run.job.keys)
    assert fields(path, "tls.alert_message", "tls.alert_message.desc") == [["48"]]


def test_the_server_greets_the_squirrel_by_the_name_in_its_certificate(run: Run) -> None:
    result = run.results["mutual-tls"]
    squirrel, *refused = result.exchanges
    assert "Hello squirrel" in squirrel.notes
    for exchange, alert in zip(refused, ("certificate required", "unknown ca", "unsupported certificate"), strict=True):
        assert f"alert {alert}" in exchange.error
        assert not exchange.received


# ---- in the middle


def test_the_interceptor_wrote_down_what_it_read_and_nothing_of_the_client_that_refused_it(run: Run) -> None:
    notes = run.notes()
    assert [note["saw"] for note in notes] == [MESSAGE] * 3
    asked = ["POST http://server:5683/diffie-hellman", "GET https://server:5443/", "GET https://server:5443/"]
    assert [note["asked"] for note in notes] == asked


def test_only_who_does_not_look_is_warned(run: Run) -> None:
    for result in run.results.values():
        warned = [note for exchange in result.exchanges for note in exchange.notes if "Warning" in note]
        assert [warning.partition(":")[0] for warning in warned] == (
            ["InsecureRequestWarning"] if result.scenario == "https-unverified-intercepted" else []
        )


@pytest.mark.parametrize("name", ["https-unverified-intercepted", "https-compromised-ca"])
def test_the_spys_own_keys_open_what_looks_encrypted_on_the_wire(run: Run, name: str) -> None:
    path, spys = run.path(name), run.job.folder / INTERCEPTOR / KEY_LOG
    assert MESSAGE not in bodies(path)
    assert MESSAGE in bodies(path, keys=spys)
    assert MESSAGE not in bodies(run.path("https"), keys=spys)


# ---- later


def test_the_stolen_key_opens_what_was_agreed_with_it_and_nothing_else(run: Run) -> None:
    path = run.path("no-forward-secrecy")
    opened = [
        MESSAGE
        in tshark(
            path, "-d", f"tcp.port=={LEGACY.port},tls", "-q", "-z", f"follow,tls,ascii,{number}", private=run.stolen
        )
        for number in range(3)
    ]
    assert opened == [True, False, False]
    streams = {sighting.stream for sighting in run.results["no-forward-secrecy"].verdict.sightings}
    assert streams == {0}


@pytest.mark.parametrize("name", ["https", "mutual-tls"])
def test_the_stolen_key_opens_nothing_where_there_is_forward_secrecy(run: Run, name: str) -> None:
    """It is the very key of these servers, too."""
    assert MESSAGE not in bodies(run.path(name), private=run.stolen)


# ---- the gallery


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_of_the_gallery_says_what_requests_says(run: Run, row: Row) -> None:
    exchange = next(each for each in run.results["gallery"].exchanges if each.attempt == row.name)
    openssl = (3, 5) if run.engine == "compose" else _openssl_here()
    assert any(says.fits(exchange.error) for says in row.told(openssl)), exchange.error
    assert exchange.error.partition(":")[0] in {says.exception for says in row.told(openssl)}
    assert not exchange.received


def _openssl_here() -> tuple[int, int]:
    import ssl  # noqa: PLC0415  (of this process, which under the local engine is that of the roles)

    return ssl.OPENSSL_VERSION_INFO[:2]


def test_tshark_sees_application_data_in_no_row_that_speaks_tls(run: Run) -> None:
    path = run.path("gallery")
    ports = [word for row in ROWS for word in ("-d", f"tcp.port=={row.port},tls")]
    printed = tshark(path, *ports, "-Y", "tls.app_data", "-T", "fields", "-e", "tcp.port", keys=run.job.keys)
    # Where a client speaks plain HTTP to TLS, tshark may take its request for something else: it is no TLS.
    plain = {str(row.port) for row in ROWS if row.scheme == "http"}
    assert [line for line in printed.splitlines() if not plain & set(line.split(","))] == []


# ---- and besides


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


def test_progress_is_told_step_by_step(run: Run) -> None:
    assert [f"recording {name}" for name, result in run.results.items() if not result.skipped] == [
        said for said in run.progress if said.startswith("recording ")
    ]
    assert "judging" in run.progress


def test_every_record_of_a_run_is_kept(run: Run) -> None:
    for name, result in run.results.items():
        assert run.path(name).exists() != bool(result.skipped)
