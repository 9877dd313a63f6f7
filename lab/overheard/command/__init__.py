"""The command `overheard`. Only this package deals with command-line arguments."""

from __future__ import annotations


def main() -> None:
    """Run the command, and end the process, with 130 and one line if it is interrupted at any time."""
    # What follows takes long enough to be interrupted: so nothing is imported above.
    try:
        import signal  # noqa: PLC0415

        signal.signal(signal.SIGINT, _end_at_once)
        from overheard.command.main import main as run  # noqa: PLC0415
    except KeyboardInterrupt:
        _end_at_once()
    run()


def _end_at_once(*_: object) -> None:
    """End the process. There is nothing to clean up yet, and no exception that an import could turn into another."""
    import os  # noqa: PLC0415  (Python itself has imported it at its start)

    try:
        os.write(2, b"overheard: interrupted\n")
    finally:
        os._exit(130)
