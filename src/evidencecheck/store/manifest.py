"""Provenance from a table the seller keeps: a CSV file with one row per picture, columns found by their names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidencecheck.model import ReferenceKind, Text
from evidencecheck.store.dates import iso
from evidencecheck.store.error import StoreError

MAX_BYTES = 256 * 2**20
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "file": ("file", "path", "filename", "file name", "文件", "文件名", "文件路径", "图片", "图片文件", "路径"),
    "kind": ("kind", "type", "类型", "种类"),
    "source": ("source", "url", "source url", "link", "来源", "网址", "链接", "出处", "来源网址", "来源链接"),
    "first_seen": ("first seen", "seen", "date", "首次出现", "首次发现", "首见时间", "发现时间", "发布时间", "日期"),
    "captured_at": ("captured at", "captured", "拍摄时间", "截图时间", "采集时间", "保存时间"),
    "sku": ("sku", "sku id", "货号", "商家编码", "规格编码", "商品编码", "商品编号"),
    "title": ("title", "name", "标题", "商品标题", "商品名称", "名称"),
    "licence": ("licence", "license", "许可", "许可证", "授权", "版权"),
}
KINDS: Mapping[str, ReferenceKind] = {
    "web": ReferenceKind.WEB, "网图": ReferenceKind.WEB, "网络": ReferenceKind.WEB, "网络图片": ReferenceKind.WEB,
    "shop": ReferenceKind.SHOP, "本店": ReferenceKind.SHOP, "店铺": ReferenceKind.SHOP, "实物图": ReferenceKind.SHOP,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one line states of one picture; "" is not stated."""

    manifest: str
    line: int
    path: Path  # absolute
    file: str  # as the table names it
    kind: ReferenceKind | None
    stated: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A line that cannot be used, and what to do."""

    file: str
    line: int
    text: Text


def read_manifest(path: Path) -> Iterator[Row | RowProblem]:
    """Yield the rows of a manifest in order. `file` is relative to the manifest's folder.

    Raises StoreError when the table as a whole cannot be read: no such file, no column for the file name.
    """
    reader = csv.reader(io.StringIO(_text_of(path), newline=""), delimiter=_delimiter(path))
    try:
        columns = _columns(path, next(reader, []))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                values = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
                yield _row(path, reader.line_num, values)
    except csv.Error as error:
        raise StoreError(
            f"{path}, line {reader.line_num}: not a CSV table ({error}). Save it again as CSV UTF-8"
        ) from error


def _row(path: Path, line: int, values: Mapping[str, str]) -> Row | RowProblem:
    def problem(zh: str, en: str) -> RowProblem:
        return RowProblem(file=path.name, line=line, text=Text(zh=zh, en=en))

    file = values.get("file", "")
    if not file or "\0" in file:
        return problem("这一行没有文件名，已跳过；请补上", "no file name: skipped; fill it in")
    kind_text = values.get("kind", "")
    kind = KINDS.get(kind_text.lower())
    if kind_text and kind is None:
        return problem("“类型”应为 web 或 shop，已跳过；请改正", "the kind must be web or shop: skipped; correct it")
    stated = {name: text for name, text in values.items() if name not in ("file", "kind") and text}
    for name in ("first_seen", "captured_at"):
        time = iso(values.get(name, ""))
        if time is None:
            return problem(
                "日期看不懂，已跳过；请写成 2025-01-31 或 2025-01-31 08:30",
                f"{name} is no date: skipped; write 2025-01-31 or 2025-01-31 08:30",
            )
        if time:
            stated[name] = time
    place = Path(file.replace("\\", "/")) if not Path(file).is_absolute() else Path(file)
    place = (path.parent / place).absolute()
    if not place.is_file():
        return problem(
            "找不到这一行的文件，已跳过；请检查路径", "the file of this row is not there: skipped; check its path"
        )
    return Row(manifest=path.name, line=line, path=place, file=file, kind=kind, stated=stated)


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    names = [cell.strip().lower().replace("_", " ").replace("-", " ") for cell in header]
    columns = {}
    for field, aliases in COLUMNS.items():
        at = next((names.index(alias) for alias in aliases if alias in names), None)
        if at is not None:
            columns[field] = at
    if "file" not in columns:
        raise StoreError(f"{path}: no column for the file name; call it 'file' or '文件'")
    return columns


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise StoreError(f"{path}: larger than {MAX_BYTES >> 20} MB; split it")
        data = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror}); check the path given to --manifest") from error
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StoreError(f"{path}: the text encoding is unknown; save it as CSV UTF-8")


def _delimiter(path: Path) -> str:
    first = _text_of(path).partition("\n")[0]
    return max(",\t;", key=first.count)
