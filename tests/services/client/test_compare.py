"""Results of attempts compared with what was expected: exactly the deviations are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from overheard.words.result import Exchange
from overheard.words.scenario import Wire
from overheard.words.services import HTTP, HTTPS, Service
from overheard.words.sighting import Sighting
from overheard.words.story import SCENARIOS
from overheard.words.verdict import Outcome, Verdict
from overheard.words.visible import Alert, Visible
from overheard_services.client import compare
from overheard_services.client.attempt import Answer
from overheard_services.client.compare import exchanges
from services.client.place import MESSAGE, attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard.words.scenario import Attempt

GOT = Answer(MESSAGE)
REFUSED = Answer(error="SSLError: certificate verify failed")


def stream(number: int = 0, port: int = HTTP.port, **shows: Any) -> Visible:  # noqa: ANN401  (any field of a stream)
    seen = {"sent": 300, "answered": 200, "content": "text", **shows}
    return Visible(number, "10.0.0.2:50000", f"10.0.0.3:{port}", 0.0, 0.1, **seen)


def tls(number: int = 0, **shows: Any) -> Visible:  # noqa: ANN401  (any field of a stream)
    return stream(number, HTTPS.port, **{"content": "TLS", "hello_frames": (4, 6), **shows})


def alert(name: str, sender: str = "client") -> Alert:
    return Alert(8, sender, "fatal", name)


def sighting(in_stream: int) -> Sighting:
    return Sighting("the secret", "plainly", 5, 100, 11, in_stream, "server to client", 60, (5,))


def verdict(*visible: Visible, sighted: Sequence[int] = ()) -> Verdict:
    outcome = Outcome.OVERHEARD if sighted else Outcome.INCONCLUSIVE
    return Verdict(outcome, (), tuple(map(sighting, sighted)), visible=visible)


def came(
    one: Attempt, answer: Answer, *visible: Visible, sighted: Sequence[int] = (), message: str = MESSAGE
) -> Exchange:
    """The result of a single attempt."""
    (exchange,) = exchanges([one], [answer], verdict(*visible, sighted=sighted), message)
    return exchange


# ---- what the client got


def test_the_message_is_received_and_not_repeated() -> None:
    exchange = came(attempt(HTTP), Answer(MESSAGE, notes=("a note",)), stream())
    assert exchange == Exchange("an attempt", received=True, notes=("a note",))
    assert MESSAGE not in repr(exchange)


def test_the_message_is_the_one_of_the_run() -> None:
    assert came(attempt(HTTP), Answer("bushy tail"), stream(), message="bushy tail").received
    exchange = came(attempt(HTTP), GOT, stream(), message="bushy tail")
    assert not exchange.received
    assert exchange.error == "the server sent something else, 11 characters"
    assert exchange.wrong == (f"the client should get the message, but the error was: {exchange.error}",)


def test_an_unexpected_error_is_reported() -> None:
    exchange = came(attempt(HTTP), REFUSED, stream())
    assert (exchange.received, exchange.error) == (False, REFUSED.error)
    assert exchange.wrong == (
        "the client should get the message, but the error was: SSLError: certificate verify failed",
    )


def test_an_expected_error_is_no_deviation() -> None:
    assert came(attempt(HTTPS, error="verify failed"), REFUSED, tls()) == Exchange(
        "an attempt", received=False, error=REFUSED.error
    )


@pytest.mark.parametrize(
    ("answer", "reported"),
    [
        (GOT, "the client should fail with “hostname”, but got the message"),
        (REFUSED, "the client should fail with “hostname”, but the error was: SSLError: certificate verify failed"),
        (
            Answer("an acorn"),
            "the client should fail with “hostname”, but the error was: the server sent something else, 8 characters",
        ),
    ],
)
def test_a_missing_or_different_error_is_reported(answer: Answer, reported: str) -> None:
    assert came(attempt(HTTPS, error="hostname"), answer, tls()).wrong == (reported,)


@pytest.mark.parametrize(("openssl", "said"), [((3, 0), "sslv3 alert"), ((3, 5), "ssl/tls alert")])
def test_the_expected_error_is_that_of_the_clients_openssl(
    monkeypatch: pytest.MonkeyPatch, openssl: tuple[int, int], said: str
) -> None:
    monkeypatch.setattr(compare, "_OPENSSL", openssl)
    one = attempt(HTTPS, error="sslv3 alert", newer_error="ssl/tls alert")
    for other in ("sslv3 alert", "ssl/tls alert"):
        assert bool(came(one, Answer(error=f"SSLError: {other}"), tls()).wrong) is (other != said)


# ---- how the server called it, and what it was warned of


@pytest.mark.parametrize(
    ("awaited", "said", "wrong"),
    [
        ("", "", ()),
        ("Hello squirrel", "Hello squirrel", ()),
        ("Hello squirrel", "", ("the greeting should be “Hello squirrel”, but was “”",)),
        ("", "Hello squirrel", ("the greeting should be “”, but was “Hello squirrel”",)),
        ("Hello squirrel", "Hello acorn", ("the greeting should be “Hello squirrel”, but was “Hello acorn”",)),
    ],
)
def test_an_unexpected_greeting_is_reported(awaited: str, said: str, wrong: tuple[str, ...]) -> None:
    assert came(attempt(HTTPS, greeting=awaited), Answer(MESSAGE, greeting=said), tls()).wrong == wrong


INSECURE, OTHER = "InsecureRequestWarning: Unverified", "DeprecationWarning: old"


@pytest.mark.parametrize(
    ("awaited", "warned", "reported"),
    [
        ("", (), ""),
        ("InsecureRequestWarning", (INSECURE,), ""),
        ("InsecureRequestWarning", (), "of InsecureRequestWarning, but was warned of nothing"),
        ("", (INSECURE,), "of nothing, but was warned of InsecureRequestWarning"),
        ("InsecureRequestWarning", (OTHER,), "of InsecureRequestWarning, but was warned of DeprecationWarning"),
        (
            "InsecureRequestWarning",
            (INSECURE, OTHER),
            "of InsecureRequestWarning, but was warned of InsecureRequestWarning, DeprecationWarning",
        ),
    ],
)
def test_an_unexpected_warning_is_reported(awaited: str, warned: tuple[str, ...], reported: str) -> None:
    wrong = came(attempt(HTTPS, warning=awaited), Answer(MESSAGE, warned=warned), tls()).wrong
    assert wrong == ((f"the client should be warned {reported}",) if reported else ())


# ---- what the wire shows

UNKNOWN_CA = Wire("unknown_ca", "client")
AWAITED = "the wire should show unknown_ca from the client, and no application data, but shows "


@pytest.mark.parametrize(
    ("seen", "reported"),
    [
        (tls(alerts=(alert("unknown_ca"),)), ""),
        (tls(), "no alert, and no application data"),
        (tls(alerts=(alert("bad_certificate"),)), "bad_certificate from the client, and no application data"),
        (tls(alerts=(alert("unknown_ca", "server"),)), "unknown_ca from the server, and no application data"),
        (
            tls(alerts=(alert("unknown_ca"), alert("close_notify", "server"))),
            "unknown_ca from the client and close_notify from the server, and no application data",
        ),
        (tls(alerts=(alert("unknown_ca"),), data_sent=80), "unknown_ca from the client, and some application data"),
        (tls(alerts=(alert("unknown_ca"),), data_guessed=11), "unknown_ca from the client, and some application data"),
    ],
)
def test_unexpected_traffic_is_reported(seen: Visible, reported: str) -> None:
    wrong = came(attempt(HTTPS, error="verify failed", wire=UNKNOWN_CA), REFUSED, seen).wrong
    assert wrong == ((AWAITED + reported,) if reported else ())


def test_alerts_are_reported_with_their_frames_if_the_attempt_expects_one() -> None:
    seen = tls(alerts=(alert("unknown_ca"),))
    reported = came(attempt(HTTPS, error="verify failed", wire=UNKNOWN_CA), REFUSED, seen).wire
    assert reported == "unknown_ca from the client in frame 8, and no application data"
    assert came(attempt(HTTPS, error="verify failed"), REFUSED, seen).wire == ""


@pytest.mark.parametrize(
    ("seen", "data"),
    [
        (tls(data_sent=80), True),
        (tls(), False),
        # Records that look like session tickets and closing alerts do not count.
        (tls(data_answered=500), False),
        (stream(port=HTTPS.port), True),
        (stream(port=HTTPS.port, sent=0), False),
    ],
)
def test_application_data_must_be_as_expected(seen: Visible, *, data: bool) -> None:
    """What a client sends in clear is data, too, on any port."""
    for awaited in (True, False):
        wrong = came(attempt(HTTPS, wire=Wire(application_data=awaited)), GOT, seen).wrong
        assert bool(wrong) is (awaited != data)


@pytest.mark.parametrize(
    ("alerts", "fits"),
    [
        ((alert("decode_error"),), True),
        ((), True),
        ((alert("unknown_ca"),), False),
        ((alert("decode_error", "server"),), False),
    ],
)
def test_an_optional_alert_may_be_missing_but_not_be_different(alerts: tuple[Alert, ...], *, fits: bool) -> None:
    awaited = Wire("decode_error", "client", perhaps=True)
    wrong = came(attempt(HTTPS, error="verify failed", wire=awaited), REFUSED, tls(alerts=alerts)).wrong
    assert (wrong == ()) is fits
    assert fits or "should show decode_error from the client, and no application data or no alert" in wrong[0]


def test_the_message_is_in_no_report() -> None:
    """Even if a server sent it in clear instead of a token, and the error quotes the response."""
    answer = Answer(error=f"there is no message to read, only {MESSAGE}", notes=(f"a note with {MESSAGE}",))
    exchange = came(attempt(HTTPS, error="gAAAA"), answer, tls())
    assert exchange.error == f"there is no message to read, only message ({len(MESSAGE)} bytes)"
    assert MESSAGE not in repr(exchange)
    assert exchange.wrong


def test_without_an_expectation_any_traffic_is_accepted() -> None:
    assert came(attempt(HTTPS), GOT, tls(alerts=(alert("unknown_ca"),), data_sent=80)).wrong == ()


@pytest.mark.parametrize(
    ("awaited", "sighted", "wrong"),
    [
        (None, (), ()),
        (None, (0,), ()),
        (True, (0,), ()),
        (True, (), ("this attempt should be overheard, but was not",)),
        # The sighting is in another stream, or in none.
        (True, (1, -1), ("this attempt should be overheard, but was not",)),
        (False, (), ()),
        (False, (1, -1), ()),
        (False, (0,), ("this attempt should not be overheard, but was",)),
    ],
)
def test_sightings_are_assigned_to_the_stream_of_an_attempt(
    awaited: bool | None,
    sighted: tuple[int, ...],
    wrong: tuple[str, ...],
) -> None:
    assert came(attempt(HTTPS, overheard=awaited), GOT, tls(), sighted=sighted).wrong == wrong


@pytest.mark.parametrize("awaited", [{"wire": Wire()}, {"overheard": False}, {"overheard": True}])
def test_an_attempt_without_a_stream_is_reported_if_traffic_is_expected(awaited: dict[str, Any]) -> None:
    """Streams on other ports are not its own."""
    wrong = came(attempt(HTTPS, **awaited), GOT, stream(port=HTTP.port)).wrong
    assert wrong == ("nothing of this attempt is in the recording",)
    assert came(attempt(HTTPS), GOT, stream(port=HTTP.port)).wrong == ()


def test_all_deviations_are_reported_together() -> None:
    one = attempt(HTTPS, greeting="Hello squirrel", warning="InsecureRequestWarning", wire=UNKNOWN_CA, overheard=True)
    assert len(came(one, REFUSED, tls()).wrong) == 5


# ---- which stream is whose


def test_streams_are_assigned_to_attempts_by_port_and_order() -> None:
    other = Service("https", "server", 5446)
    attempts = [
        attempt(HTTPS, overheard=False),
        attempt(other, overheard=False),
        attempt(HTTPS, overheard=True),
        attempt(other, overheard=True),
    ]
    visible = [tls(0), tls(1), stream(2, other.port), stream(3, other.port)]
    shown = exchanges(attempts, [GOT] * 4, verdict(*visible, sighted=(1, 3)), MESSAGE)
    assert [exchange.wrong for exchange in shown] == [()] * 4
    shown = exchanges(attempts, [GOT] * 4, verdict(*visible, sighted=(0, 2)), MESSAGE)
    assert all(exchange.wrong for exchange in shown)


def test_attempts_without_a_stream_are_the_last_ones_at_their_port() -> None:
    attempts = [attempt(HTTPS, overheard=False), attempt(HTTPS, overheard=False), attempt(HTTP, overheard=True)]
    shown = exchanges(attempts, [GOT] * 3, verdict(tls(0), stream(1), sighted=(1,)), MESSAGE)
    assert [exchange.wrong for exchange in shown] == [(), ("nothing of this attempt is in the recording",), ()]


def test_each_attempt_has_its_own_name_and_answer() -> None:
    (scenario,) = [scenario for scenario in SCENARIOS if scenario.name == "fernet"]
    answers = [GOT, Answer(error="InvalidToken: no"), Answer(error="there is only gAAAA")]
    streams = [stream(number) for number in range(3)]
    shown = exchanges(scenario.attempts, answers, verdict(*streams), MESSAGE)
    assert [exchange.attempt for exchange in shown] == [one.name for one in scenario.attempts]
    assert [(exchange.received, exchange.wrong) for exchange in shown] == [(True, ()), (False, ()), (False, ())]
