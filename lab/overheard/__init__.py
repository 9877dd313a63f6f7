"""Overheard: what did an eavesdropper on this wire get to know?

`words` at the bottom imports nothing and does nothing but say what things are; `role` and `report` are what the
programs of the lab share; `engines` and `command` at the top know all of them.

    from overheard import judge
    report = judge("capture.pcapng", {"password": "correct horse"})
    print(report.outcome)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from overheard_capture.judge.api import judge_files as judge

__all__ = ["__version__", "judge"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # noqa: ANN401  (it is what the name says)
    # Late: the words and the roles are imported by many who never judge.
    if name == "judge":
        from overheard_capture.judge.api import judge_files  # noqa: PLC0415

        return judge_files
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
