"""As much of the API of Kubernetes as `kubectl debug` asks for: one pod, to which ephemeral containers are added."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_POD = {"name": "pods", "namespaced": True, "kind": "Pod", "verbs": ["get", "list", "patch", "watch"]}


class ApiServer:
    """The server, and the pod as it is."""

    def __init__(self, pod: dict[str, Any]) -> None:
        self.pod = {**pod, "status": {"phase": "Running"}}
        self.pod["metadata"] = {**pod["metadata"], "namespace": "default", "uid": "1", "resourceVersion": "1"}
        resources = [_POD, {**_POD, "name": "pods/ephemeralcontainers"}]
        self._pages: dict[str, Any] = {
            "/version": {"major": "1", "minor": "32", "gitVersion": "v1.32.0"},
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
            "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": resources},
            f"/api/v1/namespaces/default/pods/{pod['metadata']['name']}": self.pod,
        }

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve at the URL that this yields."""
        own = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                page = own._pages.get(self.path.partition("?")[0])
                self.answer(page or {"kind": "Status", "code": 404}, 200 if page else 404)

            def do_PATCH(self) -> None:
                patch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                own.pod["spec"]["ephemeralContainers"] = patch["spec"]["ephemeralContainers"]
                self.answer(own.pod, 200)

            def answer(self, data: object, status: int) -> None:
                content = json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None: ...

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}"
            finally:
                server.shutdown()
                thread.join()
