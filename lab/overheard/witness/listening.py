"""Listening while a block of code runs: `from overheard import listen`.

with listen(port=8443, secret="correct horse battery") as wire:
    requests.post("https://localhost:8443/login", json={"password": "correct horse battery"}, verify=CA)
assert wire.verdict.protected, wire.verdict
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from rich.console import Console

from overheard.report.scan import scanned
from overheard.witness.frame_lookup import placed_in
from overheard.witness.hints import with_hints
from overheard.witness.key_log import client_randoms, is_of, key_log
from overheard.witness.marked import begin, marked_filter, reserved_port
from overheard.witness.redaction import CredentialRedactor, Redactor
from overheard.witness.temporary import temporary_folder
from overheard.words.errors import RecordingError, SettingsError
from overheard.words.options import REQUIRED, SEALED, SENT, Options
from overheard.words.recording import only_of
from overheard.words.report import Account, Report
from overheard.words.secret import Secret
from overheard.words.verdict import CREDENTIALS, Check, Outcome, Presence, Rule, decide
from overheard_capture.judge.api import judge
from overheard_capture.recorder import ActiveRecording, Forward, RelayTap, Tap

Secrets = str | bytes | Mapping[str, str | bytes] | None

# The name of a secret that is given without one.
SECRET = "secret"  # noqa: S105  (a name)
# The check of what could not be recorded at all, and those that fail if a recording is not whole.
_RECORDED = "recorded"
_OF_THE_RECORDER = {_RECORDED, "readable-file", "recorder-alive", "marks", "closed", "no-drops", "frames-whole"}
# How many characters wide the text of a verdict is: pytest indents it.
_WIDTH = 110
# The loopback interface.
_LO = "lo"
_PORTS = 1 << 16


class Heard(str):
    """What a listener got to know, as text: what was seen where, or each reason against PROTECTED and what to do.

    It is text so that `assert wire.verdict.protected, wire.verdict` shows it. `report` has all of it.
    """

    report: Report

    def __new__(cls, report: Report, secrets: Sequence[Secret]) -> Self:
        """Of a report on these secrets, which are masked; without any, of one on credentials."""
        heard = super().__new__(cls, _text(report, Redactor(secrets) if secrets else CredentialRedactor(report.found)))
        heard.report = report
        return heard

    @property
    def outcome(self) -> Outcome:
        """The worst verdict of all secrets."""
        return self.report.outcome

    @property
    def protected(self) -> bool:
        """Whether it is PROTECTED."""
        return self.outcome is Outcome.PROTECTED

    @property
    def overheard(self) -> bool:
        """Whether it is OVERHEARD."""
        return self.outcome is Outcome.OVERHEARD

    @property
    def inconclusive(self) -> bool:
        """Whether it is INCONCLUSIVE."""
        return self.outcome is Outcome.INCONCLUSIVE

    @property
    def not_sent(self) -> bool:
        """Whether it is NOT SENT: the connections failed, and the wire proves that the secret never left."""
        return self.outcome is Outcome.NOT_SENT

    def __bool__(self) -> bool:
        """Never: `assert wire.verdict` would hold whatever was heard."""
        raise TypeError(
            "a verdict is neither true nor false: ask for .protected, .overheard, .not_sent or .inconclusive"
        )

    def __repr__(self) -> str:
        return f"<{self.outcome}>"


def _text(report: Report, redactor: Redactor | CredentialRedactor) -> str:
    written = io.StringIO()
    out = Console(file=written, width=_WIDTH, color_system=None, highlight=False, emoji=False)
    # The file may be moved or deleted; its name stays.
    files = tuple(Path(file).name for file in report.account.files)
    named = replace(report, account=replace(report.account, files=files))
    out.print(scanned(redactor.redacted(named), places=placed_in(report, redactor), hide=redactor.places))
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()).rstrip()


class Wire:
    """What is recorded while a block of code runs.

    `recording` is its file, which may be deleted after the block. `ports` are those to which clients connect: those on
    which relays listen, or those that are recorded.
    """

    def __init__(self, recording: Path, ports: Sequence[int]) -> None:
        self.recording = recording
        self.ports = ports
        self._report: Report | None = None
        self._secrets: Sequence[Secret] = ()

    def end(self, report: Report, secrets: Sequence[Secret]) -> None:
        """The block has ended, and was judged."""
        self._report, self._secrets = report, secrets
        if any(verdict.sightings for verdict in report.verdicts.values()):
            # Its text has bytes of the recording, which may be gone later. Of any other, few read the text.
            _ = self.verdict

    @property
    def port(self) -> int:
        """The first of `ports`: a test that connects to it works with a relay and without. Raises SettingsError."""
        if not self.ports:
            raise SettingsError("no port is named", hint="name the port of the server (port=8443), or a relay to it")
        return self.ports[0]

    @property
    def report(self) -> Report:
        """All that is known. Raises SettingsError before the end of the block."""
        if self._report is None:
            raise SettingsError("there is no verdict yet", hint="ask for it behind the `with` block, not within it")
        return self._report

    @cached_property
    def verdict(self) -> Heard:
        """What a listener got to know. Raises SettingsError before the end of the block."""
        return Heard(self.report, self._secrets)

    @property
    def recorded(self) -> bool:
        """Whether all of the block was recorded: the recorder ran until its end, and lost nothing."""
        checks = (check for verdict in self.report.verdicts.values() for check in verdict.checks)
        return all(check.holds for check in checks if check.code in _OF_THE_RECORDER)


@contextmanager
def listen(  # noqa: PLR0913  (few are given at once)
    *,
    secret: Secrets = None,
    port: int | Sequence[int] = (),
    require: str | Sequence[str] = (),
    sent: bool = False,
    interface: str = _LO,
    capture_filter: str = "",
    relay: str | int | Sequence[str | int] = (),
    keys: Sequence[Path | str] = (),
    recording: Path | str | None = None,
    patience: float = 1,
) -> Iterator[Wire]:
    """Record what goes over the wire while a block runs, and judge it at its end.

    `secret` is a value, or several by name; without one, credentials of known kinds are looked for. Only traffic of
    `port`, or of several, is recorded: TCP and UDP, IPv4 and IPv6. `require="sealed"` demands that all of it is
    encrypted. Session keys of TLS prove that the secret was sent, and are taken from the connections of this process
    and of those that it starts; `keys` are files of further ones. Without keys, `sent` says that it was sent.

    `interface` is what dumpcap listens on, and `capture_filter` (pcap-filter(7)) restricts that further. Where nobody
    may capture, a `relay` records instead, or several, each `[[ADDRESS:]PORT:][SERVER:]PORT` as in `ssh -L`: connect to
    the `port` of what this yields. The `recording` (pcapng) is kept if a path is given. `patience` is how many seconds
    to wait at the end for streams that are still open.

    What cannot be recorded is INCONCLUSIVE. A fork within the block is heard, and has no verdict of its own. Raises
    SettingsError if an argument makes no sense.
    """
    # pytest shows the arguments of frames that are not hidden, and so secrets.
    __tracebackhide__ = True
    ports = [port] if isinstance(port, int) else [*port]
    relays = forwards([relay] if isinstance(relay, str | int) else relay)
    if relays and (ports or capture_filter or interface != _LO):
        hint = "leave out port, interface and filter, which are for dumpcap"
        raise SettingsError("a relay records only what goes through it", hint=hint)
    secrets, options = _secrets(secret), _options(ports, [require] if isinstance(require, str) else require, sent=sent)
    with ExitStack() as stack:
        if not recording:
            recording = stack.enter_context(temporary_folder()) / "listened.pcapng"
        wire = Wire(Path(recording), ports)
        key_logs = [*map(Path, keys), stack.enter_context(key_log())]
        mark_port = reserved_port(stack)
        tap = RelayTap(relays) if relays else Tap(interface, marked_filter(ports, capture_filter, mark_port))
        active, process = _begin(wire, tap, patience, mark_port), os.getpid()

        def end() -> None:
            # A fork that leaves the block has nothing to end.
            if os.getpid() == process:
                wire.end(_judged(active, wire.recording, secrets, options, key_logs), secrets)

        try:
            yield wire
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            if isinstance(active, ActiveRecording) and os.getpid() == process:
                active.abandon()
            raise
        except BaseException:
            # The code failed, or a test was skipped; what led to that may be in the recording.
            end()
            raise
        end()


def through_relays(*, port: int | Sequence[int] = (), **arguments: Any) -> dict[str, Any]:  # noqa: ANN401  (any other)
    """The arguments of `listen`, with a relay to each port that would be recorded. Raises SettingsError without one."""
    ports = [port] if isinstance(port, int) else [*port]
    if not ports:
        raise SettingsError("a relay needs the port of the server", hint="name it (port=8443), or let dumpcap record")
    return {**arguments, "relay": ports}


def forwards(relays: Sequence[str | int]) -> tuple[Forward, ...]:
    """From where to where each relay goes; a number is a port of this machine. Raises SettingsError."""
    return tuple(Forward.parse(str(relay)) for relay in relays)


def _secrets(secret: Secrets) -> list[Secret]:
    __tracebackhide__ = True
    if secret is None:
        return []
    named: Any = {SECRET: secret} if isinstance(secret, str | bytes) else secret
    if not isinstance(named, Mapping) or not all(isinstance(value, str | bytes) for value in named.values()):
        raise SettingsError(
            "a secret is neither text nor bytes", hint="give a value, or several by name: {name: value}"
        )
    if not named:
        raise SettingsError("no secret is named", hint="leave `secret` out to look for credentials of known kinds")
    try:
        return [Secret(name, value.encode() if isinstance(value, str) else value) for name, value in named.items()]
    except ValueError as problem:
        raise SettingsError(str(problem)) from None


def _options(ports: Sequence[int], required: Sequence[str], *, sent: bool) -> Options:
    """How to judge. What makes no sense is an error before anything runs."""
    __tracebackhide__ = True
    if unknown := [each for each in required if each not in REQUIRED]:
        raise SettingsError(f"{unknown[0]!r} cannot be required", hint=f"choose from {' and '.join(REQUIRED)}")
    if wrong := [each for each in ports if type(each) is not int or not 0 < each < _PORTS]:
        raise SettingsError(f"{wrong[0]!r} is no port", hint=f"a port is a number from 1 to {_PORTS - 1}")
    only = only_of(ports)
    endpoints = only[:-1] if SEALED in required else ()
    return Options(only=only, vouched=(SENT,) if sent else (), required=tuple(required), sealed_endpoints=endpoints)


def _begin(wire: Wire, tap: Tap | RelayTap, patience: float, mark_port: int) -> ActiveRecording | RecordingError:
    """Begin to record; what hinders it is returned, but raised if there is no relay to connect to."""
    try:
        active = begin(wire.recording, tap, mark_port, patience=patience, at_once=True)
    except RecordingError as problem:
        if isinstance(tap, RelayTap):
            raise
        return RecordingError(str(problem.args[0]), hint=f"{problem.hint}; or record by a relay")
    wire.ports = active.relay_ports or wire.ports
    return active


def _judged(
    active: ActiveRecording | RecordingError,
    recording: Path,
    secrets: Sequence[Secret],
    options: Options,
    key_logs: Sequence[Path],
) -> Report:
    """End the recording, and judge it. The last one of the key logs is the listener's own."""
    try:
        if isinstance(active, RecordingError):
            raise active
        active.end()
    except RecordingError as problem:
        return _not_recorded(problem, secrets)
    *keys, log = key_logs
    # Without keys, the caller's word that it was sent counts. Keys of other connections are no reason against that.
    if is_of(log, recording) if SENT in options.vouched else any(client_randoms(log)):
        keys.append(log)
    return with_hints(judge(recording, secrets or None, options, keys=keys))


def _not_recorded(problem: RecordingError, secrets: Sequence[Secret]) -> Report:
    says = f"nothing was recorded: {problem.args[0]}"
    check = Check(Rule.WHOLE, _RECORDED, holds=False, says=says, hint=problem.hint)
    verdict = decide([check], (), Presence.NONE)
    names = [secret.name for secret in secrets] or [CREDENTIALS]
    return Report(dict.fromkeys(names, verdict), Account((), 0, 0, 0.0, {}, ()))
