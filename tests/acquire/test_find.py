from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.acquire.find import FolderError, find_photos
from evidencecheck.acquire.intake import intake
from evidencecheck.model import Settings, Unreadable

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs links or special files")


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"data")


def found(folder: Path) -> list[tuple[str, str]]:
    return [(received.case, received.name) for received in find_photos(folder)]


def test_every_sub_folder_is_an_order_with_all_below_it(tmp_path: Path) -> None:
    put(tmp_path, "251103-1/2.jpg", "251103-1/1.jpg", "张三的订单/a/b/c.png", "x/movie.mp4")
    assert found(tmp_path) == [
        ("251103-1", "251103-1/1.jpg"),
        ("251103-1", "251103-1/2.jpg"),
        ("x", "x/movie.mp4"),
        ("张三的订单", "张三的订单/a/b/c.png"),
    ]


def test_loose_files_belong_to_the_number_they_begin_with_or_to_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    put(
        folder, "251103-12_1.jpg", "251103-12.jpg", "251103-1234 (2).jpg", "25110-1.jpg", "photo.jpg", "251103-12/a.jpg"
    )
    assert found(folder) == [
        ("251103-12", "251103-12.jpg"),
        ("251103-12", "251103-12/a.jpg"),
        ("251103-12", "251103-12_1.jpg"),
        ("251103-1234", "251103-1234 (2).jpg"),
        ("inbox", "25110-1.jpg"),
        ("inbox", "photo.jpg"),
    ]


def test_only_what_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "1/.DS_Store", "1/Thumbs.db", "1/desktop.ini", "__MACOSX/1/a.jpg", "1/.hidden.jpg", "1/._kept.jpg")
    (tmp_path / "1/._a.jpg").write_bytes(b"\x00\x05\x16\x07 AppleDouble")
    assert found(tmp_path) == [("1", "1/._kept.jpg"), ("1", "1/.hidden.jpg")]


@pytest.mark.parametrize(
    ("make", "said"),
    [(lambda _: None, "no such"), (lambda path: path.write_text("x"), "not a folder"), (Path.mkdir, "no files")],
)
def test_a_folder_that_cannot_be_screened_is_named(tmp_path: Path, make: object, said: str) -> None:
    folder = tmp_path / "orders"
    make(folder)  # type: ignore[operator]
    with pytest.raises(FolderError, match=said) as raised:
        find_photos(folder)
    assert str(folder) in raised.value.reason.zh


def test_a_folder_with_only_empty_orders_has_nothing_to_screen(tmp_path: Path) -> None:
    (tmp_path / "251103-1").mkdir()
    with pytest.raises(FolderError, match="no files"):
        find_photos(tmp_path)


@POSIX
def test_link_loops_end_and_no_linked_folder_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(folder, "a/1.jpg", "b/2.jpg", "b/deep/3.jpg")
    put(tmp_path / "elsewhere", "4.jpg")
    (folder / "a/loop").symlink_to("../a")
    (folder / "a/everything").symlink_to("/")
    (folder / "a/zb").symlink_to("../b")
    (folder / "c").symlink_to(tmp_path / "elsewhere")
    (folder / "a/self").symlink_to("self")
    assert found(folder) == [
        ("a", "a/1.jpg"),
        ("a", "a/everything"),
        ("a", "a/loop"),
        ("a", "a/self"),
        ("a", "a/zb"),
        ("b", "b/2.jpg"),
        ("b", "b/deep/3.jpg"),
        ("c", "c/4.jpg"),
    ]


@POSIX
def test_what_is_no_regular_file_is_received_and_never_opened(tmp_path: Path) -> None:
    put(tmp_path, "1/a.jpg")
    os.mkfifo(tmp_path / "1/pipe.jpg")
    (tmp_path / "1/dangling.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "1/device.jpg").symlink_to("/dev/zero")
    (tmp_path / "1/folder").symlink_to("../1")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "1/s.jpg"))
        reasons = {}
        for received in find_photos(tmp_path):
            for result in (intake(received, Settings()), open_exhibit(received, Settings())):
                assert isinstance(result, Unreadable)
                reasons[received.name] = result.reason.en.split(".")[0]
    assert reasons == {
        "1/a.jpg": reasons["1/a.jpg"],
        "1/dangling.jpg": "The file is missing, or is a link that leads nowhere",
        "1/device.jpg": "This is a pipe, device or socket, not a file; it was not opened",
        "1/folder": "This link leads to a folder already screened, or loops; it was not entered again",
        "1/pipe.jpg": "This is a pipe, device or socket, not a file; it was not opened",
        "1/s.jpg": "This is a pipe, device or socket, not a file; it was not opened",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes; the length limit of paths is Linux's")
def test_odd_names_and_endless_nesting_are_survived(tmp_path: Path) -> None:
    put(tmp_path, "1/" + "n" * 251 + ".jpg", "1/📦.jpg", "1/new\nline.jpg")
    os.close(os.open(os.fsencode(tmp_path) + "/1/照片.jpg".encode("gbk"), os.O_CREAT))
    place = os.open(tmp_path / "1", os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=place)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(place)
    received = find_photos(tmp_path)
    names = [one.name for one in received]
    deepest = next(one for one in received if one.name.startswith("1/ddd"))
    result = intake(deepest, Settings())
    assert isinstance(result, Unreadable)
    assert "path" in result.reason.en
    assert [name for name in names if name != deepest.name] == [
        "1/new\\u000aline.jpg", "1/" + "n" * 251 + ".jpg", "1/照片.jpg", "1/📦.jpg"
    ]  # fmt: skip
    gbk = next(one for one in received if one.name == "1/照片.jpg")
    assert intake(gbk, Settings()) == open_exhibit(gbk, Settings())


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_a_folder_without_permission_is_a_result(tmp_path: Path) -> None:
    put(tmp_path, "1/a.jpg", "2/b.jpg")
    (tmp_path / "2").chmod(0)
    try:
        locked = find_photos(tmp_path)[-1]
        result = intake(locked, Settings())
    finally:
        (tmp_path / "2").chmod(0o700)
    assert (locked.case, locked.name) == ("2", "2")
    assert isinstance(result, Unreadable)
    assert "permission" in result.reason.en
