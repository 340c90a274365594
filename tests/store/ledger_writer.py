"""A process that works on cases until it is killed: `python ledger_writer.py FOLDER FIRST`. Prints what is done."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

from evidencecheck.model import Attachment, AttachmentRole, Intake, Level, Order, Photo, PhotoReport
from evidencecheck.store import Store
from evidencecheck.store.facts import Decided, Decision, Packaged, Submitted


def main(folder: Path, first: int) -> None:
    with Store.open(folder / "store") as store:
        for number in count(first):
            work(store, folder, number)
            print(number, flush=True)  # noqa: T201 - the test reads how far it came


def work(store: Store, folder: Path, number: int) -> None:
    """One case from the photo to the submission, and now and then a purge and a backup."""
    order, sha256 = f"251103-{number}", f"{number:064x}"
    photo = Photo(
        case=order, name="1.jpg", path=Path(f"/nowhere/{number}.jpg"), sha256=sha256, size_bytes=1, format="JPEG",
        width=1, height=1,
    )  # fmt: skip
    store.save_orders([Order(number=order, amount=Decimal(number), buyer=f"phone:{number % 7}")])
    store.remember(Intake(photo=photo, fingerprint=None, preview=b"preview" * 500), order)
    store.save_report(
        PhotoReport(
            case=order,
            photo="1.jpg",
            sha256=sha256,
            size_bytes=1,
            format="JPEG",
            width=1,
            height=1,
            verdict=Level.DOCUMENTED,
        )
    )
    with store.batch():  # both or neither
        store.ledger.attach(
            Attachment(order=order, role=AttachmentRole.CHAT, sha256=sha256[::-1], size_bytes=1, name="chat.png")
        )
        store.ledger.record(Decided(order=order, decision=Decision.REPORT))
    store.ledger.record(Packaged(order=order, kind="edited", folder=order, manifest_sha256=sha256))
    store.ledger.record(Submitted(order=order, when=datetime.now(UTC)))
    if number % 20 == 0:
        store.purge(datetime.now(UTC))
    if number % 25 == 0:
        store.backup(folder / "backup")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
