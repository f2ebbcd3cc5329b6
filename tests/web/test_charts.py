"""Charts: drawn from numbers, named for those who do not see, with the table behind each."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.conftest import Town
from tests.web.given import clerk, ok, procedure
from workflow.services.figures import closing_day, receipts, stays
from workflow.web.charts import Bar, bars, columns

_SVG = "{http://www.w3.org/2000/svg}"
_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40)
_BARS = st.lists(st.builds(Bar, _TEXT, st.floats(0, 1e6), _TEXT), min_size=1, max_size=70)


def read(svg: str) -> ElementTree.Element:
    """The drawing as XML: whatever stands in its words, it is well-formed."""
    return ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


@given(_BARS, _TEXT, st.sampled_from([bars, columns]))
def test_every_chart_is_well_formed_named_and_inside_its_frame(rows, title, draw) -> None:
    drawn = read(str(draw("x", title, "said", rows)))
    assert (drawn.find(f"{_SVG}title").text or "") == title  # type: ignore[union-attr]
    assert drawn.get("aria-labelledby") == "x-title x-desc"
    assert drawn.get("role") == "img"
    _, _, width, height = map(float, (drawn.get("viewBox") or "").split())
    for bar in drawn.iter(f"{_SVG}rect"):
        x, y, w, h = (float(bar.get(name) or 0) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert x + w <= width + 0.2
        assert y >= 0
        assert y + h <= height + 0.2


def test_bars_are_as_long_as_their_numbers() -> None:
    drawn = read(str(bars("x", "t", "d", [Bar("a", 2, "2"), Bar("b", 4, "4"), Bar("c", 0, "0")])))
    lengths = [float(bar.get("width") or 0) for bar in drawn.iter(f"{_SVG}rect")]
    assert lengths[0] * 2 == pytest.approx(lengths[1])
    assert lengths[2] == 0


def test_no_style_and_no_script_in_a_chart() -> None:
    drawn = str(bars("x", "<script>", "d", [Bar("<b onload=x>", 1, '"', whole=2)]))
    assert "<script>" not in drawn
    assert "<b " not in drawn
    assert "style=" not in drawn


def test_each_chart_of_the_page_has_its_table(checking: Town) -> None:
    page = ok(clerk(checking, "coordinator").get(procedure(checking, "figures")))
    assert page.count("<svg ") == 4
    assert page.count("The same as a table") == 4
    assert len(set(re.findall(r'aria-labelledby="(\w+-title)', page))) == 4
    assert '<th scope="row">Document check</th><td class="num">3</td>' in page
    assert '<th scope="row">Speech therapist</th><td class="num">0</td><td class="num">1</td>' in page


def test_applications_per_day_run_to_the_day_of_closing(checking: Town) -> None:
    office = checking.office
    days = receipts(office.house, "stara_zagora", office.player.procedure, "Europe/Sofia", date(2022, 3, 31))
    assert days[0] == (date(2022, 3, 3), 3)
    assert days[-1] == (date(2022, 3, 31), 0)
    assert sum(n for _, n in days) == 3
    assert closing_day(office.player.definition, {"documents_close": "2022-03-31 17:30"}) == date(2022, 3, 31)


def test_an_application_late_in_the_evening_counts_on_its_own_day(town: Town) -> None:
    """23:30 in Sofia is 21:30 UTC in winter: the day is that of the office."""
    office = town.office
    office.does(
        ("2022-03-03 00:30 registrar", "register A for speech_therapist"),
        ("2022-03-03 23:30 registrar", "register B for speech_therapist"),
    )
    assert receipts(office.house, "stara_zagora", office.player.procedure, "Europe/Sofia") == [(date(2022, 3, 3), 2)]


def test_days_in_a_state_are_medians_of_the_journal(checking: Town) -> None:
    office = checking.office
    office.does(("2022-04-10 17:30 registrar", "wait"))
    found = stays(office.house, "stara_zagora", office.player.definition, list(office.player.positions.values()))
    assert [(one.state, one.days, one.stays) for one in found] == [
        ("submitted", Decimal("28.3"), 3),  # from 3 March 10:00 to 31 March 17:30, summer time between
        ("document_check", Decimal("10.0"), 3),  # and still there
    ]


def test_charts_of_nothing_say_how_they_grow(town: Town) -> None:
    assert "Nothing to show yet" in ok(clerk(town, "coordinator").get(procedure(town, "figures")))
