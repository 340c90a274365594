"""The plates themselves: letters, circles and outlines where they belong, in every shape of picture."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.model import Text
from evidencecheck.report.draw import RING_RGB
from evidencecheck.report.lettering import CANDIDATES, UNDRAWABLE, Lettering, find_lettering
from evidencecheck.report.places import Layout, Place
from evidencecheck.report.plate import (
    MATCH_RGB,
    Panel,
    Style,
    circled_plate,
    pair_plate,
    same_view,
    shared_dots,
    to_jpeg,
    window,
)

Rgb = NDArray[np.uint8]
LATIN = Lettering(path=None)
STYLE = Style(width_px=600, lettering=LATIN)
ALL = find_lettering()
with_chinese = pytest.mark.skipif(not ALL.chinese, reason="no Chinese font on this system")


def draw(seed: int, width: int, height: int) -> Rgb:
    """Return a soft picture with some edges; another seed is another picture."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(50, 210, (6, 5, 3)).astype(np.uint8)
    picture = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    for _ in range(30):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        colour = tuple(int(value) for value in rng.integers(30, 220, 3))
        cv2.circle(
            picture, centre, int(rng.integers(4, 6 + width // 12)), colour, int(rng.choice([-1, 3])), cv2.LINE_AA
        )
    return picture


def near(picture: Image.Image | Rgb, colour: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Pixels within 40 levels of a colour."""
    return np.asarray(np.abs(np.asarray(picture, dtype=int) - colour).max(axis=2) < 40)


# ---------------------------------------------------------------- letters


def test_without_a_chinese_font_words_are_english(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    assert find_lettering([(tmp_path / "gone.ttf", 0), (tmp_path / "broken.ttf", 0)]) == LATIN
    assert LATIN.say(Text(zh="售后照片", en="photo received"), "zh") == "photo received"


def test_a_font_without_chinese_is_not_taken(tmp_path: Path) -> None:
    font = LATIN.font(20)
    assert hasattr(font, "font_bytes")
    (tmp_path / "latin.ttf").write_bytes(font.font_bytes)
    assert find_lettering([(tmp_path / "latin.ttf", 0)]) == LATIN


def test_what_has_no_letter_is_never_a_box() -> None:
    assert LATIN.drawable("小红书 @abc") == f"{UNDRAWABLE} @abc"
    assert LATIN.drawable("https://example.com/?a=1&b=2") == "https://example.com/?a=1&b=2"
    assert "\u202e" not in LATIN.drawable("a\u202eb")


@with_chinese
def test_with_a_chinese_font_words_are_chinese() -> None:
    assert ALL.say(Text(zh="售后照片", en="photo received"), "zh") == "售后照片"
    assert ALL.say(Text(zh="售后照片", en="photo received"), "en") == "photo received"
    assert ALL.drawable("我的杯子🥰开箱") == f"我的杯子{UNDRAWABLE}开箱"


def test_candidates_cover_the_three_systems() -> None:
    names = " ".join(str(path) for path, _ in CANDIDATES)
    for needed in ("msyh.ttc", "simhei.ttf", "PingFang.ttc", "STHeiti", "NotoSansCJK", "wqy"):
        assert needed in names


@pytest.mark.parametrize(
    "words",
    ["https://example.com/" + "0123456789" * 12, "plain words of a sentence that goes on for a while", "a", ""],
)
def test_lines_fit_and_lose_nothing(words: str) -> None:
    lines = LATIN.wrap(words, 24, 300)
    assert all(LATIN.font(24).getlength(line) <= 300 for line in lines)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")


@with_chinese
def test_chinese_lines_do_not_begin_with_punctuation() -> None:
    lines = ALL.wrap("来源，首次见于，截取时间。" * 6, 24, 200)
    assert len(lines) > 5
    assert not [line for line in lines if line[0] in "，。"]
    assert not [line for line in ALL.wrap("另一订单（二〇二五年）" * 6, 24, 200) if line[-1] == "（"]


# ---------------------------------------------------------------- plates


@pytest.mark.parametrize("size", [(300, 400), (400, 300), (120, 900), (900, 120), (16, 16)])
def test_any_shape_of_pictures_gives_a_plate(size: tuple[int, int]) -> None:
    theirs = draw(2, 300, 400)
    mine = np.asarray(Image.fromarray(draw(1, 300, 400)).resize(size), dtype=np.uint8)
    plate = pair_plate([Panel(rgb=mine, caption="a"), Panel(rgb=theirs, caption="b")], ["line"], STYLE)
    assert plate.width == 600
    assert 100 < plate.height < 2400
    place = Place(number=1, outline=((2.0, 2.0), (12.0, 2.0), (12.0, 12.0)), label=(8.0, 8.0), leader=(2.0, 2.0),
                  radius=4.0, weak=False)  # fmt: skip
    layout = Layout(places=(place,), frame=(0.0, 0.0, float(size[0]), float(size[1])))
    circled = circled_plate(Panel(rgb=mine, caption="a"), layout, [], ["line"], STYLE)
    assert circled.width == 600
    assert near(circled, RING_RGB).any()


def test_two_wide_pictures_stand_one_above_the_other() -> None:
    wide, tall = draw(1, 960, 540), draw(1, 540, 960)
    above = pair_plate([Panel(rgb=wide, caption="a")] * 2, [], STYLE)
    beside = pair_plate([Panel(rgb=tall, caption="a")] * 2, [], STYLE)
    assert above.height > 2 * 600 * 180 / 320
    assert beside.height < 2 * 320 / 180 * 600 / 2


def test_outlines_are_drawn_where_the_match_is() -> None:
    blank = np.full((200, 200, 3), 128, np.uint8)
    square = ((50.0, 50.0), (150.0, 50.0), (150.0, 150.0), (50.0, 150.0))
    plate = pair_plate([Panel(rgb=blank, caption="", outline=square), Panel(rgb=blank, caption="")], [], STYLE)
    rows, columns = np.nonzero(near(plate, MATCH_RGB))
    assert columns.max() < 300
    scale = columns.max() - columns.min()
    assert scale == pytest.approx(100 * 297 / 200, abs=8)
    assert rows.max() - rows.min() == pytest.approx(scale, abs=8)


def test_equal_letters_mark_equal_places() -> None:
    turn = ((0.0, -1.0, 200.0), (1.0, 0.0, 5.0), (0.0, 0.0, 1.0))
    here, there = shared_dots(((0.0, 0.0), (100.0, 0.0), (100.0, 80.0), (0.0, 80.0)), turn)
    assert len(here) == len(there) == 4
    assert len(set(here)) == 4
    for (x, y), (u, v) in zip(here, there, strict=True):
        assert (u, v) == pytest.approx((200 - y, x + 5))
    assert shared_dots((), turn) == ((), ())


def test_the_same_view_of_the_known_picture_lines_up() -> None:
    known = draw(5, 800, 800)
    photo = np.ascontiguousarray(known[:, ::-1][40:640, 30:630])  # mirrored, then cropped
    mirrored = ((-1.0, 0.0, 769.0), (0.0, 1.0, 40.0), (0.0, 0.0, 1.0))
    left, top, right, bottom = view = window(((100.0, 100.0), (140.0, 100.0), (140.0, 130.0)), 600, 600)
    seen = same_view(known, (800, 800), mirrored, view)
    assert np.abs(seen.astype(int) - photo[top:bottom, left:right]).mean() < 1
    half = np.asarray(Image.fromarray(known).resize((400, 400), Image.Resampling.BOX), dtype=np.uint8)
    assert same_view(half, (800, 800), mirrored, view).shape == seen.shape


@pytest.mark.parametrize("corner", [(0.0, 0.0), (299.0, 399.0), (0.0, 399.0)])
def test_a_view_stays_inside_the_picture(corner: tuple[float, float]) -> None:
    x, y = corner
    left, top, right, bottom = window(((x, y), (x, y + 1), (x + 1, y)), 300, 400)
    assert 0 <= left < right <= 300
    assert 0 <= top < bottom <= 400


def test_a_jpeg_keeps_its_budget() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (500, 500, 3), dtype=np.uint8))
    assert len(to_jpeg(noise, 10**9)) > len(to_jpeg(noise, 200_000))
    with Image.open(io.BytesIO(to_jpeg(noise, 1))) as picture:
        assert picture.size == (500, 500)
