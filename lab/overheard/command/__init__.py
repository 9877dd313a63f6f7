"""The command `overheard`. Only this package deals with command-line arguments."""

from overheard.command.main import main

__all__ = ["main"]
