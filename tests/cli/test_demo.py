"""`evidencecheck demo` end to end: the installed command on the bundled orders, read back from its JSON lines."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from evidencecheck.cli.demo import demo_folder
from evidencecheck.report.jsonl import schema

STOLEN_PLATE = "251103-104481726350417/1.jpg"
STOLEN_COFFEE = "251103-217730945518226/1.jpg"
STAINED = "251104-330917264405518/1.jpg"
OTHER_PRODUCT = "251104-418826037719054/1.jpg"
FIRST_USE = "251105-506617382940163/1.jpg"
SECOND_USE = "251106-617093825546271/1.jpg"
BEFORE_SHIPPING = "251106-725504917338802/IMG_20251021_141530.jpg"
UNREADABLE = "251107-809146623057194/1.jpg"
HONEST = (
    OTHER_PRODUCT,
    "251108-913388250461775/1.jpg",
    "251108-913388250461775/IMG_20251112_190211.jpg",
    "251108-913388250461775/Screenshot_20251112_201512.jpg",
    "251108-940027716385529/IMG_20251112_182640.jpg",
)
ALARMS = ("supported", "documented")

Record = dict[str, Any]


class Demo(NamedTuple):
    """One run of the demo: where it wrote, what it said, and its records by photo."""

    out: Path
    stdout: str
    records: dict[str, Record]


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory, run_command: Callable[..., subprocess.CompletedProcess[bytes]]
) -> Demo:
    out = tmp_path_factory.mktemp("demo") / "report"
    done = run_command("demo", "--out", out, "--lang", "en", "--jobs", 2)
    assert done.returncode == 0, done.stderr.decode()
    lines = map(json.loads, (out / "photos.jsonl").read_bytes().splitlines())
    return Demo(out, done.stdout.decode(), {line["photo"]: line for line in lines})


def findings(record: Record, claim: str, *strengths: str) -> Iterator[Record]:
    for outcome in record["outcomes"]:
        for finding in outcome["findings"]:
            if finding["claim"] == claim and finding["strength"] in (strengths or ALARMS):
                yield finding


def test_every_bundled_photo_is_answered_by_the_schema(demo: Demo) -> None:
    with demo_folder() as data:
        cases = data / "fixtures" / "cases"
        files = {path.relative_to(cases).as_posix() for path in cases.rglob("*") if path.is_file()}
    assert set(demo.records) == files
    assert len(files) == 12
    for record in demo.records.values():
        jsonschema.validate(record, schema())
        assert "failed" not in {outcome["status"] for outcome in record["outcomes"]}, record["photo"]


@pytest.mark.parametrize(
    ("photo", "file", "source"),
    [
        (STOLEN_PLATE, "web/plate-broken.jpg", "https://example.com/notes/6f2a91c4"),
        (STOLEN_COFFEE, "web/coffee-listing.jpg", "https://example.com/other-shop/item/88213"),
        (STAINED, "shop/mug-main.jpg", "https://example.com/shop/goods/1001"),
    ],
)
def test_a_stolen_picture_is_documented_with_its_source(demo: Demo, photo: str, file: str, source: str) -> None:
    record = demo.records[photo]
    assert record["verdict"] == "documented"
    assert "web-image" in record["claims"]
    (match,) = findings(record, "web-image", "documented")
    assert (match["reference"]["file"], match["reference"]["source"]) == (file, source)
    assert match["reference"]["first_seen"]


@pytest.mark.parametrize("photo", [STOLEN_PLATE, STOLEN_COFFEE])
def test_a_picture_only_cropped_and_saved_again_is_not_called_edited(demo: Demo, photo: str) -> None:
    assert demo.records[photo]["claims"] == ["web-image"]


def test_the_painted_stain_is_documented_where_it_was_painted(demo: Demo) -> None:
    record = demo.records[STAINED]
    assert "edited" in record["claims"]
    marked = np.zeros((record["height"], record["width"]), dtype=np.uint8)
    for finding in findings(record, "edited", "documented"):
        for region in finding["regions"]:
            cv2.fillPoly(marked, [np.round(region["polygon"]).astype(np.int32)], (255,))
    stain = painted_stain(marked.shape)
    assert (marked & stain).sum() > 0.8 * stain.sum()
    assert (marked & stain).sum() > 0.5 * marked.sum()  # and little else


def painted_stain(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return where fixtures/make_cases.py painted the blot; its edge is ragged, and it drips a little below."""
    height, width = shape
    mask = np.zeros(shape, dtype=np.uint8)
    axes = (round(0.075 * width), round(0.07 * height))
    return np.asarray(cv2.ellipse(mask, (round(0.645 * width), round(0.60 * height)), axes, 0, 0, 360, (255,), -1))


def test_a_photo_sent_again_is_documented_in_the_later_order(demo: Demo) -> None:
    record = demo.records[SECOND_USE]
    assert (record["verdict"], record["claims"]) == ("documented", ["reused"])
    (match,) = findings(record, "reused", "documented")
    assert match["reference"]["kind"] == "claim"
    assert match["reference"]["sha256"] == demo.records[FIRST_USE]["sha256"]
    assert "2025-11-07 18:01" in match["summary"]["en"]  # when the other order was claimed, says the export
    shown = match["reference"]["order"]
    assert shown
    assert FIRST_USE.partition("/")[0] not in shown + match["summary"]["en"]  # the other order's number stays masked


def test_the_order_that_sent_it_first_only_hears_of_it(demo: Demo) -> None:
    record = demo.records[FIRST_USE]
    assert (record["verdict"], record["claims"]) == ("none", [])
    (outcome,) = [outcome for outcome in record["outcomes"] if outcome["check"] == "reused"]
    (note,) = outcome["notes"]
    assert "also came later" in note["summary"]["en"]


def test_a_photo_taken_before_shipping_contradicts_the_order(demo: Demo) -> None:
    record = demo.records[BEFORE_SHIPPING]
    assert (record["verdict"], record["claims"]) == ("documented", ["contradiction"])
    (finding,) = findings(record, "contradiction", "documented")
    assert finding["measurements"]["hours"] == pytest.approx(16 * 24 + 19, abs=1)  # 21 October 14:15 to 7 November 9:15


def test_the_cut_off_file_is_a_result(demo: Demo) -> None:
    record = demo.records[UNREADABLE]
    assert record["verdict"] == "unreadable"
    assert record["reason"]
    assert record["explanation"]["zh"]


@pytest.mark.parametrize("photo", HONEST)
def test_honest_photos_raise_no_alarm(demo: Demo, photo: str) -> None:
    """Among them: the shop's own mug in another photo, a screenshot, and a plate that really broke."""
    record = demo.records[photo]
    assert record["verdict"] not in (*ALARMS, "unreadable")
    assert all(not [*findings(record, claim)] for claim in ("web-image", "edited", "reused", "contradiction"))


def test_the_table_and_the_report_say_the_same(demo: Demo) -> None:
    for photo in demo.records:
        order, _, name = photo.partition("/")
        assert re.search(f"{order}.*{re.escape(name[:12])}", demo.stdout), photo
    assert demo.stdout.count("Documented") == sum(r["verdict"] == "documented" for r in demo.records.values())
    pages = {page.stem for page in (demo.out / "cases").glob("*.html")}
    assert pages == {photo.partition("/")[0] for photo in demo.records}
    assert (demo.out / "index.html").is_file()


def test_the_store_beside_the_report_can_be_tried_on(
    demo: Demo, run_command: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    done = run_command("corpus", "list", "--store", demo.out / "store")
    assert done.returncode == 0, done.stderr.decode()
    assert b"https://example.com/notes/6f2a91c4" in done.stdout


def test_a_report_is_never_overwritten(
    demo: Demo, run_command: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    before = (demo.out / "photos.jsonl").read_bytes()
    done = run_command("demo", "--out", demo.out)
    assert done.returncode == 2
    assert "--out" in done.stderr.decode()
    assert (demo.out / "photos.jsonl").read_bytes() == before


def test_the_pictures_are_what_their_script_makes(tmp_path: Path) -> None:
    """Another version of the JPEG library may differ by a little; another picture, or a forgotten one, fails."""
    script = Path(__file__).parents[2] / "fixtures" / "make_cases.py"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, script, "--out", tmp_path], capture_output=True, check=False, env=environment
    )
    if b"no Chinese font" in done.stderr:
        pytest.skip("the screenshot's chat is drawn with a Chinese font, and this system has none")
    assert done.returncode == 0, done.stderr.decode()
    with demo_folder() as data:
        for made in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
            kept = data / made.relative_to(tmp_path)
            if made.suffix == ".csv":
                assert made.read_bytes() == kept.read_bytes(), made
            elif made.parent.name != UNREADABLE.partition("/")[0]:
                pixels = [np.asarray(cv2.imread(str(path)), dtype=np.float64) for path in (made, kept)]
                assert np.abs(pixels[0] - pixels[1]).mean() < 2, made
