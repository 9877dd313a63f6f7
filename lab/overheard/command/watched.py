"""What `overheard watch` does in its network: it runs a command, records and judges its traffic, and reports."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.command.programs import run_program
from overheard.command.scan import INCONCLUSIVE
from overheard.command.scanning import check_reports, exit_code, present
from overheard.command.secret_options import secrets
from overheard.command.watch import COMMAND, COMMAND_FAILED
from overheard.witness.listening import forwards, listen
from overheard.witness.own_network import end_others, members, set_up
from overheard.witness.redaction import CredentialRedactor, Redactor
from overheard.words.errors import SettingsError
from overheard.words.options import SENT

if TYPE_CHECKING:
    import argparse

_RELAY = "name the one to which the command connects, such as 8444:localhost:8443"
# Signals that end a program, besides Ctrl-C. Windows has the first one only.
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def watched(options: argparse.Namespace) -> int:
    """Run, judge, report, and return the exit code. Raises OverheardError if nothing can be judged."""
    began = time.monotonic()
    for forward in forwards(options.relay):
        if not forward.port:
            raise SettingsError(f"the relay to {forward.server}:{forward.server_port} has no port", hint=_RELAY)
    wanted = secrets(options.secrets)
    named = Redactor(wanted)
    named.check_names()
    check_reports(options.report, options.secrets, options.keys, [str(options.recording)] if options.recording else [])
    if options.inside:
        set_up()
    with tempfile.TemporaryDirectory(prefix="overheard-") as folder:
        recording = options.recording or Path(folder) / "watched.pcapng"
        with listen(
            secret={secret.name: secret.value for secret in wanted} or None,
            port=options.port,
            require=options.require,
            sent=SENT in options.vouch,
            interface=options.interface,
            capture_filter=options.filter,
            relay=options.relay,
            keys=options.keys,
            recording=recording,
        ) as wire:
            spared = {*members()} if options.inside else ()
            code = run_program(options.program)
            # Nobody can reach it any more. What it says at its end is recorded.
            left = end_others(spared) if options.inside else []
        report = wire.report
        redactor = named if wanted else CredentialRedactor(report.found)
        present(options, report, redactor, began, temporary=f"{folder}/")
    if not options.quiet:
        sys.stdout.flush()
        if left:
            sys.stderr.write(f"overheard: ended what the command left running: {', '.join(left)}\n")
        sys.stderr.write(f"overheard: the command {_ended(code)}; the verdict is {report.outcome}\n")
    failed = COMMAND_FAILED if code and COMMAND in options.fail_on else 0
    # If nobody listened, that is no matter of choice.
    fail_on = options.fail_on if wire.recorded else [*options.fail_on, INCONCLUSIVE]
    return exit_code(report.outcome, fail_on) or failed


def _ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
