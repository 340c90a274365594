"""`ledger audit`: every way of tampering with the file is named, and the untouched log is whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from evidencecheck.model import Attachment, AttachmentRole, Intake, Level, Order, PhotoReport
from evidencecheck.store import Store
from evidencecheck.store.audit import hash_of
from evidencecheck.store.facts import Decided, Decision

ORDER = "251103-123456789012"


@pytest.fixture
def folder(tmp_path: Path, make_intake: Callable[..., Intake]) -> Path:
    """A store with eight rows in its log: one of each kind that names something stored beside it, and decisions."""
    with Store.open(tmp_path) as store:
        store.remember(make_intake(1), ORDER)
        store.save_report(
            PhotoReport(
                case=ORDER,
                photo="1.jpg",
                sha256="ab" * 32,
                size_bytes=1,
                format="JPEG",
                width=2,
                height=3,
                verdict=Level.NONE,
            )
        )
        store.save_orders([Order(number=ORDER, amount=Decimal("12.50"), buyer="key")])
        attachment = Attachment(order=ORDER, role=AttachmentRole.CHAT, sha256="cd" * 32, size_bytes=1, name="c.png")
        store.ledger.attach(attachment)
        for number in range(4):
            store.ledger.record(Decided(order=ORDER, decision=Decision.REPORT, note=str(number)))
    return tmp_path


def tampered(folder: Path, *statements: str) -> list[str]:
    """Change the file with another program, as a stranger would, and return what the audit says."""
    db = sqlite3.connect(folder / "record.sqlite")
    for trigger in ("audit_unchanged", "audit_kept"):
        db.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()
    with Store.open(folder) as store:
        return [flaw.text.en for flaw in store.ledger.audit().flaws]


def test_an_untouched_log_is_whole(folder: Path) -> None:
    with Store.open(folder) as store:
        found = store.ledger.audit()
        assert (found.entries, found.flaws) == (8, ())
        assert found.head == store.ledger.entries()[-1].hash


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET data = replace(data, '\"2\"', '\"9\"') WHERE number = 7", "entry 7: was changed"),
        ("UPDATE audit SET at = '2020-01-01T00:00:00+00:00' WHERE number = 5", "entry 5: was changed"),
        ("UPDATE audit SET order_number = 'x' WHERE number = 5", "entry 5: was changed"),
        ("DELETE FROM audit WHERE number = 6", "entries from 6 to 6 are missing"),
        ("DELETE FROM audit WHERE number = 1", "entries from 1 to 1 are missing"),
        ("DELETE FROM audit WHERE number > 6", "should have 8 entries and ends at 6"),
        ("DELETE FROM audit", "should have 8 entries and ends at 0"),
        (
            "UPDATE report SET data = CAST(replace(CAST(data AS TEXT), 'none', 'documented') AS BLOB)",
            "a stored report is not the one",
        ),
        ("UPDATE exported SET data = replace(data, '12.50', '99.00')", "the stored export was changed"),
        ("UPDATE exported SET buyer = 'other'", "the stored export was changed"),
        ("UPDATE attachment SET sha256 = 'ee'", "an attachment was never entered"),
        ("DELETE FROM photo", "1 photo(s) taken in are gone"),
        ("UPDATE photo SET order_number = 'x'", "was never entered into the log"),
    ],
)
def test_tampering_is_named(folder: Path, statement: str, said: str) -> None:
    assert any(said in flaw for flaw in tampered(folder, statement))


def test_two_rows_that_changed_places_are_named(folder: Path) -> None:
    flaws = tampered(
        folder,
        "UPDATE audit SET number = -1 WHERE number = 6",
        "UPDATE audit SET number = 6 WHERE number = 7",
        "UPDATE audit SET number = 7 WHERE number = -1",
    )
    assert any("entry 6: does not follow" in flaw for flaw in flaws)
    assert any("entry 7: was changed" in flaw for flaw in flaws)


def test_a_chain_made_anew_is_given_away_by_a_hash_noted_elsewhere(folder: Path) -> None:
    with Store.open(folder) as store:
        noted = store.ledger.audit().head
        store.ledger.record(Decided(order=ORDER, decision=Decision.DISMISS))
        assert store.ledger.audit(expect=noted.upper()).expected_at == 8
    db = sqlite3.connect(folder / "record.sqlite")
    db.execute("DROP TRIGGER audit_unchanged")
    db.execute("UPDATE audit SET data = replace(data, 'dismiss', 'report') WHERE number = 9")
    db.execute("UPDATE audit SET data = replace(data, '\"3\"', '\"forged\"') WHERE number = 8")
    previous = "0" * 64
    rows = db.execute("SELECT number, at, kind, order_number, data FROM audit ORDER BY number").fetchall()
    for number, at, kind, order, data in rows:
        own = hash_of(number, at, kind, order, data, previous)
        db.execute("UPDATE audit SET previous = ?, hash = ? WHERE number = ?", (previous, own, number))
        previous = own
    db.execute("UPDATE audit_head SET hash = ?", (previous,))
    db.commit()
    db.close()
    with Store.open(folder) as store:
        assert store.ledger.audit().flaws == ()
        (flaw,) = store.ledger.audit(expect=noted).flaws
        assert "nowhere in the log" in flaw.text.en
