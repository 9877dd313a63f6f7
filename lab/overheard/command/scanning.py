"""What `overheard scan` does: judges captures, and prints or writes the results."""

from __future__ import annotations

import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import overheard
from overheard.command.interruptions import read_to_the_end
from overheard.command.progress import progress
from overheard.command.scan import INCONCLUSIVE, KINDS
from overheard.command.secret_options import read_from, secrets
from overheard.witness.frame_lookup import placed_in
from overheard.witness.redaction import CredentialRedactor, Redactor
from overheard.words.errors import OutputError, SettingsError
from overheard.words.options import LIMITS, SEALED, SENT, Options
from overheard.words.texts import changed
from overheard.words.verdict import Outcome
from overheard_capture.judge.api import prepare, recording_file

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from overheard.report.places import Place
    from overheard.words.report import Report
    from overheard.words.secret import Secret

# The version of the --json format; it changes when readers of it must change. The schema is in `docs/schemas`.
_FORM = 1
_SCHEMA = f"urn:overheard:report:{_FORM}"


def scan(options: argparse.Namespace) -> int:
    """Judge, report, and return the exit code. Raises OverheardError if nothing can be judged."""
    began = time.monotonic()
    wanted = secrets(options.secrets)
    ways, files = _options(options), list(dict.fromkeys((*options.files, *options.more_files)))
    _check_options(options, files, wanted)
    # Compiling the search takes a while, and runs while the rest is imported.
    prepare(files, wanted, ways)
    named = Redactor(wanted)
    named.check_names()
    check_reports(options.report, options.secrets, options.keys, files)
    report = _judged(options, files, wanted, ways)
    present(options, report, named if wanted else CredentialRedactor(report.found), began)
    return exit_code(report.outcome, options.fail_on)


def exit_code(outcome: Outcome, fail_on: Sequence[str]) -> int:
    """The exit code for an outcome, where only some of them make the command fail: NOT SENT as INCONCLUSIVE does."""
    fails = INCONCLUSIVE if outcome is Outcome.NOT_SENT else outcome.lower()
    return outcome.exit_code if fails in fail_on else 0


def present(
    options: argparse.Namespace,
    report: Report,
    redactor: Redactor | CredentialRedactor,
    began: float,
    *,
    temporary: str = "",
) -> None:
    """Write and print a report, without what the redactor masks, as the options of `add_output` say.

    `began` is when the judging began, as of `time.monotonic`. A recording in the folder `temporary` is named without
    it: it is gone afterwards, and another one the next time. Raises OutputError.
    """
    if options.quiet and not (options.report or options.printed):
        return
    report = redactor.redacted(report)
    places = placed_in(report, redactor)
    if temporary:
        report, places = changed((report, places), lambda text: text.replace(temporary, ""))
    made = _Made(report, places, time.monotonic() - began)
    for path in options.report:
        _write(path, made.text(KINDS[path.suffix]))
    if options.printed:
        sys.stdout.write(made.text(options.printed))
    elif not options.quiet:
        _tell(options, report, places, redactor)
    if os.environ.get("GITHUB_ACTIONS") == "true" and not options.quiet:
        _annotate(report)


def _options(options: argparse.Namespace) -> Options:
    limits = LIMITS if options.depth is None else LIMITS._replace(depth=options.depth)
    return Options(
        options.any_case,
        tuple(options.only),
        tuple(options.without),
        limits,
        vouched=frozenset(options.vouch),
        required=frozenset(what for what, _ in options.require),
        sealed_endpoints=_endpoints(options.require),
    )


def _endpoints(required: Iterable[tuple[str, Sequence[str]]]) -> tuple[str, ...]:
    """The endpoints to which `sealed` is restricted; none if it is required of all flows, too."""
    groups = [endpoints for what, endpoints in required if what == SEALED]
    return tuple(dict.fromkeys(each for group in groups for each in group)) if all(groups) else ()


def _check_options(options: argparse.Namespace, files: Sequence[str], wanted: Sequence[Secret]) -> None:
    """Raise SettingsError if there is nothing to judge, or an option says nothing without a secret."""
    if not files or "" in files:
        raise SettingsError("no capture is given", hint="name a file, or - for standard input")
    given = {
        "--any-case": options.any_case,
        "--second-witness": options.second_witness,
        "--vouch sent": SENT in options.vouch,
    }
    if not wanted and (needless := [name for name, is_given in given.items() if is_given]):
        raise SettingsError(
            f"{needless[0]} is about a secret, and none is named",
            hint="name one with --secret-file, --secret-env, --secret or --secrets",
        )


def _judged(options: argparse.Namespace, files: Sequence[str], wanted: Sequence[Secret], ways: Options) -> Report:
    until_its_end = read_to_the_end() if "-" in files else nullcontext()
    with until_its_end, progress(quiet=options.quiet) as tell:
        return overheard.judge(
            files, wanted or None, ways, keys=options.keys, second_witness=options.second_witness, progress=tell
        )


class _Made:
    """A report in any of the formats."""

    def __init__(self, report: Report, places: Mapping[int, Place], seconds: float) -> None:
        self._report, self._places, self._seconds = report, places, seconds

    def text(self, kind: str) -> str:
        """The report as JSON, SARIF or JUnit XML."""
        makers: dict[str, Callable[[], str]] = {
            "json": self._json,
            "sarif": self._sarif,
            "junit": self._junit,
        }
        return makers[kind]()

    def _json(self) -> str:
        from overheard.report.json_text import as_json  # noqa: PLC0415  (text needs none)

        return as_json(self._data())

    def _sarif(self) -> str:
        from overheard.report.json_text import as_json  # noqa: PLC0415  (the same)
        from overheard.report.sarif import sarif  # noqa: PLC0415  (few ask for it)

        return as_json(sarif(self._report, self._places, version=overheard.__version__))

    def _junit(self) -> str:
        from overheard.report.junit import junit  # noqa: PLC0415  (few ask for it, and XML takes time to import)

        return junit(self._report, self._seconds)

    def _data(self) -> dict[str, object]:
        where = {number: {"file": place.file, "frame": place.frame} for number, place in self._places.items()}
        versions = {"overheard": overheard.__version__, "form": _FORM}
        report = {**self._report.to_json(), "exit_code": self._report.exit_code, "places": where, "versions": versions}
        return {"$schema": _SCHEMA, **report}


def _tell(
    options: argparse.Namespace, report: Report, places: Mapping[int, Place], redactor: Redactor | CredentialRedactor
) -> None:
    from overheard.report.console import console  # noqa: PLC0415  (rich takes time to import, and only text needs it)
    from overheard.report.scan import scanned  # noqa: PLC0415  (the same)

    out = console()
    # What nobody named is not theirs who read this: it is shown on demand only.
    may_show = options.show_secrets or (out.is_terminal and not report.found)
    hide = None if may_show else redactor.places
    out.print(scanned(report, places=places, every_flow=options.flows, hide=hide), soft_wrap=not out.is_terminal)


def _annotate(report: Report) -> None:
    from overheard.report.annotations import annotated  # noqa: PLC0415  (only a job of GitHub has any)

    # Not to standard output, which may be JSON. GitHub reads both.
    sys.stdout.flush()
    sys.stderr.writelines(f"{line}\n" for line in annotated(report))


def check_reports(
    reports: Sequence[Path], named: Iterable[tuple[str, str]], keys: Iterable[Path], files: Sequence[str]
) -> None:
    """Raise SettingsError if a report would overwrite a file that is read, under whatever name."""
    if not reports:
        return
    captures = [Path("/dev/stdin" if file == "-" else file) for file in files]
    inputs = {
        "a capture": captures,
        "the notes of a recording": list(map(recording_file, captures)),
        "session keys": keys,
        "a secret, or the list of them": read_from(named),
    }
    for what, paths in inputs.items():
        for path in paths:
            for report in reports:
                if _is_same(report, path):
                    raise SettingsError(f"the report {report} would overwrite {what}", hint="name another file")


def _is_same(one: Path, other: Path) -> bool:
    """Whether both are one file, or would be: through links, too."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _write(path: Path, text: str) -> None:
    from overheard.role.files import write_whole  # noqa: PLC0415  (few ask for a report)

    try:
        write_whole(path, text.encode(), mode=0o644)
    except OSError as problem:
        raise OutputError(
            f"cannot write the report {path}: {problem.strerror}", hint="name another file with --report"
        ) from None
