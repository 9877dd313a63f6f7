"""A plain installation has scan, show, errors and the library. If more is needed, it names what to install."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from install.captures import SCAN, SECRET
from install.places import HERE
from overheard import __version__

if TYPE_CHECKING:
    from install.captures import Samples
    from install.installers import Installed, Tools

pytestmark = pytest.mark.slow

_JUDGE = "import sys; from overheard import judge; print(judge(sys.argv[1], {'password': sys.argv[2]}).outcome)"
_COMPILED = "from overheard_capture.native import core; print(core() is not None)"
_VERSION = "import sys; print(sys.version_info >= (3, 14))"


def test_its_version_is_installed(installed: Installed) -> None:
    done = installed.overheard("--version")
    assert (done.returncode, done.stdout) == (0, f"overheard {__version__}\n")


def test_the_newest_python_of_debian_is_tested(installed: Installed) -> None:
    assert installed.says(_VERSION) == str(installed.place.name == "testing")


def test_a_leak_is_found_exactly_as_in_the_environment_of_the_tests(
    installed: Installed, samples: Samples, wanted: str
) -> None:
    """In every content coding, whatever library decodes it, with and without the compiled part."""
    done = installed.overheard(*SCAN, samples.leak)
    assert (done.returncode, done.stdout) == (1, wanted), done.stderr
    (verdict,) = json.loads(wanted)["verdicts"].values()
    assert [seen["layers"] for seen in verdict["sightings"]] == [["gzip"], ["br"], ["zstd"]]


def test_without_a_leak_it_is_protected_or_inconclusive(installed: Installed, samples: Samples) -> None:
    assert installed.overheard(*SCAN, samples.clean).returncode == 2
    done = installed.overheard(*SCAN[:-1], samples.clean, "--vouch", "whole", "--vouch", "sent")
    assert (done.returncode, done.stdout.split()[:2]) == (0, ["PROTECTED", "password"])


def test_it_can_be_used_as_a_library(installed: Installed, samples: Samples) -> None:
    assert installed.says(_JUDGE, samples.leak, SECRET) == "OVERHEARD"


def test_certificates_and_errors_are_explained(installed: Installed, samples: Samples) -> None:
    shown = installed.overheard("show", samples.certificate)
    assert (shown.returncode, "Nothing wrong was found" in shown.stdout) == (0, True), shown.stderr
    found = installed.overheard("errors", "certificate has expired")
    assert (found.returncode, "cure" in found.stdout) == (0, True), found.stderr


@pytest.mark.parametrize("command", [("demo",), ("run", "http", "--engine", "local")], ids=" ".join)
def test_the_lab_names_the_extra_that_it_needs(installed: Installed, command: tuple[str, ...]) -> None:
    done = installed.overheard(*command)
    assert (done.returncode, done.stdout) == (3, "")
    *_, line = done.stderr.splitlines()
    assert line.startswith(
        "overheard: the lab's Python packages are not installed (acme, dns, flask, gunicorn, josepy, pyshark, requests)"
    )
    assert "pip install 'overheard[lab]'" in line
    assert "Traceback" not in done.stderr


def test_the_sidecar_names_the_extra_that_it_needs(installed: Installed) -> None:
    done = installed.overheard("sidecar")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert "run: pip install 'overheard[sidecar]'" in done.stderr


def test_a_role_names_the_extra_that_it_needs(installed: Installed) -> None:
    client = (installed.python, "-m", "overheard_services.client")
    done = installed.place.run(*client, SECRET_URL="http://127.0.0.1:9")  # noqa: S106  (an address)
    assert done.returncode == 3
    assert "not installed (requests); run: pip install 'overheard[lab]'" in done.stderr


def test_the_named_extra_can_be_installed_and_includes_pyshark_where_that_works(
    installed: Installed, tools: Tools
) -> None:
    output = tools.dry_run(installed, "overheard[lab]")
    assert " + flask==" in output
    assert (" + pyshark==" in output) is (installed.says(_VERSION) == "False")


def test_the_compiled_part_is_installed_where_it_was_built(
    installed: Installed, request: pytest.FixtureRequest
) -> None:
    place, _, what = request.node.callspec.params["installed"]
    compiler = bool(shutil.which("cc"))
    assert installed.says(_COMPILED) == str(compiler and (place == HERE or what == "wheel"))
