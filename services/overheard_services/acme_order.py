"""A certificate by ACME (RFC 8555): whoever orders it proves that the name is theirs, by what its server answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import requests
from acme import errors, messages
from acme.challenges import HTTP01
from acme.client import ClientNetwork, ClientV2
from josepy.errors import DeserializationError
from josepy.jwa import ES256
from josepy.jwk import JWKEC

from overheard.words.errors import EnrolmentError
from overheard_services.credentials import PrivateKey, new_key, signing_request

# For one response, and for the whole order, in seconds.
_TIMEOUT, _PATIENCE = 10, 20
_HINT = "see the CA's log, and its record of refusals"

# Called with the token of a challenge, and with what the server of the name has to answer.
Publish = Callable[[str, str], None]


def order(ca_url: str, root: Path, name: str, key: PrivateKey, publish: Publish) -> bytes:
    """A certificate for `name` and `key`, and the chain above it, in PEM. The account is new, and for this order alone.

    `publish` makes the server of the name answer a challenge; then the CA is told to look (http-01, RFC 8555, 8.3).
    Raises EnrolmentError with what the CA says, if it refuses.
    """
    try:
        return _ordered(ca_url, root, name, key, publish)
    except errors.ValidationError as failed:
        raise EnrolmentError(f"the CA refused {name}: {_why(failed)}", hint=_HINT) from failed
    except (errors.Error, messages.Error, DeserializationError, requests.RequestException, KeyError) as problem:
        said = str(problem) or type(problem).__name__
        raise EnrolmentError(f"no certificate for {name} from {ca_url} by ACME: {said}", hint=_HINT) from problem


def _ordered(ca_url: str, root: Path, name: str, key: PrivateKey, publish: Publish) -> bytes:
    account = JWKEC(key=new_key())
    # `verify_ssl` is what `requests` takes: a file with the one root to trust.
    network = ClientNetwork(account, alg=ES256, verify_ssl=str(root), user_agent="overheard", timeout=_TIMEOUT)  # type: ignore[arg-type]
    # No proxy, and no other trust, of the environment.
    network.session.trust_env = False
    client = ClientV2(ClientV2.get_directory(f"{ca_url}/acme/directory", network), network)
    client.new_account(messages.NewRegistration())
    ordered = client.new_order(signing_request(key, [name]))
    for challenge in _challenges(ordered):
        response, answer = challenge.response_and_validation(account)
        publish(challenge.chall.encode("token"), answer)
        client.answer_challenge(challenge, response)
    done = client.poll_and_finalize(ordered, datetime.now() + timedelta(seconds=_PATIENCE))
    return str(done.fullchain_pem).encode()


def _challenges(ordered: messages.OrderResource) -> list[messages.ChallengeBody]:
    """The challenges of the order that a server answers over HTTP, of names that are not proven yet."""
    waiting = [each.body for each in ordered.authorizations if each.body.status == messages.STATUS_PENDING]
    return [each for body in waiting for each in body.challenges if isinstance(each.chall, HTTP01)]


def _why(failed: errors.ValidationError) -> str:
    """The code and the sentence of each challenge that failed."""
    found = [each.error for authorization in failed.failed_authzrs for each in authorization.body.challenges]
    return "; ".join(f"{error.code}: {error.detail}" for error in found if error is not None)
