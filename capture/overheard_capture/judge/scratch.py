"""A folder for temporary files, which most captures do not need."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from pathlib import Path


class Scratch(ExitStack):
    """As a context: its `folder` is made when it is first asked for, and removed at the end."""

    @cached_property
    def folder(self) -> Path:
        """The folder, which is empty at first. Raises OSError."""
        import tempfile  # noqa: PLC0415  (it takes longer to import than a small capture to read)

        return Path(self.enter_context(tempfile.TemporaryDirectory(prefix="overheard-")))
