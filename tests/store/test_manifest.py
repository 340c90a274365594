from __future__ import annotations

from pathlib import Path

import pytest

from evidencecheck.model import ReferenceKind
from evidencecheck.store import StoreError
from evidencecheck.store.manifest import Row, RowProblem, read_manifest


def manifest(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    for name in ("a.jpg", "b.jpg"):
        (folder / "pictures").mkdir(exist_ok=True)
        (folder / "pictures" / name).write_bytes(b"x")
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


CHINESE = (
    '文件,类型,来源网址,首次发现,货号,商品标题\r\npictures/a.jpg,网图,https://x.example,2025年1月2日,S-1,"鞋,红"\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_columns_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    (row,) = read_manifest(manifest(tmp_path, CHINESE, encoding))
    assert isinstance(row, Row)
    assert (row.path, row.kind, row.line) == (tmp_path / "pictures" / "a.jpg", ReferenceKind.WEB, 2)
    assert row.stated == {
        "source": "https://x.example", "first_seen": "2025-01-02", "sku": "S-1", "title": "鞋,红",
    }  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_in_any_order_and_delimiter(tmp_path: Path, delimiter: str) -> None:
    text = "source,first_seen,File\nhttps://x.example,2025-03-04 05:06,pictures\\b.jpg\n,,\n,,pictures/a.jpg\n"
    first, second = read_manifest(manifest(tmp_path, text.replace(",", delimiter)))
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert (first.path.name, first.stated["first_seen"], first.kind) == ("b.jpg", "2025-03-04T05:06:00", None)
    assert (second.line, second.stated) == (4, {})


def test_wrong_rows_are_told_with_their_line_and_the_others_stay(tmp_path: Path) -> None:
    lines = (
        "file,kind,date",
        "pictures/a.jpg,web,2025-01-01",
        ",web,2025-01-01",
        "pictures/a.jpg,stolen,2025-01-01",
        "pictures/a.jpg,web,yesterday",
        "pictures/a.jpg,web,2025-02-30",
        "pictures/none.jpg,web,2025-01-01",
        "pictures/\0.jpg,web,",
        "pictures/b.jpg,shop",
    )
    rows = list(read_manifest(manifest(tmp_path, "\n".join(lines))))
    assert [row.line for row in rows if isinstance(row, Row)] == [2, 9]
    problems = [row for row in rows if isinstance(row, RowProblem)]
    assert [row.line for row in problems] == [3, 4, 5, 6, 7, 8]
    words = ("file name", "web or shop", "2025-01-31", "2025-01-31", "not there", "file name")
    assert all(word in row.text.en for word, row in zip(words, problems, strict=True))


@pytest.mark.parametrize(
    ("text", "word"), [("name,source\na.jpg,x\n", "file"), ("", "file"), ('file,x\n"a' + "b" * 200_000, "CSV")]
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(StoreError, match=f"list.csv.*{word}"):
        list(read_manifest(manifest(tmp_path, text)))


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"none\.csv"):
        list(read_manifest(tmp_path / "none.csv"))
