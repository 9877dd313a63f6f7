"""`python -m overheard_services.client`: the client.

With SECRET_URL it requests that URL, as in the tutorial. Without, it runs the scenarios of the story.
"""

from __future__ import annotations

import json
import os
import sys
from functools import partial

from overheard.role.health import probe, wait_until
from overheard.role.run import run
from overheard.words.errors import OverheardError, SettingsError
from overheard.words.result import Result, exit_code
from overheard_services.client.settings import Alone, Settings
from overheard_services.disguise.fernet import WrongKeyError, unseal

# How long roles may take to be ready, in seconds.
_PATIENCE = 60


def main(arguments: list[str]) -> int:
    """Make one request, or run the scenarios. Returns 0 if everything is as expected."""
    if arguments:
        raise SettingsError(f"unknown arguments: {' '.join(arguments)}", hint="set SECRET_URL instead")
    if alone := Alone.from_environment(os.environ):
        return _ask(alone)
    # Imported late, here and below: if `requests` is not installed, `run` reports it.
    from overheard_services.client.scenarios import run_scenarios  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    for url in settings.awaits:
        wait_until(partial(probe, url), f"the role at {url} to be ready", within=_PATIENCE, hint="see its log")
    if settings.output == "json":
        results = run_scenarios(settings, lambda doing: _event(progress=doing))
        _event(results=[result.to_json() for result in results])
    else:
        results = run_scenarios(settings, lambda doing: print(f"{doing} ...", flush=True))
        _show(results, settings)
    return exit_code(results)


def _ask(alone: Alone) -> int:
    from overheard_services.client.ask import Way, ask  # noqa: PLC0415

    reply = ask(alone.url, Way(trusting=alone.ca_file))
    if reply.error:
        raise OverheardError(reply.error, hint="see that the address is right, and whom its certificate leads to")
    print(f"The secret message is: {_unsealed(reply.text, alone.shared_key)}")
    return 0


def _unsealed(text: str, shared_key: str) -> str:
    if not shared_key:
        return text
    try:
        return unseal(shared_key.encode(), text)
    except WrongKeyError as problem:
        raise OverheardError(str(problem), hint="see that SECRET_KEY is the one that the server has") from None


def _event(**event: object) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _show(results: list[Result], settings: Settings) -> None:
    from overheard.report.console import console  # noqa: PLC0415  (a tenth of a second that only people need)
    from overheard.report.deviations import deviations  # noqa: PLC0415
    from overheard.report.skipped import skipped  # noqa: PLC0415
    from overheard.report.table import table  # noqa: PLC0415

    out = console()
    out.print(table(results, settings.message))
    out.print(deviations(results), soft_wrap=True, end="")
    out.print(skipped(results), soft_wrap=True, end="")


if __name__ == "__main__":
    run("client", main)
