"""Every shipped institution: sound, and walked end to end by its own scenarios in every language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from workflow.bootstrap import open_catalogue
from workflow.catalogue.index import Catalogue
from workflow.engine.machine import StateMachine
from workflow.engine.process import NEW, Kind
from workflow.scenarios.coverage import Walked, missing
from workflow.scenarios.story import Played, play, read_story

INSTITUTIONS = ("goldap", "mops", "moscow", "stara_zagora", "zhengzhou")


@cache
def catalogue() -> Catalogue:
    return open_catalogue()


@cache
def played(institution: str) -> tuple[Played, ...]:
    folder = catalogue().folder(institution) / "scenarios"
    scripts = [read_story(path) for path in sorted(folder.glob("*.yaml"))]
    return tuple(play(catalogue(), s, language) for s in scripts for language in s.languages or (None,))


def test_the_five_institutions_ship():
    assert catalogue().institutions() == INSTITUTIONS


@pytest.mark.parametrize("institution", INSTITUTIONS)
class TestInstitution:
    def test_is_sound(self, institution: str):
        assert [str(problem) for problem in catalogue().check(institution)] == []

    def test_ships_at_least_four_scenarios_that_come_out_as_they_say(self, institution: str):
        outcomes = played(institution)
        assert len({p.file for p in outcomes}) >= 4
        assert [
            (p.file, p.language, *map(str, p.wrong), *map(str, p.differences)) for p in outcomes if not p.passed
        ] == []

    def test_scenarios_walk_every_state_transition_deadline_ground_and_notice(self, institution: str):
        seen = Walked()
        for p in played(institution):
            seen.add(p.walked)
        unwalked = [
            line
            for process in catalogue().processes(institution)
            for line in missing(catalogue().snapshot(institution, process).process, seen)
        ]
        assert unwalked == []

    def test_no_candidate_reads_half_a_mail_in_another_language(self, institution: str):
        """What stands in a candidate's mail or on the status page is there in each language candidates may choose."""
        for name in catalogue().processes(institution):
            process = catalogue().snapshot(institution, name).process
            house = process.institution
            application = process.lifecycles[Kind.APPLICATION].states.values()
            texts = [
                house.title,
                house.address,
                process.title,
                *(d.default for d in process.details.values() if d.default),
                *(r.label for r in process.requirements.values()),
                *(p.label for p in process.positions.values()),
                *(d.label for d in process.documents.values()),
                *(g.text for g in process.grounds.values()),
                *(text for state in application for text in (state.public, state.next)),
                *([process.training.title] if process.training else []),
                *(process.survey.questions.values() if process.survey else []),
            ]
            assert [dict(text) for text in texts if not text.keys() >= set(house.applicant_languages)] == []

    def test_the_machine_agrees_with_the_plain_table(self, institution: str):
        for process in catalogue().processes(institution):
            for lifecycle in catalogue().snapshot(institution, process).process.lifecycles.values():
                machine = StateMachine(lifecycle)
                keys = {t.key for t in lifecycle.transitions}
                for state in (NEW, *lifecycle.states):
                    for name in {t.name for t in lifecycle.transitions}:
                        for opened in (frozenset(keys), frozenset(), *(frozenset({key}) for key in keys)):
                            expected = next(
                                (
                                    (t.key, t.target)
                                    for t in lifecycle.transitions
                                    if t.name == name and state in t.sources and t.key in opened
                                ),
                                None,
                            )
                            assert machine.resolve(state, name, opened) == expected


def test_a_scenario_that_comes_out_otherwise_is_found(tmp_path: Path):
    """The runner itself: a wrong expectation, a wrong refusal and an unknown act are each told with their line."""
    source = catalogue().folder("stara_zagora") / "scenarios" / "straight.yaml"
    text = source.read_text(encoding="utf-8")
    broken = text.replace("coordinator: announce", "registrar: announce", 1)
    assert broken != text
    path = tmp_path / "broken.yaml"
    path.write_text(broken, encoding="utf-8")
    outcome = play(catalogue(), read_story(path, "stara_zagora"))
    assert not outcome.passed
    assert "wrong_role" in str(outcome.wrong[0])
    assert str(outcome.wrong[0]).startswith(f"{path}:")
