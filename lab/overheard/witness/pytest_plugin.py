"""The pytest plugin: the fixture `overheard`, and a watch over secrets in all tests.

def test_the_password_is_never_overheard(overheard):
    with overheard.listen(port=8443, secret="correct horse battery") as wire:
        requests.post("https://localhost:8443/login", json={"password": "correct horse battery"}, verify=CA)
    assert wire.verdict.protected, wire.verdict

Nothing but pytest is imported until a test uses it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import warnings
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from overheard.witness.pytest_watch import OVERHEARD, Watch
from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from overheard.witness.listening import Wire

_KEEP = ("failed", "always", "never")
_PRESENCE = ("keys", "sent")
_DUMPCAP, _RELAY = _TAPS = ("dumpcap", "relay")
# The name of a property of test reports, which also reaches the summary from the workers of pytest-xdist.
_RECORDING = "overheard-recording"
_NO_NAME = re.compile(r"[^0-9A-Za-z._-]+")
_LONGEST_NAME = 120
_HAS_FAILED = pytest.StashKey[bool]()


class ListenSettings(NamedTuple):
    """What a test run decides: override the fixture `overheard_settings` to decide otherwise.

    `interface` and `capture_filter` are what dumpcap listens on. `folder` is where recordings are kept, and `keep` says
    when: `failed`, `always` or `never`. `presence` is how it is known that secrets were sent: by session `keys`, or
    because tests say so (`sent`). `patience` is how many seconds to wait for streams that are still open. `tap` is what
    records: `dumpcap`, or a `relay` to each port that a test names. Tests that connect to `wire.port` work with both.
    """

    interface: str = "lo"
    capture_filter: str = ""
    folder: Path = Path("overheard-recordings")
    keep: str = "failed"
    presence: str = "keys"
    patience: float = 1
    tap: str = _DUMPCAP


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("overheard", "what can be overheard on the wire")
    group.addoption(
        "--overheard-secret",
        action="append",
        default=[],
        metavar="NAME[=VARIABLE]",
        help="fail each test during which this secret can be overheard: the value of an environment variable of the"
        " same name or another; may be given more than once",
    )
    group.addoption("--overheard-keep", choices=_KEEP, help="when to keep the recordings of tests (now: failed)")
    defaults = ListenSettings()
    parser.addini("overheard_secrets", "secrets that no test may show, each as NAME[=VARIABLE]", type="linelist")
    parser.addini("overheard_interface", "the network interface to listen on", default=defaults.interface)
    parser.addini("overheard_filter", "a capture filter (pcap-filter(7)) for all recordings", default="")
    parser.addini("overheard_folder", "where recordings are kept, below the root folder", default=str(defaults.folder))
    parser.addini("overheard_keep", f"when to keep them: {', '.join(_KEEP)}", default=defaults.keep)
    parser.addini("overheard_tap", f"what records: {' or '.join(_TAPS)}", default=defaults.tap)
    parser.addini(
        "overheard_presence",
        "how it is known that secrets were sent: by session `keys`, or because the tests say so (`sent`)",
        default=defaults.presence,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Read the secrets to watch. Raises UsageError if one is not in the environment, or a setting is invalid."""
    named = [*config.getini("overheard_secrets"), *config.getoption("--overheard-secret")]
    watched: dict[str, str] = {}
    for each in named:
        name, _, variable = each.partition("=")
        value = os.environ.get(variable or name)
        if not value:
            raise pytest.UsageError(f"overheard: the environment variable {variable or name} of a secret is not set")
        if watched.setdefault(name, value) != value:
            raise pytest.UsageError(f"overheard: there are two secrets with the name {name}")
    settings = _settings(config)
    if watched:
        config.pluginmanager.register(Watch(watched, settings.interface, settings.capture_filter))


def _settings(config: pytest.Config) -> ListenSettings:
    keep = config.getoption("--overheard-keep") or config.getini("overheard_keep")
    presence, tap = config.getini("overheard_presence"), config.getini("overheard_tap")
    for name, value, choices in (
        ("overheard_keep", keep, _KEEP),
        ("overheard_presence", presence, _PRESENCE),
        ("overheard_tap", tap, _TAPS),
    ):
        if value not in choices:
            raise pytest.UsageError(f"{name} is {value!r}: choose from {', '.join(choices)}")
    folder = config.rootpath / config.getini("overheard_folder")
    return ListenSettings(
        config.getini("overheard_interface"), config.getini("overheard_filter"), folder, keep, presence, tap=tap
    )


class Overheard:
    """What a test uses to listen."""

    def __init__(self, settings: ListenSettings, name: str, folder: Path) -> None:
        self._settings = settings
        self._name = name
        self._folder = folder
        self.recordings: list[Path] = []

    def listen(self, **arguments: Any) -> AbstractContextManager[Wire]:  # noqa: ANN401  (those of `overheard.listen`)
        """Record and judge what goes over the wire in a `with` block: see `overheard.listen` for the arguments."""
        from overheard.witness.listening import listen, through_relays  # noqa: PLC0415  (most tests never listen)

        __tracebackhide__ = True
        settings = self._settings
        self.recordings.append(self._folder / f"{self._name}-{len(self.recordings) + 1}.pcapng")
        chosen: dict[str, Any] = {
            "sent": settings.presence == "sent",
            "patience": settings.patience,
            "recording": self.recordings[-1],
        }
        if settings.tap == _RELAY and "relay" not in arguments:
            arguments = through_relays(**arguments)
        if not arguments.get("relay"):
            chosen |= {"interface": settings.interface, "capture_filter": settings.capture_filter}
        return listen(**{**chosen, **arguments})


@pytest.fixture(scope="session")
def overheard_settings(request: pytest.FixtureRequest) -> ListenSettings:
    """How tests listen: from the ini file, unless a conftest.py overrides this fixture."""
    return _settings(request.config)


@pytest.fixture
def overheard(
    request: pytest.FixtureRequest, overheard_settings: ListenSettings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Overheard]:
    """Listens on the wire: `with overheard.listen(port=8443, secret=...) as wire: ...`, and then `wire.verdict`."""
    node = request.node
    listener = Overheard(overheard_settings, _name_of(node.nodeid), tmp_path_factory.mktemp("overheard"))
    yield listener
    has_failed = node.stash.get(_HAS_FAILED, False)
    if overheard_settings.keep == "always" or (overheard_settings.keep == "failed" and has_failed):
        for kept in _kept(listener.recordings, overheard_settings.folder):
            node.user_properties.append((_RECORDING, str(kept)))


def _name_of(test: str) -> str:
    """A file name for a test, by its node ID: readable, and of no other test."""
    name = _NO_NAME.sub("-", test).strip("-")
    _, _, parameters = test.partition("[")
    if len(name) <= _LONGEST_NAME and not _NO_NAME.search(parameters.removesuffix("]")):
        return name
    return f"{name[-_LONGEST_NAME:].strip('-')}-{hashlib.sha256(test.encode()).hexdigest()[:8]}"


def _kept(recordings: Sequence[Path], folder: Path) -> Iterator[Path]:
    """Move recordings, with the recorder's notes on them, to the folder where they are kept, if it can be written."""
    for recording in filter(Path.exists, recordings):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for part in filter(Path.exists, (recording.with_suffix(".recording.json"), recording)):
                shutil.move(part, folder / part.name)
        except OSError as problem:
            warnings.warn(f"recordings cannot be kept in {folder}: {problem.strerror}", stacklevel=2)
            yield recording
        else:
            yield folder / recording.name


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether a test has failed, before its fixtures end."""
    report = yield
    item.stash[_HAS_FAILED] = item.stash.get(_HAS_FAILED, False) or report.failed
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the tests during which a secret was overheard, and the recordings that were kept."""
    words = {OVERHEARD: "{} could be overheard", _RECORDING: "recorded in {}"}
    # Each phase of a test reports its properties so far.
    told = dict.fromkeys(
        f"{report.nodeid}: {words[name].format(value)}"
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name in words
    )
    if told:
        terminalreporter.section("overheard")
        for line in told:
            terminalreporter.line(line)
