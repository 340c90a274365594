from __future__ import annotations

import hashlib
import io
import warnings
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from evidencecheck.acquire.decode import decode
from evidencecheck.acquire.find import find_photos
from evidencecheck.acquire.intake import intake
from evidencecheck.acquire.workers import Trouble, Workers
from evidencecheck.model import Intake, Received, Settings, Text, Unreadable

LIMITS = Settings(max_seconds=10, max_memory_bytes=500 * 2**20)


def test_the_same_seed_writes_the_same_files(hostile: ModuleType, tmp_path: Path) -> None:
    one, two, other = (hostile.make_hostile(tmp_path / name, seed, 80) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert [path.read_bytes() for path in one] != [path.read_bytes() for path in other]


def test_the_undamaged_seeds_of_the_hostile_files_are_readable(hostile: ModuleType) -> None:
    unreadable = {name for name, data in hostile.pictures().items() if isinstance(decode(data, LIMITS), Text)}
    assert unreadable == set()


def test_300_hostile_files_lose_nothing_and_hang_nothing(
    hostile: ModuleType, picture_tasks: ModuleType, tmp_path: Path
) -> None:
    paths = hostile.make_hostile(tmp_path / "251103-1", seed=20251103)
    received = find_photos(tmp_path)
    assert {item.path for item in received} == set(paths)
    with Workers(1, LIMITS) as workers:
        taken = list(workers.map(partial(intake, settings=LIMITS), received))
        opened = list(workers.map(partial(picture_tasks.opened, settings=LIMITS), received))
    assert len(taken) == len(opened) == len(received) == 300
    for item, first, second in zip(received, taken, opened, strict=True):
        assert not isinstance(first, Trouble), first
        assert not isinstance(second, Trouble), second
        if isinstance(first, Intake):
            assert second == (first.photo, (first.photo.height, first.photo.width, 3))
        else:
            assert second == first
            assert first.reason.zh
            assert first.reason.en
        sha256 = first.photo.sha256 if isinstance(first, Intake) else first.sha256
        assert sha256 == hashlib.sha256(item.path.read_bytes()).hexdigest()
    assert 60 < sum(isinstance(one, Unreadable) for one in taken) < 260


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty.jpg", "empty"),
        ("only-markers.jpg", "damaged"),
        ("half-with-end.jpg", "incomplete"),
        ("huge-sof.jpg", "65500×65500"),
        ("huge-header.png", "60000×60000"),
        ("real-400mp.png", "20000×20000"),
        ("real-400mp.tif", "20000×20000"),
        ("huge-screen.gif", "65535×65535"),
        ("no-frame.gif", "damaged"),
        ("garbage.heic", "damaged"),
        ("pdf.jpg", "PDF"),
        ("svg.jpg", "SVG"),
        ("eps.jpg", "PostScript"),
        ("zip.jpg", "ZIP"),
        ("video.mp4", "video"),
        ("script.html", "web page"),
        ("text.txt", "not a picture"),
    ],
)
def test_a_hostile_file_is_unreadable_for_its_own_reason(hostile: ModuleType, name: str, said: str) -> None:
    data = hostile.special()[name]
    with warnings.catch_warnings(record=True) as warned:
        reason = decode(data, LIMITS) if data else None
    assert warned == []
    if reason is not None:
        assert isinstance(reason, Text)
        assert said in reason.en


@pytest.mark.parametrize("name", ["png-named.jpg", "jpg-named.png", "heic-named.jpg", "ifd-loop.tif", "twice.jpg"])
def test_what_is_only_odd_is_read(hostile: ModuleType, name: str) -> None:
    assert not isinstance(decode(hostile.special()[name], LIMITS), Text)


def test_a_picture_that_takes_too_long_is_trouble_of_that_picture(
    hostile: ModuleType, picture_tasks: ModuleType, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.jpg"
    slow.write_bytes(hostile.scan_bomb(_large_progressive(), 1000))
    fine = tmp_path / "fine.jpg"
    fine.write_bytes(hostile.pictures()["plain.jpg"])
    settings = Settings(max_seconds=2)
    received = [Received(case="1", name=path.name, path=path) for path in (slow, fine)]
    with Workers(1, settings, picture_tasks.warm_up) as workers:
        trouble, taken = workers.map(partial(picture_tasks.opened, settings=settings), received)
    assert isinstance(trouble, Trouble)
    assert trouble.kind == "timeout"
    assert not isinstance(taken, Unreadable | Trouble)


def _large_progressive() -> bytes:
    file = io.BytesIO()
    Image.new("L", (3000, 3000), 90).save(file, "JPEG", progressive=True)
    return file.getvalue()
