"""A record that orders are added to again and again: the last lines of an order count, whatever a kill left."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidencecheck.model import Level, PhotoReport
from evidencecheck.report.growing import tidy, written_cases
from evidencecheck.report.journal import Journal, OutputBusyError
from evidencecheck.report.jsonl import encode


def report(case: str, photo: str, sha256: str = "a") -> PhotoReport:
    return PhotoReport(
        case=case, photo=f"{case}/{photo}", sha256=sha256 * 64, size_bytes=1, format="JPEG", width=1, height=1,
        verdict=Level.NONE,
    )  # fmt: skip


def record(file: Path, *reports: PhotoReport, torn: bytes = b"") -> Path:
    file.write_bytes(b"".join(encode(each) + b"\n" for each in reports) + torn)
    return file


def kept(file: Path) -> list[tuple[str, ...]]:
    return [tuple(f"{each.photo} {each.sha256[0]}" for each in case) for case in written_cases(file)]


def test_an_order_screened_again_replaces_its_lines_and_only_its_own(tmp_path: Path) -> None:
    file = record(tmp_path / "p", report("A", "1"), report("A", "2"), report("B", "1"), report("A", "1", "b"))
    tidy(file)
    assert kept(file) == [("B/1 a",), ("A/1 b",)]


def test_what_a_kill_cut_short_is_replaced_by_the_whole_order(tmp_path: Path) -> None:
    half, whole = (report("A", "1"), report("A", "2")), (report("A", "1"), report("A", "2"), report("A", "3"))
    file = record(tmp_path / "p", *half, *whole, torn=b'{"case": "A", "photo": "A/4')
    tidy(file)
    assert kept(file) == [("A/1 a", "A/2 a", "A/3 a")]
    assert file.read_bytes() == b"".join(encode(each) + b"\n" for each in whole)


def test_a_tidy_record_is_not_written_again(tmp_path: Path) -> None:
    file = record(tmp_path / "p", report("A", "1"), report("B", "1"))
    before = file.stat()
    tidy(file)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    tidy(tmp_path / "absent")
    assert kept(tmp_path / "absent") == []


def test_a_growing_record_keeps_what_is_there_and_has_one_writer(tmp_path: Path) -> None:
    with Journal.grow(tmp_path) as journal:
        journal.add(report("A", "1"))
        with pytest.raises(OutputBusyError, match="--out"):
            Journal.grow(tmp_path)
        journal.finish()
    with Journal.grow(tmp_path) as journal:
        journal.add(report("B", "1"))
    assert kept(tmp_path / "photos.jsonl") == [("A/1 a",), ("B/1 a",)]
