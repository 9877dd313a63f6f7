"""AMQP: RabbitMQ, with a client in Python, which writes session keys."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, NamedTuple

import pika
import pytest

from applications.heard import OVERHEARD, PASSWORD, PROVED, heard
from applications.servers import program
from ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from applications.servers import Place
    from overheard.witness.pytest_plugin import Overheard

MESSAGE = b"behind the hollow oak"
RABBITMQ_CONF = """
listeners.tcp.1 = 127.0.0.1:{broker.clear}
listeners.ssl.1 = 127.0.0.1:{broker.tls}
ssl_options.cacertfile = {files.root}
ssl_options.certfile = {files.certificate}
ssl_options.keyfile = {files.key}
ssl_options.verify = verify_none
default_user = acorn
default_pass = {password}
log.console = true
"""
# One thread for each kind of work is enough, and none waits busily. Nothing of it is read from standard input.
ERLANG = "+S 1:1 +A 1 +sbwt none +sbwtdcpu none +sbwtdio none -noinput -kernel inet_dist_use_interface {127,0,0,1}"


class Broker(NamedTuple):
    """Its ports, and the root that a client trusts."""

    clear: int
    tls: int
    root: Path


@pytest.fixture(scope="module")
def broker(place: Place) -> Iterator[Broker]:
    first = free_ports(4)
    made, epmd, distribution = Broker(first, first + 1, place.files.root), first + 2, first + 3
    folder = place.make("state")
    place.write(
        "rabbitmq.conf", RABBITMQ_CONF.format(broker=made, files=place.files, password=PASSWORD.replace(" ", "-"))
    )
    place.write("enabled_plugins", "[].\n")
    settings = {
        "HOME": folder,
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": epmd,
        "RABBITMQ_ALLOW_INPUT": "true",
        "RABBITMQ_CONFIG_FILE": place.folder / "rabbitmq.conf",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_DIST_PORT": distribution,
        "RABBITMQ_ENABLED_PLUGINS_FILE": place.folder / "enabled_plugins",
        "RABBITMQ_LOG_BASE": folder,
        "RABBITMQ_MNESIA_BASE": folder,
        "RABBITMQ_NODENAME": "oak@localhost",
        "RABBITMQ_PID_FILE": folder / "pid",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG,
    }
    command = ["env", *(f"{name}={value}" for name, value in settings.items()), program("rabbitmq-server")]
    names = place.running("epmd", "-address", "127.0.0.1", "-port", str(epmd), ports=(epmd,))
    with names, place.running(*command, ports=made[:2]):
        yield made


def publish(broker: Broker, *, tls: bool) -> None:
    options = pika.SSLOptions(ssl.create_default_context(cafile=broker.root), "localhost") if tls else None
    login = pika.PlainCredentials("acorn", PASSWORD.replace(" ", "-"))
    where = pika.ConnectionParameters(
        "localhost", broker.tls if tls else broker.clear, credentials=login, ssl_options=options
    )
    with pika.BlockingConnection(where) as connection:
        channel = connection.channel()
        channel.queue_declare("oak")
        channel.basic_publish("", "oak", MESSAGE)


@pytest.mark.parametrize("secret", [PASSWORD.replace(" ", "-"), MESSAGE], ids=["password", "message"])
def test_in_clear_it_is_overheard_and_over_tls_it_is_sealed(
    overheard: Overheard, broker: Broker, secret: str | bytes
) -> None:
    assert heard(overheard, broker.clear, lambda: publish(broker, tls=False), secret=secret) == OVERHEARD
    found = heard(overheard, broker.tls, lambda: publish(broker, tls=True), secret=secret, require="sealed")
    assert found == PROVED
