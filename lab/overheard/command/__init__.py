"""The command `overheard`. Here, and nowhere below, is it known what a person typed."""

from overheard.command.main import main

__all__ = ["main"]
