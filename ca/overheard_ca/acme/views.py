"""ACME over HTTP: the resources of RFC 8555, 7.1, their methods, and the headers of the responses."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from overheard_ca import body
from overheard_ca.acme import renewal
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.resources import Account
from overheard_ca.acme.service import Service, check_own
from overheard_ca.acme.signing import Signed
from overheard_ca.acme.urls import PREFIX, Urls
from overheard_ca.authority import pem
from overheard_ca.errors import RefusedError

_MEDIA_TYPE = "application/jose+json"
# A client asks again after as many seconds.
_RETRY_AFTER = "1"
_MOST_ORDERS = 100

# Where the account of a request is noted.
_REQUESTER = "overheard.requester"


def blueprint(service: Service) -> Blueprint:
    """The resources of one CA."""
    acme = Blueprint("acme", __name__, url_prefix=PREFIX)
    acme.before_request(lambda: _check_host(service))
    acme.after_request(lambda answer: _with_headers(answer, service))
    acme.register_error_handler(ProblemError, lambda problem: _refused(problem, service))
    acme.register_error_handler(RefusedError, lambda refused: _refused(_problem(refused), service))
    _public(acme, service)
    _accounts(acme, service)
    _orders(acme, service)
    _certificates(acme, service)
    return acme


def _public(acme: Blueprint, service: Service) -> None:
    """What needs no account."""

    @acme.get("/directory")
    def directory() -> Response:
        return jsonify(service.directory(_urls()))

    @acme.get("/new-nonce")
    def new_nonce() -> Response:
        # HEAD has the status 200, GET 204 (RFC 8555, 7.2).
        return Response(status=200 if request.method == "HEAD" else 204)

    @acme.get("/renewal-info/<identifier>")
    def renewal_info(identifier: str) -> Response:
        answer = jsonify(service.renewal(identifier))
        answer.headers["Retry-After"] = str(renewal.RETRY_AFTER)
        return answer


def _accounts(acme: Blueprint, service: Service) -> None:
    @acme.post("/new-account")
    def new_account() -> Response:
        signed, key = service.authentication.by_key(_body(), request.url)
        account, is_new = service.accounts.register(signed, key, _urls())
        answer = jsonify(service.account(account, _urls()))
        answer.status_code = 201 if is_new else 200
        answer.headers["Location"] = _urls().of("account", account.id)
        return answer

    @acme.post("/account/<identifier>")
    def account(identifier: str) -> Response:
        signed, who = _signed(service)
        check_own(who, identifier)
        return jsonify(service.account(service.accounts.change(who, signed), _urls()))

    @acme.post("/key-change")
    def key_change() -> Response:
        signed, who = _signed(service)
        return jsonify(service.account(service.accounts.change_key(who, signed, request.url, _urls()), _urls()))

    @acme.post("/orders/<identifier>")
    def orders(identifier: str) -> Response:
        _, who = _signed(service)
        check_own(who, identifier)
        found = service.orders_of(who, request.args.get("after", ""), _MOST_ORDERS)
        answer = jsonify(orders=[_urls().of("order", each) for each in found])
        if len(found) == _MOST_ORDERS:
            answer.headers.add("Link", f'<{_urls().of("orders", who.id)}?after={found[-1]}>;rel="next"')
        return answer


def _orders(acme: Blueprint, service: Service) -> None:
    @acme.post("/new-order")
    def new_order() -> Response:
        signed, who = _signed(service)
        order = service.orders.new(who, signed)
        answer = jsonify(service.order(order, _urls()))
        answer.status_code = 201
        answer.headers["Location"] = _urls().of("order", order.id)
        return answer

    @acme.post("/order/<identifier>")
    def order(identifier: str) -> Response:
        _, who = _signed(service)
        return _waiting(jsonify(service.order(service.own_order(who, identifier), _urls())))

    @acme.post("/finalize/<identifier>")
    def finalize(identifier: str) -> Response:
        signed, who = _signed(service)
        order = service.orders.finalize(who, signed, service.own_order(who, identifier))
        answer = jsonify(service.order(order, _urls()))
        answer.headers["Location"] = _urls().of("order", order.id)
        return answer

    @acme.post("/authorization/<identifier>")
    def authorization(identifier: str) -> Response:
        signed, who = _signed(service)
        service.orders.deactivate(service.own_authorization(who, identifier), signed)
        return _waiting(jsonify(service.authorization(service.own_authorization(who, identifier), _urls())))

    @acme.post("/challenge/<identifier>")
    def challenge(identifier: str) -> Response:
        signed, who = _signed(service)
        found, above = service.own_challenge(who, identifier)
        service.orders.begin(signed, found, above)
        answer = _waiting(jsonify(service.challenge(who, identifier, _urls())))
        answer.headers.add("Link", f'<{_urls().of("authorization", above.id)}>;rel="up"')
        return answer


def _certificates(acme: Blueprint, service: Service) -> None:
    @acme.post("/certificate/<identifier>")
    def certificate(identifier: str) -> Response:
        return _chain(identifier, with_root=False)

    @acme.post("/certificate/<identifier>/1")
    def alternate(identifier: str) -> Response:
        return _chain(identifier, with_root=True)

    def _chain(identifier: str, *, with_root: bool) -> Response:
        _, who = _signed(service)
        leaf = service.certificate(service.own_order(who, identifier))
        authority = service.issuance.authority
        content = authority.chain(leaf) + (pem(authority.root) if with_root else b"")
        answer = Response(content, mimetype="application/pem-certificate-chain")
        other = _urls().of("certificate", identifier) + ("" if with_root else "/1")
        answer.headers.add("Link", f'<{other}>;rel="alternate"')
        return answer

    @acme.post("/revoke-certificate")
    def revoke_certificate() -> Response:
        signed, by = service.authentication.by_either(_body(), request.url, _urls())
        if isinstance(by, Account):
            _note(by)
        service.revoke(signed, by)
        return Response(status=200)


def _signed(service: Service) -> tuple[Signed, Account]:
    """The request, and the account that signed it."""
    signed, account = service.authentication.by_account(_body(), request.url, _urls())
    _note(account)
    return signed, account


def _note(account: Account) -> None:
    """Note whom a refusal of this request is recorded for."""
    request.environ[_REQUESTER] = account.id


def _body() -> bytes:
    """The body of a signed request. Raises RefusedError."""
    if request.mimetype != _MEDIA_TYPE:
        raise ProblemError(Kind.WRONG_MEDIA_TYPE, f"The body is {request.mimetype!r:.60}, and not {_MEDIA_TYPE}.")
    return body.read()


def _urls() -> Urls:
    return Urls(request.host_url.rstrip("/"))


def _check_host(service: Service) -> None:
    """Refuse a request that was meant for another server: what it is signed for is compared with its own Host."""
    if request.host.lower() not in service.hosts:
        raise ProblemError(
            Kind.UNAUTHORIZED, f"This CA is not {request.host!r:.100}: its names are in its certificate."
        )


def _waiting(answer: Response) -> Response:
    answer.headers["Retry-After"] = _RETRY_AFTER
    return answer


def _with_headers(answer: Response, service: Service) -> Response:
    """A nonce for the next request, and the way to the directory."""
    answer.headers["Replay-Nonce"] = service.nonces.new()
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.add("Link", f'<{_urls().of("directory")}>;rel="index"')
    return answer


def _refused(problem: ProblemError, service: Service) -> Response:
    service.refused(request.environ.get(_REQUESTER), request.remote_addr or "", problem, time.monotonic())
    return problem_response(problem)


def _problem(refused: RefusedError) -> ProblemError:
    """What the whole CA refuses, as a problem."""
    return ProblemError(Kind.TOO_LARGE if refused.status == 413 else Kind.MALFORMED, str(refused))


def problem_response(problem: ProblemError) -> Response:
    """The problem document as a response."""
    answer = _document(problem.document, problem.status)
    answer.headers.update(problem.headers)
    return answer


def http_problem(error: HTTPException) -> Response:
    """That of an unknown path, or of a method that a resource does not have."""
    status = error.code or 500
    return _document({"type": Kind.MALFORMED.type, "detail": error.description, "status": status}, status)


def _document(fields: dict[str, Any], status: int) -> Response:
    answer = jsonify(fields)
    answer.mimetype, answer.status_code = "application/problem+json", status
    return answer
