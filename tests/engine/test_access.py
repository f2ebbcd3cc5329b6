"""Who may see what of an application: a table, and that nothing is open to who has no business there."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.bootstrap import open_catalogue
from workflow.engine.access import COMMISSION, EVERYTHING, NOTHING, OFFICE_FREE, Sight, sight
from workflow.engine.process import Stage

CATALOGUE = open_catalogue()
TOWN = CATALOGUE.snapshot("stara_zagora", "staff_selection").process
CITY = CATALOGUE.snapshot("zhengzhou", "community_workers").process
PROCESSES = (TOWN, CITY)


@pytest.mark.parametrize(
    ("roles", "stage", "recused", "seen"),
    [
        ({"registrar"}, Stage.INTAKE, False, EVERYTHING),
        ({"coordinator", "member", "commission"}, Stage.INTAKE, False, EVERYTHING),
        (
            {"coordinator", "member", "commission"},
            Stage.ASSESSMENT,
            True,
            replace(EVERYTHING, documents=False, results=False),
        ),
        ({"auditor"}, Stage.ONBOARDING, False, EVERYTHING),
        ({"administrator"}, Stage.OUTCOME, False, NOTHING),
        (set(), Stage.OUTCOME, False, NOTHING),
        ({"member", "commission"}, Stage.INTAKE, False, Sight(person=True, results=True)),
        ({"member", "commission"}, Stage.DOCUMENT_CHECK, False, Sight(person=True, documents=True, results=True)),
        ({"chair", "commission"}, Stage.ASSESSMENT, False, Sight(person=True, documents=True, results=True)),
        ({"chair", "commission"}, Stage.ASSESSMENT, True, Sight(person=True)),
        ({"secretary"}, Stage.CHECKS, False, Sight(person=True, documents=True, results=True)),
    ],
)
def test_sight(roles: set[str], stage: Stage, recused: bool, seen: Sight) -> None:
    for process in PROCESSES:
        assert sight(process, stage, roles, recused=recused) == seen


@given(st.sets(st.sampled_from(sorted(OFFICE_FREE - {"auditor"}))), st.sampled_from(Stage), st.booleans())
def test_no_function_of_a_commission_reaches_the_candidate(roles: set[str], stage: Stage, recused: bool) -> None:
    seen = sight(TOWN, stage, roles, recused=recused)
    assert not seen.contact
    assert not seen.shows_text("new_email")
    assert not seen.shows_text("new_phone")
    assert not seen.shows_text("new_address")
    assert not seen.shows_entry("record_check")
    assert seen.person == bool(roles & COMMISSION)


def test_nothing_is_nothing() -> None:
    assert not any(getattr(NOTHING, field.name) for field in fields(NOTHING))
    assert not NOTHING.shows_entry("register")
    assert EVERYTHING.shows_entry("record_check")
    assert EVERYTHING.shows_text("new_email")
