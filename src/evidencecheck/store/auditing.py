"""Proving the audit log untouched: the chain is made anew and compared, then what is stored beside it.

What this can and cannot show: a changed, removed, inserted or reordered row breaks the chain; a cut-off end disagrees
with `audit_head` and with the rows stored beside the log. Somebody who makes the whole chain anew with a program of
their own leaves no trace inside the store: only a hash noted elsewhere (on paper, in a message) gives that away.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from evidencecheck.model import Text
from evidencecheck.store.audit import START, Entry, digest, entries, hash_of, head
from evidencecheck.store.database import reading
from evidencecheck.store.exported import ALL, row_digest

BESIDE = {"judged": "report", "exported": "data", "taken-in": "sha256", "attached": "sha256"}  # what each kind names


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is not as the log says. `number` is the row's, 0 when it is about the store."""

    number: int
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The answer: how many rows, the hash of the last, and every flaw. No flaw: untouched since the noted hash."""

    entries: int
    head: str
    flaws: tuple[Flaw, ...]
    expected_at: int = 0  # the row whose hash was expected; 0 when none was given or it is not there


def audit(db: sqlite3.Connection, expect: str = "") -> Audit:
    """Recompute the chain and compare what is stored beside it. `expect` is a hash noted earlier."""
    with reading(db):
        flaws: list[Flaw] = []
        named: dict[str, dict[str, list[str]]] = {kind: {} for kind in BESIDE}
        last, expected_at = (0, START), 0
        for entry in entries(db):
            flaws += _link(entry, last)
            last = (entry.number, entry.hash)
            if expect and entry.hash == expect.lower():
                expected_at = entry.number
            if entry.kind in BESIDE:
                _note(entry, named)
        flaws += _damage(db)
        flaws += _end(last, head(db))
        flaws += _photos(db, named["taken-in"])
        flaws += _beside(db, named)
    if expect and not expected_at:
        flaws.append(
            Flaw(
                number=0,
                text=Text(
                    zh=f"记录里没有您记下的校验值 {expect[:16]}…：记录被换过或截短过，或者抄错了",
                    en=f"the hash you noted, {expect[:16]}…, is nowhere in the log: replaced, cut short, or misread",
                ),
            )
        )
    return Audit(entries=last[0], head=last[1], flaws=tuple(flaws), expected_at=expected_at)


def _link(entry: Entry, last: tuple[int, str]) -> Iterator[Flaw]:
    number, previous = last
    if entry.number != number + 1:
        yield _flaw(
            entry.number, f"第 {number + 1} 条起有缺失", f"entries from {number + 1} to {entry.number - 1} are missing"
        )
    elif entry.previous != previous:
        yield _flaw(entry.number, "与上一条接不上：顺序或内容被改过", "does not follow the entry before it")
    made = hash_of(entry.number, entry.at, entry.kind, entry.order, entry.data, entry.previous)
    if entry.hash != made:
        yield _flaw(entry.number, "内容被改过：校验值对不上", "was changed: its hash does not fit")


def _end(last: tuple[int, str], noted: tuple[int, str]) -> Iterator[Flaw]:
    if last != noted:
        yield _flaw(
            0,
            f"记录应有 {noted[0]} 条，现有 {last[0]} 条：末尾被删过或加过",
            f"the log should have {noted[0]} entries and ends at {last[0]}: its end was cut off or added to",
        )


def _damage(db: sqlite3.Connection) -> Iterator[Flaw]:
    """A store copied while it was written to may be torn: pages of two moments in one file."""
    for (answer,) in db.execute("PRAGMA quick_check(5)"):
        if answer != "ok":
            yield _flaw(0, f"记录文件损坏（{answer}）", f"the record is damaged ({answer}); restore it from a backup")


def _note(entry: Entry, named: dict[str, dict[str, list[str]]]) -> None:
    """Remember what the row names, by order; a row whose data is no JSON any more was told by its hash."""
    try:
        value = json.loads(entry.data)[BESIDE[entry.kind]]
    except (ValueError, KeyError, TypeError):
        return
    named[entry.kind].setdefault(entry.order, []).append(str(value))


def _photos(db: sqlite3.Connection, named: dict[str, list[str]]) -> Iterator[Flaw]:
    """Compare the photos kept with those taken in; `named` maps orders to what the log names."""
    kept: dict[str, set[str]] = {}
    for number, order, sha256 in db.execute(
        "SELECT photo.id, order_number, sha256 FROM photo JOIN picture ON picture.id = picture ORDER BY photo.id"
    ):
        kept.setdefault(order, set()).add(sha256)
        if sha256 not in named.get(order, ()):
            yield _other(order, f"照片 {number} 没有收到记录", f"photo {number} was never entered into the log")
    for order, hashes in named.items():
        if gone := set(hashes) - kept.get(order, set()):
            yield _other(order, f"{len(gone)} 张收到的照片被删去了", f"{len(gone)} photo(s) taken in are gone")


def _beside(db: sqlite3.Connection, named: dict[str, dict[str, list[str]]]) -> Iterator[Flaw]:
    for order, data in db.execute("SELECT order_number, data FROM report ORDER BY order_number, photo"):
        if digest(data) not in named["judged"].get(order, ()):
            yield _other(order, "核查结果被改过", "a stored report is not the one that was entered into the log")
    for order, buyer, data in db.execute(ALL):
        if row_digest(buyer, data) != (named["exported"].get(order) or [""])[-1]:
            yield _other(order, "订单导出的内容被改过", "the stored export was changed")
    for order, sha256 in db.execute("SELECT order_number, sha256 FROM attachment ORDER BY id"):
        if sha256 not in named["attached"].get(order, ()):
            yield _other(order, "附件没有添加记录", "an attachment was never entered into the log")


def _other(order: str, zh: str, en: str) -> Flaw:
    return Flaw(number=0, text=Text(zh=f"订单 {order}：{zh}", en=f"order {order}: {en}"))


def _flaw(number: int, zh: str, en: str) -> Flaw:
    return Flaw(
        number=number,
        text=Text(zh=f"第 {number} 条：{zh}" if number else zh, en=f"entry {number}: {en}" if number else en),
    )
