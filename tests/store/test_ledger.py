"""The ledger over real SQLite: what is written comes back, in one chain, and nothing else can be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from evidencecheck.model import (
    Attachment,
    AttachmentRole,
    Claim,
    Intake,
    Level,
    Order,
    PhotoReport,
)
from evidencecheck.store import Store
from evidencecheck.store.facts import (
    Answered,
    DeadlineSet,
    Decided,
    Decision,
    Fact,
    Filing,
    Judged,
    Packaged,
    Result,
    Submitted,
    TakenIn,
)
from evidencecheck.store.schema import MIGRATIONS

MakeIntake = Callable[..., Intake]
ORDER = "251103-123456789012"
NOON = datetime(2025, 11, 8, 12, tzinfo=UTC)
FACTS: tuple[Fact, ...] = (
    Decided(order=ORDER, decision=Decision.LATER, photo="ab" * 32),
    Decided(order=ORDER, decision=Decision.REPORT, note="杯口的裂纹是画的", by="客服 2"),
    Packaged(order=ORDER, kind="edited", folder="251103-123456789012-edited", manifest_sha256="cd" * 32),
    DeadlineSet(order=ORDER, until=NOON),
    Submitted(order=ORDER, when=NOON, kind="edited", entry="A"),
    Answered(order=ORDER, result=Result.UPHELD, when=NOON, filing=Filing.APPEAL),
)


def report(order: str, verdict: Level = Level.DOCUMENTED) -> PhotoReport:
    return PhotoReport(
        case=order, photo=f"{order}/1.jpg", sha256="ef" * 32, size_bytes=1, format="JPEG", width=2, height=3,
        verdict=verdict, claims=(Claim.EDITED,), version="0.1.0", calibration="2025-11",
    )  # fmt: skip


def test_facts_come_back_as_they_were(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        for fact in FACTS:
            store.ledger.record(fact)
        store.ledger.record(Decided(order="another", decision=Decision.DISMISS))
    with Store.open(tmp_path) as store:
        case = store.ledger.case(ORDER)
        assert tuple(each.fact for each in case.log) == FACTS
        assert case.decision == FACTS[1]
        assert case.reports == (FACTS[4],)
        assert case.deadlines == {Filing.APPEAL: NOON}
        store.ledger.record(DeadlineSet(order=ORDER, until=None))
        assert store.ledger.case(ORDER).deadlines == {}
        assert store.ledger.case("unknown").log == ()


def test_photos_verdicts_and_exports_are_in_the_log(tmp_path: Path, make_intake: MakeIntake) -> None:
    with Store.open(tmp_path) as store:
        store.remember(make_intake(1), ORDER, channel="chat")
        store.remember(make_intake(1), ORDER, channel="chat")
        store.save_report(report(ORDER))
        store.save_report(report(ORDER))
        store.save_orders([Order(number=ORDER, amount=Decimal("12.50"))])
        kinds = [entry.kind for entry in store.ledger.entries(ORDER)]
        assert kinds == ["taken-in", "judged", "exported"]
        taken, judged = (each.fact for each in store.ledger.case(ORDER).log[:2])
        assert taken == TakenIn(order=ORDER, sha256=make_intake(1).photo.sha256, channel="chat")
        assert isinstance(judged, Judged)
        assert (judged.verdict, judged.claims) == (Level.DOCUMENTED, (Claim.EDITED,))
        assert (judged.version, judged.calibration) == ("0.1.0", "2025-11")


def test_a_later_export_adds_to_an_earlier_one(tmp_path: Path) -> None:
    sold = Order(number=ORDER, amount=Decimal("12.50"), ordered_at=NOON, buyer="key")
    refunded = Order(number=ORDER, status="已退款", refunded_at=NOON)
    with Store.open(tmp_path) as store:
        assert store.save_orders([sold]) == 1
        assert store.save_orders([sold, replace(sold, number="251104-1")]) == 1
        assert store.save_orders([refunded]) == 1
        assert store.order(ORDER) == replace(sold, status="已退款", refunded_at=NOON)
        assert store.order(ORDER).buyer == "key"  # type: ignore[union-attr]
        assert store.ledger.case(ORDER).same_buyer == ("251104-1",)
        assert store.order("nobody") is None


def test_attachments_are_in_order_of_time_and_once(tmp_path: Path) -> None:
    def file(number: int, role: AttachmentRole, when: datetime | None) -> Attachment:
        return Attachment(
            order=ORDER, role=role, sha256=f"{number:064x}", size_bytes=number, name=f"{number}.png",
            path=tmp_path / f"{number}.png", made_at=when,
        )  # fmt: skip

    chat = file(1, AttachmentRole.CHAT, NOON)
    video = file(2, AttachmentRole.VIDEO, None)
    goods = file(3, AttachmentRole.GOODS, NOON.replace(hour=8))
    with Store.open(tmp_path / "store") as store:
        for attachment in (chat, video, goods):
            assert store.ledger.attach(attachment) is not None
        assert store.ledger.attach(chat) is None
        assert store.ledger.case(ORDER).attachments == (goods, chat, video)
        moved = replace(chat, role=AttachmentRole.ORDER, path=tmp_path / "elsewhere.png")
        assert store.ledger.attach(moved) is not None
        assert store.ledger.attachments(ORDER)[1] == moved


def test_a_fact_is_kept_with_its_batch_or_not_at_all(tmp_path: Path, make_intake: MakeIntake) -> None:
    def broken(store: Store) -> None:
        with store.batch():
            store.remember(make_intake(1), ORDER)
            store.ledger.record(FACTS[0])
            raise KeyboardInterrupt

    with Store.open(tmp_path) as store:
        with pytest.raises(KeyboardInterrupt):
            broken(store)
        assert store.ledger.entries() == ()
        assert store.ledger.record(FACTS[0]).number == 1


def test_the_log_cannot_be_changed_by_accident(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.ledger.record(FACTS[0])
        for statement in ("UPDATE audit SET at = ''", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                store._db.execute(statement)


def test_a_store_from_before_the_ledger_is_entered_into_the_log(tmp_path: Path, make_intake: MakeIntake) -> None:
    with Store.open(tmp_path) as store:
        store.remember(make_intake(1), ORDER)
        store.save_report(report(ORDER))
    db = sqlite3.connect(tmp_path / "record.sqlite")
    for table in ("audit", "audit_head", "exported", "attachment"):
        db.execute(f"DROP TABLE {table}")
    for column in ("channel", "own"):
        db.execute(f"ALTER TABLE photo DROP COLUMN {column}")
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) - 1}")
    db.commit()
    db.close()
    with Store.open(tmp_path) as store:
        taken, judged = (each.fact for each in store.ledger.case(ORDER).log)
        assert isinstance(taken, TakenIn)
        assert taken.sha256 == make_intake(1).photo.sha256
        assert taken.earlier
        assert isinstance(judged, Judged)
        assert judged.verdict is Level.DOCUMENTED


def test_a_purged_path_is_nowhere_in_the_file(tmp_path: Path, make_intake: MakeIntake) -> None:
    """SQLite marks freed bytes as free and leaves them: the path of every row but the last would still be there."""
    with Store.open(tmp_path) as store:
        base = make_intake(1)
        for number in range(200):
            photo = replace(
                base.photo, sha256=f"{number:064x}", path=Path(f"/private-place/{'x' * (number % 90)}/1.jpg")
            )
            store.remember(replace(base, photo=photo), f"251103-{number}")
        store.purge(datetime(2999, 1, 1, tzinfo=UTC))
        for path in tmp_path.glob("record.sqlite*"):
            assert b"private-place" not in path.read_bytes(), path
