"""Creates a virtual environment with the pip (and setuptools) that its Python brings: `python3 virtual_env.py DIR`.

`python3 -m venv` would run pip to install the same, and compile all of its modules, most of which are never imported.
"""

from __future__ import annotations

import ensurepip
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

folder = sys.argv[1]
venv.create(folder, symlinks=True)
# Some distributions keep wheels in one place for all of their Pythons.
bundled = sysconfig.get_config_var("WHEEL_PKG_DIR") or Path(ensurepip.__file__).with_name("_bundled")
for package in venv.CORE_VENV_DEPS:
    (file,) = Path(bundled).glob(f"{package}-*.whl")
    with zipfile.ZipFile(file) as wheel:
        wheel.extractall(sysconfig.get_path("purelib", "venv", {"base": folder}))
