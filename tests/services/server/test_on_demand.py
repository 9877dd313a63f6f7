"""When what is served with is obtained, and whom that delays: nobody but the first client."""

from __future__ import annotations

import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from overheard.words.errors import EnrolmentError
from overheard_services.server.on_demand import Obtained, OnDemand
from processes import SOON, eventually

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LIFE = timedelta(days=30)


class Authority:
    """Hands out certificates, once it is `ready`; its clock is that of the server."""

    def __init__(self) -> None:
        self.now, self.refuses = BEGIN, False
        self.ready = threading.Event()
        self.ready.set()
        self.handed_out: list[ssl.SSLContext] = []
        self.asked = 0

    def obtain(self) -> Obtained[ssl.SSLContext]:
        self.asked += 1
        assert self.ready.wait(SOON)
        if self.refuses:
            raise EnrolmentError("refused")
        self.handed_out.append(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        return Obtained(self.handed_out[-1], self.now, self.now + LIFE)

    def certificate(self) -> OnDemand[ssl.SSLContext]:
        return OnDemand(self.obtain, lambda: self.now)


def test_nobody_is_asked_before_a_client_comes_and_then_once_for_all_of_them() -> None:
    authority = Authority()
    certificate = authority.certificate()
    assert authority.asked == 0
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: certificate.current(), range(32)))
    assert got == authority.handed_out * 32
    assert authority.asked == 1


def test_it_is_kept_for_two_thirds_of_its_life() -> None:
    authority = Authority()
    certificate = authority.certificate()
    certificate.current()
    authority.now += LIFE * 2 / 3 - timedelta(seconds=1)
    assert certificate.current() is authority.handed_out[0]
    assert authority.asked == 1


def test_then_it_is_renewed_beside_the_clients_none_of_whom_waits() -> None:
    authority = Authority()
    certificate = authority.certificate()
    first = certificate.current()
    authority.now += LIFE * 2 / 3
    authority.ready.clear()
    assert [certificate.current() for _ in range(100)] == [first] * 100
    assert eventually(lambda: authority.asked == 2)
    authority.ready.set()
    assert eventually(lambda: certificate.current() is not first)
    assert certificate.current() is authority.handed_out[1]
    assert authority.asked == 2


def test_a_renewal_that_fails_is_tried_again_after_a_pause_and_costs_no_client_anything() -> None:
    authority = Authority()
    certificate = authority.certificate()
    first = certificate.current()
    authority.now += LIFE * 2 / 3
    authority.refuses = True

    def a_second_later() -> ssl.SSLContext:
        authority.now += timedelta(seconds=1)
        return certificate.current()

    def asked_again() -> bool:
        assert a_second_later() is first
        return authority.asked == 3

    assert eventually(asked_again)
    assert authority.now >= BEGIN + LIFE * 2 / 3 + timedelta(seconds=10)
    authority.refuses = False
    assert eventually(lambda: a_second_later() is not first)
    assert authority.asked == 4


def test_one_that_has_ended_is_not_served() -> None:
    authority = Authority()
    certificate = authority.certificate()
    first = certificate.current()
    authority.now += LIFE
    assert certificate.current() is not first
    authority.now += LIFE
    authority.refuses = True
    with pytest.raises(EnrolmentError, match="refused"):
        certificate.current()


def test_without_one_each_client_gets_the_error_and_the_ca_is_asked_once_in_ten_seconds() -> None:
    authority = Authority()
    authority.refuses = True
    certificate = authority.certificate()
    for _ in range(5):
        with pytest.raises(EnrolmentError, match="refused"):
            certificate.current()
    assert authority.asked == 1
    authority.refuses = False
    authority.now += timedelta(seconds=10)
    assert certificate.current() is authority.handed_out[0]
