"""What is counted below a domain of DNS, whoever asks."""

from __future__ import annotations

from capture.talk import noise
from overheard_capture.decoders.message_pieces import Domain
from overheard_capture.scan.below_domains import MANY_CODES, OPAQUE_NAMES, BelowDomains

NAME = b"example.com"


def test_what_nobody_can_read_is_a_reason_once_it_is_larger_than_a_value() -> None:
    domains, domain = BelowDomains(), Domain(NAME)
    codes = [noise(32, number).hex().encode() for number in range(20)]
    reasons = [domains.count_opaque(domain, code) for code in (*codes, *codes)]
    assert reasons.index(OPAQUE_NAMES) == 16
    assert reasons.count("") == len(reasons) - 1


def test_of_short_codes_fewer_are_a_reason() -> None:
    domains, domain = BelowDomains(), Domain(NAME, has_codes=True)
    assert MANY_CODES in [domains.count_opaque(domain, noise(9, number).hex().encode()) for number in range(9)]


def test_words_are_counted_once() -> None:
    domains, domain = BelowDomains(), Domain(NAME, has_words=True)
    words = [b"word" + bytes([97 + number // 26, 97 + number % 26]) for number in range(50)]
    assert not any(domains.count_words(domain, word) for word in words[:40] * 2)
    assert domains.count_words(domain, words[40])


def test_words_of_sentences_count_more() -> None:
    domains, domain = BelowDomains(), Domain(NAME, has_words=True)
    assert not domains.count_words(domain, b"the is and that not to of my you this")
    assert domains.count_words(domain, b"our")
