"""A pass mark left to the commission: what the loader says of one that could not be fixed, or by nobody."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workflow.catalogue.index import Catalogue, built_in
from workflow.engine.errors import DefinitionError

GIVEN = "threshold: {at_least: 12, source: S15}"
ACT = "  fix_threshold: {by: [chair], in: [scored], source: S15}\n"


def loaded(folder: Path, threshold: str, act: str = ACT) -> Catalogue:
    for name in ("stara_zagora", "_calendars"):
        shutil.copytree(built_in() / name, folder / name)
    path = folder / "stara_zagora" / "staff_selection.yaml"
    text = path.read_text("utf-8").replace(GIVEN, f"threshold: {{{threshold}, source: S15}}")
    path.write_text(text.replace("  decide_tie: {by: [chair]", f"{act}  decide_tie: {{by: [chair]"), "utf-8")
    return Catalogue([folder])


@pytest.mark.parametrize(
    ("threshold", "act", "said"),
    [
        ("at_least: 12, between: {min: 8, max: 15}", ACT, "either given"),
        ("optional: true", "", "either given"),
        ("at_least: 12, optional: true", "", "not optional"),
        ("between: {min: 15, max: 8}", ACT, "is not above"),
        ("between: {min: 8, max: 8}", ACT, "is not above"),
        ("between: {min: 8, max: 15, step: 0}", ACT, "leads nowhere"),
        ("between: {min: 8, max: 15, step: -1}", ACT, "leads nowhere"),
        ("between: {min: 0, max: 100, step: 0.01}", ACT, "more than 200 marks"),
        ("between: {min: 8, max: 15}", "", "needs the act `fix_threshold`"),
        ("at_least: 12", ACT, "`fix_threshold` needs"),
        ("between: {min: 8}", ACT, "max"),
    ],
)
def test_what_cannot_be_fixed_is_told(tmp_path: Path, threshold: str, act: str, said: str) -> None:
    with pytest.raises(DefinitionError) as told:
        loaded(tmp_path, threshold, act).process("stara_zagora", "staff_selection")
    assert said in str(told.value)


def test_what_can_be_fixed_is_loaded(tmp_path: Path) -> None:
    rule = loaded(tmp_path, "between: {min: 8, max: 15, step: 0.5}").process("stara_zagora", "staff_selection")
    fixing = rule.assessments["interview"].fixing
    assert fixing is not None
    assert (str(fixing.low), str(fixing.high), str(fixing.step), fixing.optional) == ("8", "15", "0.5", False)
