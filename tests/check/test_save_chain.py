from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.check import run_check
from evidencecheck.check.save_chain import CHECK
from evidencecheck.model import Lab, Outcome, Received, Settings, Status, Unreadable
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]
Draw = Callable[..., Rgb]
Save = Callable[..., Path]


def outcome_of(path: Path) -> Outcome:
    exhibit = open_exhibit(Received(case="c", name=path.name, path=path), Settings())
    assert not isinstance(exhibit, Unreadable)
    with Store.open(path.parent / "store") as store:
        return run_check(CHECK, exhibit, Lab(known=store.known_images())).outcome


def read(path: Path) -> Rgb:
    bgr = cv2.imread(str(path))
    assert bgr is not None
    return np.asarray(bgr[..., ::-1], np.uint8)


def test_a_photo_saved_twice_gets_a_note(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    first = save(draw_scene(1, 900, 700), tmp_path / "first.jpg", 75)
    outcome = outcome_of(save(read(first), tmp_path / "second.jpg", 92))
    assert outcome.status is Status.DONE
    assert "saved at least once before" in outcome.notes[0].summary.en
    assert outcome.notes[0].measurements["quality"] == 92


def test_a_photo_saved_once_at_a_good_quality_shows_no_earlier_save(
    tmp_path: Path, draw_scene: Draw, save: Save
) -> None:
    outcome = outcome_of(save(draw_scene(1, 900, 700), tmp_path / "once.jpg", 93))
    assert "no earlier save shows" in outcome.notes[0].summary.en


def test_after_a_chat_app_resized_and_saved_it_the_answer_is_that_nothing_can_be_seen(
    tmp_path: Path, draw_scene: Draw, save: Save
) -> None:
    first = read(save(draw_scene(1, 1300, 1000), tmp_path / "first.jpg", 92))
    small = cv2.resize(first, (1080, 831), interpolation=cv2.INTER_AREA)
    outcome = outcome_of(save(np.asarray(small, np.uint8), tmp_path / "chat.jpg", 75))
    assert outcome.status is Status.NOT_APPLICABLE
    assert outcome.blind
    assert "recompressed after resizing" in outcome.reason


def test_a_png_is_not_applicable_but_not_blind(tmp_path: Path, draw_scene: Draw, save: Save) -> None:
    outcome = outcome_of(save(draw_scene(1, 900, 700), tmp_path / "photo.png"))
    assert outcome.status is Status.NOT_APPLICABLE
    assert not outcome.blind
