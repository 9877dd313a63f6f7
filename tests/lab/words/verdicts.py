"""Arbitrary checks, sightings and verdicts, for hypothesis."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from overheard.words.dissected import Dissected
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Presence, Rule, decide
from overheard.words.visible import Alert, Visible

words = st.text(max_size=12)
numbers = st.integers(0, 2**40)

check_lists = st.lists(
    st.builds(Check, rule=st.sampled_from(Rule), code=words, holds=st.booleans(), says=words, hint=words), max_size=8
)
sightings = st.builds(
    Sighting,
    secret=words,
    spelling=words,
    frame=numbers,
    offset=numbers,
    length=numbers,
    stream=st.integers(-1, 2**20),
    direction=words,
    stream_offset=numbers,
    frames=st.lists(numbers, max_size=3).map(tuple),
    layers=st.lists(words, max_size=2).map(tuple),
)
sighting_lists = st.lists(sightings, max_size=2)
presences = st.sampled_from(Presence)
dissections = st.builds(
    Dissected,
    frame=numbers,
    direction=words,
    layers=st.lists(words, max_size=3).map(tuple),
    shows=st.lists(words, max_size=3).map(tuple),
    details=st.lists(st.tuples(words, words), max_size=3).map(tuple),
    put_together=st.lists(numbers, max_size=2).map(tuple),
)
alerts = st.builds(Alert, frame=numbers, sender=words, level=words, name=words)
visibles = st.builds(
    Visible,
    stream=numbers,
    client=words,
    server=words,
    began=st.floats(0, 1e6),
    lasted=st.floats(0, 1e6),
    sent=numbers,
    answered=numbers,
    content=words,
    names=st.lists(words, max_size=2).map(tuple),
    alerts=st.lists(alerts, max_size=2).map(tuple),
)
verdicts = st.builds(
    lambda verdict, visible, broken: replace(verdict, visible=visible, broken=broken),
    st.builds(decide, check_lists, sighting_lists, presences),
    st.lists(visibles, max_size=2).map(tuple),
    st.none() | st.integers(1, 25),
)


def every_rule(*, but: Rule | None = None, fails: Rule | None = None) -> list[Check]:
    """One check of each rule; perhaps without one of them, or with one that does not hold."""
    return [Check(rule, rule.value, rule is not fails, "seen") for rule in Rule if rule is not but]
