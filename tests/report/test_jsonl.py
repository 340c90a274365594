import json
import math
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencecheck.model import Basis, CaseReport, Claim, Finding, Level, Outcome, PhotoReport, Region, Status, Text
from evidencecheck.report.jsonl import SCHEMA_FILE, decode, encode, schema, schema_text

PLAIN = PhotoReport(
    case="251103-1", photo="251103-1/1.jpg", sha256="ab" * 32, size_bytes=5, format="JPEG", width=40, height=30,
    verdict=Level.NONE,
)  # fmt: skip


def with_finding(**changes: object) -> PhotoReport:
    finding = Finding(claim=Claim.EDITED, score=0.5, summary=Text(zh="一", en="one"), basis=Basis.MEASURED)
    outcome = Outcome(check="copy-move", status=Status.DONE, findings=(replace(finding, **changes),))  # type: ignore[arg-type]
    return replace(PLAIN, outcomes=(outcome,))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    shipped = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(shipped)
    return jsonschema.Draft202012Validator(shipped)


def test_the_shipped_schema_is_the_one_generated_from_the_types() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "the types changed: run `python -m evidencecheck.report.jsonl` and look at the difference"
    )


def test_every_sample_report_validates_and_comes_back(
    sample_cases: tuple[CaseReport, ...], validator: jsonschema.Draft202012Validator
) -> None:
    reports = [photo for case in sample_cases for photo in case.photos]
    assert {report.verdict for report in reports} >= {Level.DOCUMENTED, Level.NONE, Level.UNREADABLE}
    for report in reports:
        line = encode(report)
        validator.validate(json.loads(line))
        assert b"\n" not in line
        assert encode(decode(line)) == line
        assert decode(line).outcomes[:1] == report.outcomes[:1]


def test_the_contract_fields_are_where_scripts_look_for_them(sample_cases: tuple[CaseReport, ...]) -> None:
    line = json.loads(encode(sample_cases[0].photos[0]))
    first = ["schema", "case", "photo", "sha256", "size_bytes", "format", "width", "height", "verdict", "claims"]
    assert list(line)[: len(first)] == first
    assert line["schema"] == "evidencecheck.photo/1"
    web, edited = line["outcomes"][0]["findings"]
    assert set(web["reference"]) >= {
        "id", "kind", "file", "source", "first_seen", "sha256", "overlap", "homography",
    }  # fmt: skip
    assert [len(row) for row in web["reference"]["homography"]] == [3, 3, 3]
    assert edited["regions"][0]["label"] == "1"
    assert all(len(point) == 2 for point in edited["regions"][0]["polygon"])
    assert set(edited) >= {"claim", "strength", "score", "false_alarm_rate", "summary", "regions", "measurements"}
    assert set(edited["summary"]) == {"zh", "en"}


def test_the_schema_refuses_what_the_contract_forbids(validator: jsonschema.Draft202012Validator) -> None:
    line = json.loads(encode(PLAIN))
    assert validator.is_valid(line)
    assert validator.is_valid(line | {"extra": 1})
    for wrong in ({"verdict": "genuine"}, {"edit_score": 1.5}, {"sha256": "xyz"}, {"width": -1}, {"claims": ["fraud"]}):
        assert not validator.is_valid(line | wrong), wrong
    assert not validator.is_valid({key: value for key, value in line.items() if key != "schema"})


def test_the_schema_refuses_a_region_that_is_no_area(validator: jsonschema.Draft202012Validator) -> None:
    line = json.loads(encode(with_finding(regions=(Region(polygon=((0, 0), (5, 0), (5, 5)), label="1"),))))
    assert validator.is_valid(line)
    line["outcomes"][0]["findings"][0]["regions"][0]["polygon"] = [[0, 0], [1, 1]]
    assert not validator.is_valid(line)


@settings(max_examples=60, deadline=None)
@given(st.floats(allow_nan=True, allow_infinity=True), st.text(st.characters(categories=["L", "Cs", "Cc", "Cf"])))
def test_no_number_and_no_text_breaks_a_line(number: float, text: str) -> None:
    report = replace(with_finding(measurements={text: number, "a": text}), photo=text, edit_score=number)
    line = encode(report).decode("utf-8")
    json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert decode(line).outcomes[0].findings[0].score == 0.5


@pytest.mark.parametrize(("number", "written"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_a_measurement_that_is_no_number_says_so(number: float, written: str) -> None:
    assert decode(encode(with_finding(measurements={"ratio": number}))).outcomes[0].findings[0].measurements == {
        "ratio": written
    }


def test_numpy_scalars_become_plain_numbers() -> None:
    given_by_a_check = {"share": np.float32(0.25), "count": np.int64(3), "seen": np.bool_(True)}
    measured = decode(encode(with_finding(measurements=given_by_a_check))).outcomes[0].findings[0].measurements
    assert measured == {"share": 0.25, "count": 3, "seen": True}
    assert [type(value) for value in measured.values()] == [float, int, bool]


def test_coordinates_are_written_to_a_tenth_of_a_pixel() -> None:
    polygon = ((1.23456, 2.0), (10.06, 2.04), (5.55, 7.0))
    region = (
        decode(encode(with_finding(regions=(Region(polygon=polygon, label="1"),)))).outcomes[0].findings[0].regions[0]
    )
    assert region.polygon == ((1.2, 2.0), (10.1, 2.0), (5.5, 7.0))


def test_a_file_name_that_is_not_unicode_is_written_as_escapes() -> None:
    assert decode(encode(replace(PLAIN, photo="a\udcff.jpg"))).photo == "a\\udcff.jpg"


def test_unknown_fields_are_ignored_and_wrong_lines_name_the_field() -> None:
    line = json.loads(encode(PLAIN)) | {"later": {"x": 1}}
    assert decode(json.dumps(line)) == PLAIN
    with pytest.raises(ValueError, match="verdict"):
        decode(json.dumps(line | {"verdict": "fake"}))
    with pytest.raises(ValueError, match="not an evidencecheck"):
        decode(b'{"schema": ')


def test_schema_names_its_draft_and_its_fields_have_types() -> None:
    made = schema()
    assert made["$schema"].endswith("2020-12/schema")
    assert made["$defs"]["Region"]["properties"]["polygon"]["minItems"] == 3
