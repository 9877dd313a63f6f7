"""The build hook of hatchling: the wheel has the compiled part, or is pure Python if there is no C compiler."""

from __future__ import annotations

import runpy
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

_NATIVE = "capture/overheard_capture/native"


class CompiledPart(BuildHookInterface[Any]):
    """Compiles the C part: for a wheel, or for an editable installation next to its source, as `make` does."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and add the result to the wheel."""
        native = runpy.run_path(str(Path(self.root) / _NATIVE / "build.py"))
        build, library_path = native["build"], native["library_path"]
        if version == "editable":
            build()
            return
        self._folder = Path(tempfile.mkdtemp(prefix="overheard-wheel-"))
        self.app.display_info(f"compiled part: {build(self._folder)}")
        library = self._folder / library_path().name
        if library.is_file():
            build_data["force_include"][str(library)] = f"{_NATIVE.partition('/')[2]}/{library.name}"
            build_data["pure_python"] = False
            # It is loaded by ctypes: it fits every version of Python, but only this C library and processor.
            build_data["tag"] = f"py3-none-{_platform()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002  (hatchling's)
        """Remove the temporary folder."""
        if version != "editable":
            shutil.rmtree(self._folder, ignore_errors=True)


def _platform() -> str:
    """The tag of this machine. It does not promise to work on others, as manylinux and musllinux would."""
    return next(tag for tag in platform_tags() if not tag.startswith(("manylinux", "musllinux")))
