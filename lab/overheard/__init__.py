"""Overheard: what did an eavesdropper on this wire learn?

`words`, at the bottom, imports nothing and only defines what things are; `role` and `report` are shared by the
programs of the lab; `engines` and `command`, at the top, use all of them.

    from overheard import Options, judge
    report = judge("capture.pcapng", {"password": "correct horse"}, Options(vouched={"whole", "sent"}))
    print(report.outcome)

    with listen(port=8443, secret="correct horse battery") as wire:
        ...
    assert wire.verdict.protected, wire.verdict
"""

from __future__ import annotations

# As type checkers know it. Nothing is imported here: the command, which is below this, can be interrupted at any time.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from overheard.witness.listening import listen
    from overheard.words.options import Options
    from overheard.words.report import Report
    from overheard_capture.judge.api import judge

__all__ = ["Options", "Report", "__version__", "judge", "listen"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # noqa: ANN401  (it is what the name says)
    # Imported late: most users of the words and the roles never judge.
    if name in ("Options", "Report", "judge"):
        from overheard_capture.judge import api  # noqa: PLC0415

        return getattr(api, name)
    if name == "listen":
        from overheard.witness.listening import listen  # noqa: PLC0415

        return listen
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
