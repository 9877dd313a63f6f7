"""Running scenarios with a real CA and a real server, and a stub of the capture role."""

from __future__ import annotations

import json
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from lab.servers import Answers, serving
from overheard.words.errors import NotReadyError, SettingsError
from overheard.words.result import Exchange, Result
from overheard.words.scenario import Disguise, Expectation, Identity, Need, Scenario, Trust
from overheard.words.story import SCENARIOS
from overheard.words.verdict import Outcome, Verdict
from overheard_services.client import __main__ as main_module
from overheard_services.client import scenarios as module
from overheard_services.client.scenarios import lacks, run_scenarios
from processes import eventually
from services.client.place import attempt
from services.client.process import client

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard.words.scenario import Attempt
    from overheard_services.client.settings import Settings
    from services.client.place import Place

FOUND = Outcome.INCONCLUSIVE


@dataclass
class Sidecar:
    """A stub of the capture role: notes the order of events, and returns the same verdict for each recording."""

    happened: list[str] = field(default_factory=list)
    arguments: tuple[str, ...] = ()
    seen: list[Exchange] = field(default_factory=list)
    kept: list[Result] = field(default_factory=list)

    def __call__(self, *arguments: str) -> Sidecar:
        self.arguments = arguments
        return self

    @contextmanager
    def recording(self, name: str) -> Iterator[list[Exchange]]:
        self.happened.append(f"begin {name}")
        yield self.seen
        self.happened.append(f"end {name}")

    def keep(self, results: Iterable[Result]) -> None:
        self.kept += results

    def verdicts(self) -> dict[str, Verdict]:
        names = [what.removeprefix("end ") for what in self.happened if what.startswith("end ")]
        return {name: Verdict(FOUND, ()) for name in names}


@pytest.fixture
def sidecar(monkeypatch: pytest.MonkeyPatch) -> Sidecar:
    sidecar = Sidecar()
    monkeypatch.setattr(module, "Sidecar", sidecar)
    return sidecar


def scenario(name: str, *attempts: Attempt, found: Outcome = FOUND, needs: frozenset[Need] = frozenset()) -> Scenario:
    return Scenario(name, f"the title of {name}", attempts, Expectation(found), SCENARIOS[0].chapter, needs)


def walked(settings: Settings) -> list[Result]:
    return run_scenarios(settings, lambda _doing: None)


INTERCEPTED = scenario("intercepted", needs=frozenset({Need.INTERCEPTOR}))
POST_QUANTUM = scenario("post-quantum", needs=frozenset({Need.POST_QUANTUM}))


# ---- walking


def test_each_scenario_is_recorded_and_its_result_returned(place: Place, sidecar: Sidecar) -> None:
    scenarios = (
        scenario("plain", attempt(place.service("http"))),
        scenario("secure", attempt(place.service("https"), trust=Trust.LAB_CA)),
    )
    steps: list[str] = []
    results = run_scenarios(place.settings(scenarios=scenarios), steps.append)
    assert steps == ["recording plain", "recording secure", "judging"]
    assert sidecar.happened == ["begin plain", "end plain", "begin secure", "end secure"]
    assert sidecar.arguments == ("http://127.0.0.1:1", "the token of the capture API", "mine")
    plain, secure = results
    assert plain == Result("plain", (Exchange("an attempt", received=True),), Verdict(FOUND, ()))
    (exchange,) = secure.exchanges
    assert (secure.scenario, exchange.received, exchange.wrong) == ("secure", True, ())
    assert all(result.as_expected for result in results)
    assert sidecar.seen == [exchange for result in results for exchange in result.exchanges]
    assert sidecar.kept == results


def test_attempts_are_made_in_their_order_in_one_recording(place: Place, sidecar: Sidecar) -> None:
    one = attempt(place.service("http"), disguise=Disguise.DIFFIE_HELLMAN)
    two = attempt(place.service("https"), trust=Trust.NOT_THE_LAB_CA, error="unable to get local issuer certificate")
    (result,) = walked(place.settings(scenarios=(scenario("both", one, two, one),)))
    assert sidecar.happened == ["begin both", "end both"]
    assert [exchange.received for exchange in result.exchanges] == [True, False, True]
    assert result.as_expected
    # A session key for each TLS connection, and a message key for each agreement.
    assert len(place.message_keys()) == 2
    assert (place.folder / "keys" / "mine" / "session.keys").read_text()


def test_a_deviation_is_reported_with_its_scenario(place: Place, sidecar: Sidecar) -> None:
    wrong = scenario("wrong", attempt(place.service("http"), greeting="Hello squirrel"), found=Outcome.PROTECTED)
    right = scenario("right", attempt(place.service("http")))
    of_wrong, of_right = walked(place.settings(scenarios=(wrong, right)))
    assert of_wrong.exchanges[0].wrong == ("the greeting should be “Hello squirrel”, but was “”",)
    assert of_wrong.wrong == ("the verdict should be PROTECTED, but is INCONCLUSIVE",)
    assert (of_wrong.failed, of_right.failed) == (True, False)
    assert len(sidecar.happened) == 4


def test_everything_is_fetched_before_the_recording_begins(
    place: Place, sidecar: Sidecar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the lab's CA would be part of the recording."""
    monkeypatch.setattr(Sidecar, "recording", lambda _sidecar, name: pytest.fail(f"{name} is recorded"))
    squirrel = attempt(place.service("mutual-tls"), trust=Trust.LAB_CA, identity=Identity.SQUIRREL)
    place.ca.new_token("client")
    with pytest.raises(pytest.fail.Exception, match="mutual is recorded"):
        walked(place.settings(scenarios=(scenario("mutual", squirrel),)))
    assert (place.folder / "credentials" / "squirrel" / "certificate.pem").exists()
    assert sidecar.happened == []


def test_only_keys_and_credentials_remain(place: Place, sidecar: Sidecar) -> None:
    stranger = attempt(place.service("mutual-tls"), trust=Trust.LAB_CA, identity=Identity.STRANGER, error="unknown ca")
    (result,) = walked(place.settings(scenarios=(scenario("stranger", stranger),)))
    assert result.as_expected
    assert sidecar.happened == ["begin stranger", "end stranger"]
    files = {str(file.relative_to(place.folder)) for file in place.folder.rglob("*") if file.is_file()}
    assert files == {"token", "keys/mine/session.keys", "keys/mine/message.keys"}


def test_an_unreadable_token_is_an_error_without_a_traceback(place: Place, sidecar: Sidecar) -> None:
    with pytest.raises(SettingsError, match=r"^OVERHEARD_CAPTURE_TOKEN_FILE: /.*/nowhere cannot be read"):
        walked(place.settings(capture_token_file=place.folder / "nowhere"))
    assert sidecar.arguments == ()


# ---- skipping


def test_a_scenario_that_this_lab_cannot_run_is_skipped_and_not_recorded(place: Place, sidecar: Sidecar) -> None:
    steps: list[str] = []
    scenarios = (INTERCEPTED, scenario("plain", attempt(place.service("http"))))
    skipped, ran = run_scenarios(place.settings(scenarios=scenarios), steps.append)
    why = "it needs the interceptor, and none runs here"
    assert skipped == Result.of_skipped("intercepted", why, Need.INTERCEPTOR.cure)
    assert (skipped.as_expected, skipped.failed, ran.as_expected) == (False, False, True)
    assert steps == ["recording plain", "judging"]
    assert sidecar.happened == ["begin plain", "end plain"]


def test_post_quantum_needs_an_openssl_that_supports_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    here = ssl.OPENSSL_VERSION_INFO[:2]
    monkeypatch.setattr(module, "_POST_QUANTUM", here)
    assert lacks(POST_QUANTUM, place.settings()) is None
    monkeypatch.setattr(module, "_POST_QUANTUM", (here[0], here[1] + 1))
    said, cure = lacks(POST_QUANTUM, place.settings()) or ("", "")
    assert said.startswith(f"it needs OpenSSL 3.5 or later, and here is {here[0]}.{here[1]}.")
    assert " " not in said.partition("and here is ")[2]
    assert "--engine compose" in cure


def test_nothing_is_lacking_if_an_interceptor_runs_or_is_not_needed(place: Place) -> None:
    assert lacks(INTERCEPTED, place.settings())
    assert lacks(INTERCEPTED, place.settings(impostor=place.folder)) is None
    assert lacks(scenario("plain"), place.settings()) is None


# ---- as a process


def variables(place: Place, capture_url: str, **changed: str) -> dict[str, str]:
    environment = {
        "CA_URL": place.ca.url,
        "CLIENT_HANDOVER": str(place.ca.handover / "client"),
        "CLIENT_ACORN": str(place.ca.handover / "acorn"),
        "CLIENT_CREDENTIALS": str(place.folder / "credentials"),
        "CLIENT_GALLERY": str(place.folder / "gallery"),
        "CLIENT_SHARED_KEY_FILE": str(place.shared_key),
        "CLIENT_KEYS": str(place.folder / "keys"),
        "CAPTURE_URL": capture_url,
        "CAPTURE_TOKEN_FILE": str(place.folder / "token"),
        "RUN": "mine",
        **changed,
    }
    return {f"OVERHEARD_{name}": value for name, value in environment.items()}


@pytest.fixture
def capture() -> Iterator[tuple[str, Answers]]:
    answers = Answers(body=b"{}", content_type="application/json")
    with serving(answers) as url:
        yield url, answers


def test_json_output_has_one_event_per_line(place: Place, capture: tuple[str, Answers]) -> None:
    url, answers = capture
    environment = variables(place, url, CLIENT_SCENARIOS="https-intercepted", CLIENT_OUTPUT="json")
    done = client(**environment)
    # There is no verdict.
    assert (done.returncode, done.stderr) == (2, "")
    why = "it needs the interceptor, and none runs here"
    skipped = Result.of_skipped("https-intercepted", why, Need.INTERCEPTOR.cure)
    *progress, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Result.from_json(result) for result in last["results"]] == [skipped]
    assert all(set(event) == {"progress"} for event in progress)
    assert answers.asked == []


def test_it_waits_for_the_roles_that_it_needs(place: Place, capture: tuple[str, Answers]) -> None:
    """Those that are named, until each says that it is ready."""
    url, _ = capture
    starting = Answers(status=503)
    with serving(starting) as other:
        environment = variables(place, url, CLIENT_SCENARIOS="https-intercepted", CLIENT_AWAITS=f"{url},{other}")
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(client, **environment)
            assert eventually(lambda: len(starting.asked) > 1)
            assert not done.done()
            starting.status = 200
        assert "it needs the interceptor" in " ".join(done.result().stdout.split())


def test_a_role_that_is_never_ready_is_an_error(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_module, "_PATIENCE", 0.1)
    for name, value in variables(place, "http://127.0.0.1:1", CLIENT_AWAITS="http://127.0.0.1:1").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(
        NotReadyError, match=r"^waited for the role at http://127\.0\.0\.1:1 to be ready for 0\.1 s, but"
    ):
        main_module.main([])


def test_text_output_is_a_table(place: Place, capture: tuple[str, Answers]) -> None:
    done = client(**variables(place, capture[0], CLIENT_SCENARIOS="https-intercepted"))
    assert (done.returncode, done.stderr) == (2, "")
    assert "https-intercepted" in done.stdout
    assert "it needs the interceptor" in " ".join(done.stdout.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value", "words", "code"),
    [
        ("CLIENT_SCENARIOS", "htpp", "there is no scenario 'htpp' (did you mean http", 64),
        ("CAPTURE_TOKEN_FILE", "/nowhere/token", "OVERHEARD_CAPTURE_TOKEN_FILE: /nowhere/token cannot be read", 64),
        ("RUN", "a/b", "the keys of this run cannot be kept in ", 64),
        ("CA_URL", "https://127.0.0.1:1", "Connection refused", 2),
        ("CAPTURE_URL", "http://127.0.0.1:1", "the capture role at http://127.0.0.1:1/runs/mine did not answer", 2),
    ],
)
def test_errors_are_messages_without_a_traceback(place: Place, name: str, value: str, words: str, code: int) -> None:
    environment = variables(place, "http://127.0.0.1:1", CLIENT_SCENARIOS="http")
    done = client(**{**environment, f"OVERHEARD_{name}": value})
    assert (done.returncode, done.stdout.replace("recording http ...\n", "")) == (code, "")
    assert done.stderr.startswith("client: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
