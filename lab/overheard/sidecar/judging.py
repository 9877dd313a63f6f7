"""Judging a window in a process of its own: its memory is given back, and if it is killed, only this window suffers."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from overheard.sidecar.window import Judged, failed
from overheard.witness.redaction import Redactor
from overheard.words.options import Limits, Options
from overheard.words.recording import Recording
from overheard.words.secret import Secret
from overheard.words.verdict import Check, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# How long a window may take, in seconds.
_LONG = 600
_COMMAND = [sys.executable, "-P", "-m", "overheard.sidecar.judge_process"]


@dataclass(frozen=True)
class Job:
    """A window to be judged: its folder, and that of the window before it; the notes on its recording.

    `next_began` is a moment before the recording of the next window began, None if there is none; `carry` how many
    bytes may be carried on to it. `faults` are further checks that do not hold.
    """

    folder: Path
    before: Path
    recording: Recording
    next_began: float | None
    carry: int
    secrets: Sequence[Secret]
    keys: Sequence[Path]
    options: Options
    faults: Sequence[Check] = ()

    def to_json(self) -> str:
        """As text. It has the secrets."""
        data: dict[str, Any] = {
            "folder": str(self.folder),
            "before": str(self.before),
            "recording": self.recording.to_json(),
            "next_began": self.next_began,
            "carry": self.carry,
            "secrets": [[secret.name, base64.b64encode(secret.value).decode()] for secret in self.secrets],
            "keys": [str(path) for path in self.keys],
            "options": asdict(self.options),
            "faults": [asdict(check) for check in self.faults],
        }
        return json.dumps(data)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The opposite of `to_json`."""
        data: Mapping[str, Any] = json.loads(text)
        return cls(
            folder=Path(data["folder"]),
            before=Path(data["before"]),
            recording=Recording(**data["recording"]),
            next_began=data["next_began"],
            carry=data["carry"],
            secrets=[Secret(name, base64.b64decode(value)) for name, value in data["secrets"]],
            keys=[Path(path) for path in data["keys"]],
            options=Options(**{**data["options"], "limits": Limits(*data["options"]["limits"])}),
            faults=[Check(**{**check, "rule": Rule(check["rule"])}) for check in data["faults"]],
        )


def judged(job: Job) -> Judged:
    """What the judge says. A judge that fails, in whatever way, is a reason against PROTECTED."""
    names = [secret.name for secret in job.secrets]
    try:
        # Ctrl-C in a terminal is for the sidecar alone.
        done = subprocess.run(
            _COMMAND, input=job.to_json(), capture_output=True, text=True, timeout=_LONG, check=False, process_group=0
        )
    except subprocess.TimeoutExpired:
        says = f"the judge took more than {_LONG // 60} minutes"
        return failed("judge", says, "make windows shorter, or record less (OVERHEARD_PORTS, OVERHEARD_FILTER)", names)
    except OSError as problem:
        return failed("judge", f"the judge cannot be started: {problem.strerror}", "give it more memory", names)
    if done.returncode == 0:
        try:
            return Judged.from_json(json.loads(done.stdout))
        except (ValueError, KeyError, TypeError):
            return failed("judge", "the judge said nothing that can be read", "please report it", names)
    if done.returncode < 0:
        says = f"the judge was ended by signal {-done.returncode}"
        return failed("judge", says, "give the container more memory, or make windows shorter", names)
    # Of an internal error nobody knows what it quotes.
    says, _, hint = Redactor(job.secrets).redacted(done.stderr).strip().partition("\n")
    return failed("judge", says.removeprefix("overheard sidecar: "), hint.strip(), names)
