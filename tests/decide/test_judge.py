from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencecheck.decide import Calibration, judge, parse, shipped
from evidencecheck.decide.calibration import Row
from evidencecheck.model import Basis, Claim, Finding, Level, Outcome, Region, Status, Strength, Text

STEPS = ((0.2, 0.05), (0.4, 0.02), (0.6, 0.01), (0.8, 0.001), (0.9, 0.0001))
TABLE = Calibration(name="test", rows={c: Row(steps=STEPS, photos=10_000, how="test") for c in ("one", "two")})
FAMILIES = {"one": "noise", "two": "jpeg", "three": "noise"}
ORDER = [Level.NONE, Level.INCONCLUSIVE, Level.POSSIBLE, Level.SUPPORTED, Level.DOCUMENTED]

SQUARE = Region(polygon=((10, 10), (50, 10), (50, 50), (10, 50)), label="1")
ELSEWHERE = Region(polygon=((80, 80), (99, 80), (99, 99)), label="1")


def finding(score: float = 0.7, **changes: object) -> Finding:
    base = Finding(
        claim=Claim.EDITED, score=score, summary=Text(zh="一", en="one"), basis=Basis.MEASURED, regions=(SQUARE,)
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def done(check: str, *findings: Finding) -> Outcome:
    return Outcome(check=check, status=Status.DONE, findings=findings)


def level(*outcomes: Outcome) -> Level:
    return judge(outcomes, TABLE, FAMILIES)[1].level


@pytest.mark.parametrize(
    ("score", "expected"), [(0.1, Level.NONE), (0.3, Level.NONE), (0.5, Level.POSSIBLE), (0.8, Level.SUPPORTED)]
)
def test_strength_follows_the_measured_rate(score: float, expected: Level) -> None:
    assert level(done("one", finding(score))) is expected


def test_a_measured_score_is_never_documented() -> None:
    assert level(done("one", finding(1.0))) is Level.SUPPORTED


def test_a_fact_is_documented_unless_capped() -> None:
    assert level(done("one", finding(basis=Basis.FACT))) is Level.DOCUMENTED
    assert level(done("one", finding(basis=Basis.FACT, ceiling=Strength.POSSIBLE))) is Level.POSSIBLE


def test_an_uncalibrated_check_alarms_nobody_and_stays_visible() -> None:
    (outcome,), verdict = judge([done("three", finding(1.0, basis=Basis.FACT))], TABLE, FAMILIES)
    assert verdict.level is Level.NONE
    assert outcome.findings == ()
    assert outcome.notes[0].measurements["false_alarm_rate"] == "not measured"


def test_more_comparisons_make_a_match_weaker() -> None:
    assert level(done("one", finding(0.8, comparisons=1))) is Level.SUPPORTED
    assert level(done("one", finding(0.8, comparisons=15))) is Level.POSSIBLE
    assert level(done("one", finding(0.8, comparisons=1000))) is Level.NONE


def test_two_families_that_agree_on_a_place_support_each_other() -> None:
    assert level(done("one", finding(0.7)), done("two", finding(0.7))) is Level.SUPPORTED


@pytest.mark.parametrize(
    ("check", "other"),
    [
        ("two", finding(0.7, regions=(ELSEWHERE,))),
        ("two", finding(0.7, regions=())),
        ("three", finding(0.7)),
        ("two", finding(0.7, claim=Claim.CONTRADICTION)),
        ("two", finding(0.7, ceiling=Strength.POSSIBLE)),
    ],
)
def test_other_agreement_is_no_support(check: str, other: Finding) -> None:
    table = replace(TABLE, rows={**TABLE.rows, "three": TABLE.rows["one"]})
    assert judge([done("one", finding(0.7)), done(check, other)], table, FAMILIES)[1].level is Level.POSSIBLE


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(check="one", status=Status.FAILED, reason="crashed"),
        Outcome(check="one", status=Status.NOT_APPLICABLE, reason="traces are gone", blind=True),
    ],
)
def test_a_check_that_failed_or_is_blind_never_gives_a_clean_verdict(outcome: Outcome) -> None:
    assert level(outcome, done("two")) is Level.INCONCLUSIVE


def test_a_check_that_does_not_apply_leaves_the_verdict_alone() -> None:
    assert level(Outcome(check="one", status=Status.NOT_APPLICABLE, reason="no order")) is Level.NONE


def test_claims_come_strongest_first() -> None:
    outcomes = [done("one", finding(0.5), finding(basis=Basis.FACT, claim=Claim.WEB_IMAGE))]
    assert judge(outcomes, TABLE, FAMILIES)[1].claims == (Claim.WEB_IMAGE, Claim.EDITED)


findings = st.builds(
    finding,
    score=st.floats(0, 1),
    claim=st.sampled_from(Claim),
    basis=st.sampled_from(Basis),
    ceiling=st.sampled_from(Strength),
    comparisons=st.integers(1, 100),
    regions=st.sampled_from([(), (SQUARE,), (ELSEWHERE,), (SQUARE, ELSEWHERE)]),
)
outcomes = st.builds(
    lambda check, status, blind, found: Outcome(
        check=check, status=status, blind=blind, findings=found if status is Status.DONE else ()
    ),
    st.sampled_from(["one", "two", "three"]),
    st.sampled_from(Status),
    st.booleans(),
    st.lists(findings, max_size=3).map(tuple),
)


@given(st.lists(outcomes, max_size=4), findings, st.sampled_from(["one", "two", "three"]))
def test_adding_a_finding_never_makes_a_verdict_milder(some: list[Outcome], more: Finding, check: str) -> None:
    assert ORDER.index(level(*some, done(check, more))) >= ORDER.index(level(*some))


@given(st.lists(outcomes, max_size=4))
def test_judging_loses_nothing(some: list[Outcome]) -> None:
    graded, verdict = judge(some, TABLE, FAMILIES)
    assert [o.check for o in graded] == [o.check for o in some]
    for before, after in zip(some, graded, strict=True):
        assert len(after.findings) + len(after.notes) == len(before.findings) + len(before.notes)
        assert all(f.strength and f.false_alarm_rate is not None for f in after.findings)
    if any(o.status is Status.FAILED for o in some):
        assert verdict.level is not Level.NONE


def test_the_shipped_table_is_sound() -> None:
    table = shipped()
    assert table.name
    for row in table.rows.values():
        assert row.photos > 0
        assert row.how


@pytest.mark.parametrize("steps", ["[[0.5, 0.1], [0.4, 0.01]]", "[[0.4, 0.01], [0.5, 0.1]]"])
def test_a_table_that_runs_backwards_is_refused(steps: str) -> None:
    with pytest.raises(ValueError, match="scores must rise and rates must fall"):
        parse(f'{{"name": "x", "tables": {{"one": {{"steps": {steps}, "photos": 1, "how": "x"}}}}}}')
