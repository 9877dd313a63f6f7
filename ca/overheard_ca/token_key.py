"""A private key that never leaves its token: an HSM, a smart card, or SoftHSM, by PKCS #11.

cryptography signs certificates with any object that is a private key by its interface. What needs the key itself, such
as to write it to a file, is refused.
"""

from __future__ import annotations

import hashlib
import os
import threading
from typing import TYPE_CHECKING, Any, NoReturn

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from overheard.role.settings import secret_in
from overheard.words.errors import NotInstalledError
from overheard_ca.errors import StateError
from overheard_ca.key_uri import KeyUri

if TYPE_CHECKING:
    from types import ModuleType

INSTALL = "pip install 'overheard[pkcs11]'"


class TokenKey(ec.EllipticCurvePrivateKey):
    """An EC key on P-256 in a token, which is generated there if there is none with its label. Raises StateError."""

    def __init__(self, uri: KeyUri) -> None:
        self._uri = uri
        self._pin = secret_in(uri.pin_file, "pin-source")
        self._library = _library()
        # A session is for one thread at a time.
        self._one_at_a_time = threading.Lock()
        self._process = os.getpid()
        self._session = self._opened()
        self._public_key = self._found_or_made()

    def _opened(self) -> Any:  # noqa: ANN401  (it publishes no types)
        errors = self._library.exceptions
        try:
            token = self._library.lib(str(self._uri.module)).get_token(token_label=self._uri.token)
            try:
                return token.open(user_pin=self._pin, rw=True)
            except errors.UserAlreadyLoggedIn:
                # Another key in it is in use: a process logs in once.
                return token.open(rw=True)
        except (errors.NoSuchToken, errors.MultipleTokensReturned) as problem:
            raise StateError(
                f"there is not one token {self._uri.token!r} ({type(problem).__name__})", hint="check its label"
            ) from None
        except (errors.PKCS11Error, RuntimeError) as problem:
            raise StateError(
                f"the token {self._uri.token!r} cannot be used ({type(problem).__name__})",
                hint=f"check the PIN in {self._uri.pin_file}, and the library {self._uri.module}",
            ) from None

    def _found_or_made(self) -> ec.EllipticCurvePublicKey:
        key = self._key(public=True)
        if key is None:
            key = self._made()
        encoded = self._library.util.ec.encode_ec_public_key(key)
        found = serialization.load_der_public_key(encoded)
        if not isinstance(found, ec.EllipticCurvePublicKey) or not isinstance(found.curve, ec.SECP256R1):
            raise StateError(
                f"the key {self._uri.label!r} in the token {self._uri.token!r} is not EC on P-256",
                hint="name another one, or one that does not exist, which is then generated",
            )
        if self._key(public=False) is None:
            raise StateError(f"the token {self._uri.token!r} has no private key {self._uri.label!r}, only a public one")
        return found

    def _key(self, *, public: bool) -> Any:  # noqa: ANN401
        kind = self._library.ObjectClass.PUBLIC_KEY if public else self._library.ObjectClass.PRIVATE_KEY
        try:
            return self._session.get_key(object_class=kind, label=self._uri.label)
        except self._library.exceptions.NoSuchKey:
            return None
        except self._library.exceptions.MultipleObjectsReturned:
            raise StateError(
                f"the token {self._uri.token!r} has several keys {self._uri.label!r}", hint="give each its own label"
            ) from None

    def _made(self) -> Any:  # noqa: ANN401
        attribute = self._library.Attribute
        curve = self._library.util.ec.encode_named_curve_parameters("secp256r1")
        parameters = self._session.create_domain_parameters(
            self._library.KeyType.EC, {attribute.EC_PARAMS: curve}, local=True
        )
        public, _ = parameters.generate_keypair(
            store=True,
            label=self._uri.label,
            private_template={attribute.SENSITIVE: True, attribute.EXTRACTABLE: False},
        )
        return public

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:  # noqa: ANN401
        """The signature, in DER (RFC 3279, 2.2.3)."""
        algorithm = signature_algorithm.algorithm
        if isinstance(algorithm, utils.Prehashed):
            raise NotImplementedError("a hash that was computed before")
        digest = hashlib.new(algorithm.name, data).digest()
        with self._one_at_a_time:
            if self._process != os.getpid():
                # What a library of PKCS #11 knows of its sessions is void in a forked process (PKCS #11, 5.4).
                self._library.lib(str(self._uri.module)).reinitialize()
                self._session, self._process = self._opened(), os.getpid()
            raw = self._key(public=False).sign(digest, mechanism=self._library.Mechanism.ECDSA)
        half = len(raw) // 2
        return utils.encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Its public key."""
        return self._public_key

    @property
    def curve(self) -> ec.EllipticCurve:
        """Its curve."""
        return self._public_key.curve

    @property
    def key_size(self) -> int:
        """Its size in bits."""
        return self._public_key.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> NoReturn:
        """It only signs."""
        raise NotImplementedError

    def private_numbers(self) -> NoReturn:
        """It never leaves its token."""
        raise NotImplementedError

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,  # noqa: A002  (its name is given)
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> NoReturn:
        """It never leaves its token."""
        raise NotImplementedError

    def __copy__(self) -> TokenKey:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> TokenKey:
        return self


def _library() -> ModuleType:
    try:
        import pkcs11  # noqa: PLC0415  (optional)
        import pkcs11.util.ec  # noqa: PLC0415
    except ModuleNotFoundError:
        raise NotInstalledError(f"the Python package for keys in tokens is not installed; run: {INSTALL}") from None
    return pkcs11
