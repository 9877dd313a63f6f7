"""MQTT: mosquitto, with its own client, and one in Python, which writes session keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from applications.heard import OVERHEARD, PASSWORD, PROVED, SHAPED, heard
from applications.servers import run
from ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from applications.servers import Place
    from overheard.witness.pytest_plugin import Overheard

MESSAGE = "behind the hollow oak"


class Broker(NamedTuple):
    """Its ports, and the root that a client trusts."""

    clear: int
    tls: int
    root: Path


@pytest.fixture(scope="module")
def broker(place: Place) -> Iterator[Broker]:
    first = free_ports(2)
    made = Broker(first, first + 1, place.files.root)
    tls = f"certfile {place.files.certificate}\nkeyfile {place.files.key}\n"
    listeners = f"listener {made.clear} 127.0.0.1\nlistener {made.tls} 127.0.0.1\n{tls}"
    place.write("mosquitto.conf", f"allow_anonymous true\n{listeners}")
    with place.running("mosquitto", "-c", "mosquitto.conf", ports=made[:2]):
        yield made


def publish(broker: Broker, *, tls: bool) -> None:
    from paho.mqtt.client import Client  # noqa: PLC0415  (every worker would import it, and one uses it)
    from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415

    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("acorn", PASSWORD)
    if tls:
        client.tls_set(str(broker.root))
    client.connect("localhost", broker.tls if tls else broker.clear)
    client.loop_start()
    client.publish("oak", MESSAGE, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def test_a_login_and_a_message_in_clear_are_overheard(overheard: Overheard, broker: Broker) -> None:
    for secret in (PASSWORD, MESSAGE):
        assert heard(overheard, broker.clear, lambda: publish(broker, tls=False), secret=secret) == OVERHEARD


def test_over_tls_they_are_sealed(overheard: Overheard, broker: Broker) -> None:
    for secret in (PASSWORD, MESSAGE):
        found = heard(overheard, broker.tls, lambda: publish(broker, tls=True), secret=secret, require="sealed")
        assert found == PROVED


def test_the_client_of_mosquitto_writes_no_keys(overheard: Overheard, broker: Broker) -> None:
    def publish_by_command(port: int, *options: str) -> None:
        login = "-u", "acorn", "-P", PASSWORD
        run("mosquitto_pub", "-h", "localhost", "-p", str(port), *options, *login, "-t", "oak", "-m", MESSAGE)

    assert heard(overheard, broker.clear, lambda: publish_by_command(broker.clear)) == OVERHEARD
    trust = "--cafile", str(broker.root)
    assert heard(overheard, broker.tls, lambda: publish_by_command(broker.tls, *trust), sent=True) == SHAPED
