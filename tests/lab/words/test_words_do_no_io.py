"""`overheard.words` imports nothing that could do I/O, as its docstring says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import overheard.words

_FOLDER = Path(overheard.words.__path__[0])
_MODULES = sorted(
    ".".join(("overheard.words", *path.relative_to(_FOLDER).with_suffix("").parts)).removesuffix(".__init__")
    for path in _FOLDER.rglob("*.py")
)
_PROGRAM = """
import importlib
for name in {modules!r}:
    importlib.import_module(name)
new = set(sys.modules) - before
print(*sorted({{name.partition(".")[0] for name in new}} - sys.stdlib_module_names - {{"overheard"}}))
print(*sorted(name for name in new if name.startswith("overheard.") and not name.startswith("overheard.words")))
print(*sorted({{"socket", "subprocess", "ssl", "http.client", "pathlib", "tempfile"}} & new))
"""


def test_importing_them_loads_only_the_standard_library_without_io() -> None:
    # Modules that the interpreter loads at its start, such as for an editable install, do not count.
    program = "import sys; before = set(sys.modules)" + _PROGRAM.format(modules=_MODULES)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    foreign, others, io = done.stdout.split("\n")[:3]
    assert (foreign, others) == ("", "")
    assert io == ""
