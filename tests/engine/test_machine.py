"""The only importer of `transitions`: it leads where the plain table leads, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.small import APPLICATION, POSITION, PROCEDURE, state, transition
from workflow.engine.machine import StateMachine
from workflow.engine.process import NEW, Kind, Lifecycle

ALL = (APPLICATION, POSITION, PROCEDURE)


def table(lifecycle, where, trigger, opened):
    """The reference: the first open transition of that name from that state."""
    for t in lifecycle.transitions:
        if t.name == trigger and where in t.sources and t.key in opened:
            return t.key, t.target
    return None


@pytest.mark.parametrize("lifecycle", ALL, ids=lambda lifecycle: lifecycle.kind.value)
def test_it_agrees_with_the_plain_table(lifecycle):
    machine = StateMachine(lifecycle)
    keys = [t.key for t in lifecycle.transitions]
    for where in (NEW, *lifecycle.states):
        for trigger in {t.name for t in lifecycle.transitions}:
            for opened in (set(), set(keys), *({key} for key in keys)):
                assert machine.resolve(where, trigger, opened) == table(lifecycle, where, trigger, opened)


@given(data=st.data())
def test_it_agrees_on_random_lifecycles(data):
    names = [f"s{i}" for i in range(data.draw(st.integers(1, 6)))]
    edges = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from([NEW, *names]),
                st.sampled_from(names),
                st.sampled_from(["go", "to_s1", "trigger", "state"]),
            ),
            max_size=12,
        )
    )
    rules = tuple(transition(f"{name}#{i}", source, target, "x") for i, (source, target, name) in enumerate(edges))
    lifecycle = Lifecycle(Kind.APPLICATION, names[0], {n: state(n) for n in names}, rules)
    machine = StateMachine(lifecycle)
    opened = set(data.draw(st.lists(st.sampled_from([r.key for r in rules]), unique=True))) if rules else set()
    where = data.draw(st.sampled_from([NEW, *names]))
    for trigger in ("go", "to_s1", "trigger", "state", "to_s0"):
        assert machine.resolve(where, trigger, opened) == table(lifecycle, where, trigger, opened)


def test_there_are_no_automatic_transitions():
    machine = StateMachine(APPLICATION)
    assert machine.resolve("document_check", "to_hired", {t.key for t in APPLICATION.transitions}) is None


@pytest.mark.parametrize("name", ["os.system", "Go", "go now", "__class__", ""])
def test_a_name_that_is_not_plain_never_reaches_the_library(name):
    rules = (transition("go", "a", "b", "x"),)
    strange = Lifecycle(Kind.APPLICATION, "a", {"a": state("a"), "b": state("b"), name: state(name)}, rules)
    with pytest.raises(ValueError, match="not a plain name"):
        StateMachine(strange)


def test_nothing_of_a_subject_stays_in_it():
    machine = StateMachine(APPLICATION)
    opened = {t.key for t in APPLICATION.transitions}
    first = machine.resolve("document_check", "admit", opened)
    machine.resolve("admitted", "select", opened)
    assert machine.resolve("document_check", "admit", opened) == first
