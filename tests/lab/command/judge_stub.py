"""`overheard scan` with a stub of the judge, or as a process."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from overheard.command import scanning
from overheard.command.main import _parser
from overheard.words.options import Options
from overheard.words.report import Report
from overheard.words.secret import Secret
from processes import ended

VALUE = "correct horse battery"


class StubJudge:
    """A stub of the judge: returns a given report, and keeps the arguments of the last call."""

    def __init__(self, says: Report) -> None:
        self.says = says
        self.asked: dict[str, Any] = {}

    def __call__(
        self,
        files: list[str],
        secrets: list[Secret] | None,
        ways: Options,
        **options: Any,  # noqa: ANN401
    ) -> Report:
        chosen = {name: getattr(ways, name) for name in ("any_case", "limits")}
        chosen |= {name: list(getattr(ways, name)) for name in ("only", "without")}
        self.asked = {
            "files": files,
            "secrets": secrets,
            **chosen,
            "vouched": sorted(ways.vouched),
            "required": sorted(ways.required),
            **({"sealed_endpoints": list(ways.sealed_endpoints)} if secrets is None else {}),
            **options,
        }
        return self.says


def scan(*arguments: str) -> int:
    return scanning.scan(_parser().parse_args(["scan", *arguments]))


def command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return ended([sys.executable, "-m", "overheard", "scan", *arguments], **variables)
