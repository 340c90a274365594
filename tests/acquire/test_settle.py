"""When an order has come to rest: real files, a clock in the test's hands."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidencecheck.acquire.find import FolderError
from evidencecheck.acquire.settle import Settling, is_unfinished, look


def put(path: Path, data: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def cases(settling: Settling, folder: Path) -> list[str]:
    return [seen.case for seen in settling.at_rest(look(folder))]


def test_an_order_rests_when_nothing_of_it_has_changed_for_the_time_asked(tmp_path: Path) -> None:
    now = 0.0
    settling = Settling(10, clock=lambda: now)
    growing = put(tmp_path / "A" / "1.jpg")
    put(tmp_path / "B" / "1.jpg")
    assert cases(settling, tmp_path) == []
    now = 9.0
    put(growing, b"xx")
    assert cases(settling, tmp_path) == []
    now = 10.0
    assert cases(settling, tmp_path) == ["B"]
    now = 19.0
    assert cases(settling, tmp_path) == ["A", "B"]
    put(tmp_path / "A" / "2.jpg")
    assert cases(settling, tmp_path) == ["B"]


def test_an_old_file_is_no_file_at_rest_until_it_was_seen_twice(tmp_path: Path) -> None:
    """Clocks of network shares differ, and a copied file keeps its old time: only what is seen counts."""
    import os

    os.utime(put(tmp_path / "A" / "1.jpg"), (0, 0))
    assert cases(Settling(1, clock=lambda: 5.0), tmp_path) == []
    assert cases(Settling(0, clock=lambda: 5.0), tmp_path) == ["A"]


def test_a_running_download_is_not_received_and_keeps_its_order_from_resting(tmp_path: Path) -> None:
    now = 0.0
    settling = Settling(10, clock=lambda: now)
    put(tmp_path / "A" / "1.jpg")
    part = put(tmp_path / "A" / "2.jpg.crdownload")
    put(tmp_path / "B" / "x.part")
    cases(settling, tmp_path)
    now = 9.0
    put(part, b"xx")
    cases(settling, tmp_path)
    now = 18.0
    assert cases(settling, tmp_path) == ["B"]
    now = 19.0
    (order, other) = settling.at_rest(look(tmp_path))
    assert [received.name for received in order.received] == ["A/1.jpg"]
    assert [name for name, _, _ in order.unfinished] == ["A/2.jpg.crdownload"]
    assert other.received == ()


@pytest.mark.parametrize("name", ["1.jpg.part", "Unconfirmed 12.CRDOWNLOAD", "a.tmp", "~$x.jpg", "微信.jpg.xltd"])
def test_names_of_unfinished_downloads(name: str) -> None:
    assert is_unfinished(name)


@pytest.mark.parametrize("name", ["part.jpg", "1.jpg", "tmp", "download.png", "crdownload.heic", "1.partial.jpg"])
def test_names_of_finished_files(name: str) -> None:
    assert not is_unfinished(name)


def test_a_file_that_cannot_be_asked_is_still_received(tmp_path: Path) -> None:
    (tmp_path / "A").mkdir()
    (tmp_path / "A" / "1.jpg").symlink_to(tmp_path / "nowhere")
    (seen,) = look(tmp_path)
    assert seen.files == (("A/1.jpg", -1, -1),)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        look(tmp_path / "absent")
