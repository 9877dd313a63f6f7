"""HTTP: nginx, with and without TLS, over HTTP/1.1 and HTTP/2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from applications.heard import OVERHEARD, PASSWORD, PROVED, heard
from applications.servers import WebPorts, run
from ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from applications.servers import Place
    from overheard.witness.pytest_plugin import Overheard

NGINX = """
daemon off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{ports.http};
        location / {{ return 200 "welcome"; }}
    }}
    server {{
        listen 127.0.0.1:{ports.https} ssl http2;
        ssl_certificate {files.certificate};
        ssl_certificate_key {files.key};
        location / {{ return 200 "welcome"; }}
        location /behind/ {{ proxy_pass http://127.0.0.1:{ports.http}/; }}
    }}
}}
"""


@pytest.fixture(scope="module")
def ports(place: Place) -> Iterator[WebPorts]:
    first = free_ports(2)
    made = WebPorts(first, first + 1)
    place.write("nginx.conf", NGINX.format(folder=place.folder, files=place.files, ports=made))
    with place.running("nginx", "-e", "stderr", "-c", place.folder / "nginx.conf", ports=made):
        yield made


def log_in(url: str, *options: str) -> None:
    assert run("curl", "-sS", "--noproxy", "*", *options, "-u", f"acorn:{PASSWORD}", url) == "welcome"


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_basic_authentication(overheard: Overheard, place: Place, ports: WebPorts, version: str) -> None:
    in_clear = heard(overheard, ports.http, lambda: log_in(f"http://localhost:{ports.http}/", version))
    assert in_clear == OVERHEARD
    url, trust = f"https://localhost:{ports.https}/", ("--cacert", str(place.files.root))
    assert heard(overheard, ports.https, lambda: log_in(url, version, *trust), require="sealed") == PROVED


def test_behind_a_proxy_that_ends_tls_it_is_overheard(overheard: Overheard, place: Place, ports: WebPorts) -> None:
    def log_in_behind() -> None:
        log_in(f"https://localhost:{ports.https}/behind/", "--cacert", str(place.files.root))

    assert heard(overheard, ports.https, log_in_behind, require="sealed") == PROVED
    assert heard(overheard, ports.http, log_in_behind) == OVERHEARD
