"""The words are to be had without anything that could reach out: a promise of the folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import overheard.words

_MODULES = sorted(path.stem for path in Path(overheard.words.__path__[0]).glob("*.py"))
_PROGRAM = """
import builtins, importlib, sys
standard = set(sys.stdlib_module_names)
def refuse(*arguments, **options):
    raise AssertionError("the words opened a file, a socket or a process")
for name in {modules!r}:
    importlib.import_module("overheard.words" if name == "__init__" else f"overheard.words.{{name}}")
foreign = {{name.partition(".")[0] for name in sys.modules}} - standard - {{"overheard", "__mp_main__"}} - before
print(*sorted(foreign))
print(*sorted(name for name in sys.modules if name.startswith("overheard.") and not name.startswith("overheard.words")))
print(*sorted({{"socket", "subprocess", "ssl", "http.client", "pathlib", "tempfile"}} & set(sys.modules) - before))
"""


def test_importing_them_brings_the_standard_library_alone_and_nothing_that_does_io() -> None:
    # What the interpreter itself has loaded before, an editable install among it, is none of their doing.
    program = "import sys; before = set(sys.modules)" + _PROGRAM.format(modules=_MODULES)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    foreign, others, io = done.stdout.split("\n")[:3]
    assert (foreign, others) == ("", "")
    # urllib.parse and secrets bring nothing of these.
    assert io == ""
