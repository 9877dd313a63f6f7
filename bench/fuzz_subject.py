"""What `fuzz.py` knows of a reader."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass

from measure import held


@dataclass(frozen=True)
class Subject:
    """A reader: how an input for it is drawn, and how it is read, which returns what came of it in a word or two.

    `longest` is the CPU time that an input may take, in seconds; `memory` the memory that the reader has, in bytes.
    """

    draw: Callable[[random.Random], bytes]
    read: Callable[[bytes], str]
    longest: float = 2
    memory: Callable[[], int] = lambda: held(os.getpid())


class FoundError(Exception):
    """What is said about an input is wrong."""
