"""The examples for Kubernetes: by its schemas, with kubectl beside a stand-in for its API, and as pods of podman."""

from __future__ import annotations

import shutil
import uuid
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import pytest
import requests
import yaml

from examples.api_server import ApiServer
from examples.beside import KUBERNETES, Podman, pod_of, run, until
from required import fail_or_skip

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "1.33"
SECRET, POD = yaml.safe_load_all((KUBERNETES / "pod.yaml").read_text())
CONFIG = """
apiVersion: v1
kind: Config
clusters: [{{name: here, cluster: {{server: "{url}"}}}}]
contexts: [{{name: here, context: {{cluster: here, user: me}}}}]
users: [{{name: me, user: {{}}}}]
current-context: here
"""


def validate(document: dict[str, Any]) -> None:
    """Validate by the schemas of Kubernetes, which allow no unknown field."""
    kubernetes_validate.validate(document, VERSION, strict=True)


@pytest.fixture(scope="module")
def ephemeral(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The container that debug.sh adds to the pod of the example, with its own options, as kubectl asks for it."""
    if not shutil.which("kubectl"):
        fail_or_skip("kubectl", "it was not found")
    home = tmp_path_factory.mktemp("kubectl")
    server = ApiServer(deepcopy(POD))
    with server.serving() as url:
        (home / "config").write_text(CONFIG.format(url=url))
        script = [str(KUBERNETES / "debug.sh"), "web", "--require", "sealed", "--window", "6"]
        run(*script, KUBECONFIG=str(home / "config"), HOME=str(home), ATTACH="false")
    validate({key: value for key, value in server.pod.items() if key != "status"})
    (container,) = server.pod["spec"]["ephemeralContainers"]
    found: dict[str, Any] = container
    return found


def test_the_pod_is_one_by_the_schemas_of_kubernetes() -> None:
    validate(SECRET)
    validate(POD)
    wrong = deepcopy(POD)
    wrong["spec"]["containers"][1]["securityContext"]["capabilites"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        validate(wrong)


def test_the_ephemeral_container_has_the_rights_and_settings_of_its_file(ephemeral: dict[str, Any]) -> None:
    wanted = yaml.safe_load((KUBERNETES / "debug.yaml").read_text())
    assert ephemeral["env"] == wanted["env"]
    assert wanted["securityContext"].items() <= ephemeral["securityContext"].items()
    assert ephemeral["command"] == ["overheard", "sidecar", "--require", "sealed", "--window", "6"]
    # The same rights as those of the sidecar in the pod, except that this one writes to its own file system.
    sidecar = POD["spec"]["containers"][1]["securityContext"]
    assert {**wanted["securityContext"], "readOnlyRootFilesystem": True} == sidecar


@pytest.mark.slow
def test_both_listen_beside_a_service_in_a_pod(podman: Podman, ephemeral: dict[str, Any], tmp_path: Path) -> None:
    """There are no ephemeral containers in podman: here it is one more container of the pod."""
    name = f"overheard-{uuid.uuid4().hex[:8]}"
    documents = pod_of(name, {**ephemeral, "name": "debug"})
    (tmp_path / "pod.yaml").write_text(yaml.safe_dump_all(documents))
    try:
        podman("kube", "play", str(tmp_path / "pod.yaml"))
        address = podman.address(name)
        until(lambda: ready(f"http://{address}:5698/readyz"))
        # podman 4.3 mounts secrets as they stand in the file, in base64.
        password = podman("exec", f"{name}-overheard", "cat", "/secrets/password")
        requests.post(f"http://{address}:8000/", data=f"user=a&word={password}", timeout=20)
        assert podman("wait", f"{name}-debug").strip() == "2"
        assert "in-clear: " in podman("logs", f"{name}-debug")
        podman("stop", "--time", "60", f"{name}-overheard")
        assert podman("inspect", f"{name}-overheard", "--format", "{{.State.ExitCode}}").strip() == "1"
        said = podman("logs", f"{name}-overheard")
        assert "password: seen in frame" in said
        assert password not in said
    finally:
        podman("pod", "rm", "--force", name, check=False)
        podman("secret", "rm", documents[0]["metadata"]["name"], check=False)


def ready(url: str) -> bool:
    """Whether it answers that it is."""
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False
