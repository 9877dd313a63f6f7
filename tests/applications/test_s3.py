"""S3: the server of moto, with boto3."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server

from applications.heard import OVERHEARD, PASSWORD, PROVED, heard
from applications.servers import WebPorts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from applications.servers import Place
    from overheard.witness.pytest_plugin import Overheard


@pytest.fixture(scope="module")
def ports(place: Place) -> Iterator[WebPorts]:
    from moto.moto_server import werkzeug_app as moto  # noqa: PLC0415  (every worker would import it, and one uses it)

    store = moto.DomainDispatcherApplication(moto.create_backend_app)
    certificate = str(place.files.certificate), str(place.files.key)
    servers = [make_server("localhost", 0, store, threaded=True, ssl_context=each) for each in (None, certificate)]
    with ExitStack() as stack:
        for server in servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
        yield WebPorts(*(server.port for server in servers))


def put(url: str, root: str | None = None) -> None:
    """Put an object into a new bucket."""
    import boto3  # noqa: PLC0415  (as above)
    from botocore.config import Config  # noqa: PLC0415

    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="acorn",
        aws_secret_access_key="nut",  # noqa: S106  (nobody's)
        verify=root,
        config=Config(s3={"addressing_style": "path"}, proxies={}),
    )
    client.create_bucket(Bucket="hollow-oak")
    client.put_object(Bucket="hollow-oak", Key="password.txt", Body=PASSWORD.encode())
    client.close()


def test_an_object_is_stored(overheard: Overheard, place: Place, ports: WebPorts) -> None:
    assert heard(overheard, ports.http, lambda: put(f"http://localhost:{ports.http}")) == OVERHEARD
    url, root = f"https://localhost:{ports.https}", str(place.files.root)
    assert heard(overheard, ports.https, lambda: put(url, root), require="sealed") == PROVED
