"""The seller's case from order export to submitted report and appeal, as one story through the real command.

60 orders with everything that happens to exports and photos (`fixtures/shop.py`) are screened, queued, decided,
packaged, submitted, answered, appealed, purged and audited. Nothing here looks inside the program.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from shop import Shop, make_shop
from shop_sales import ANCHORS, DISHONEST

Rgb = NDArray[np.uint8]
CHAT = "chat_20251110_101500.png"


@dataclass(slots=True)
class Seller:
    """The seller at the keyboard: every command goes to one store, and all that is said is kept."""

    folder: Path
    shop: Shop
    said: list[bytes] = field(default_factory=list)

    def does(self, *words: object, code: int = 0) -> str:
        done = self.run(*words)
        self.said += [done.stdout, done.stderr]
        assert done.returncode == code, (words, done.stderr.decode(), done.stdout.decode())
        assert b"Traceback" not in done.stderr
        return done.stdout.decode() + done.stderr.decode()

    def run(self, *words: object) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "evidencecheck", *map(str, words), "--store", str(self.folder / "store")]
        return subprocess.run(command, cwd=self.folder, capture_output=True, timeout=1200, check=False)

    def order(self, story: str) -> str:
        return str(self.shop.order[story])

    def queue(self, *options: str) -> dict[str, dict[str, Any]]:
        done = self.run("ledger", "list", "--json", *options)
        self.said.append(done.stdout)
        return {line["order"]: line for line in map(json.loads, done.stdout.splitlines())}

    def package(self, story: str, kind: str, *options: object, code: int = 0) -> str:
        words = ("package", self.order(story), "--kind", kind, "--out", "packages", "--by", "示例店铺", *options)
        return self.does(*words, code=code)

    def records(self) -> dict[str, list[dict[str, Any]]]:
        by_order: dict[str, list[dict[str, Any]]] = {}
        for line in (self.folder / "photos.jsonl").read_bytes().splitlines():
            record = json.loads(line)
            by_order.setdefault(record["case"], []).append(record)
        return by_order


@pytest.fixture(scope="module")
def seller(tmp_path_factory: pytest.TempPathFactory, draw_scene: Callable[..., Rgb]) -> Seller:
    """A shop whose orders have been screened: the pictures it knows, the exports, what its staff once sent."""
    folder = tmp_path_factory.mktemp("story")
    shop = make_shop(folder / "shop", draw_scene)
    seller = Seller(folder=folder, shop=shop)
    seller.does("corpus", "add", "--manifest", "shop/corpus/manifest.csv")
    seller.does("ledger", "import", *shop.exports, code=1)
    staff = "shop/own/sent-by-staff.jpg"
    seller.does("ledger", "attach", seller.order("right parcel"), staff, "--role", "staff")
    seller.said.append(
        seller.does("screen", "shop/photos", "--out", "report", "--jsonl", "photos.jsonl", code=1).encode()
    )
    return seller


def documented(records: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {
        (outcome["check"], finding["claim"])
        for record in records
        for outcome in record["outcomes"]
        for finding in outcome["findings"]
        if finding["strength"] == "documented"
    }


def test_the_exports_are_read_and_what_is_wrong_is_told_with_file_and_line(seller: Seller) -> None:
    told = seller.does("ledger", "import", *seller.shop.exports, code=1)
    assert re.search(r"orders-1\.csv:\d+: 这一行没有订单号", told)
    assert re.search(r"orders-2\.csv:\d+: .*科学计数", told)
    assert re.search(r"orders-3\.xlsx:\d+: .*不一致", told) or "disagree" in told
    assert f"{seller.order('times contradict')} 的“发货时间”早于" in told
    assert f"{seller.order('not in the export')} 只在售后表里" in told
    everything = seller.queue("--all")
    assert len(everything) == 60
    assert all(line["exported"] for line in everything.values())
    assert everything[seller.order("refunded")]["refunded"]


@pytest.mark.parametrize(
    ("story", "finding"),
    [
        ("web picture", ("known-photo", "web-image")),
        ("web picture, no source", ("known-photo", "web-image")),
        ("refunded", ("known-photo", "web-image")),
        ("edited shop photo", ("known-photo", "edited")),
        ("reused later", ("reused", "reused")),
        ("before shipping", ("timeline", "contradiction")),
        ("ai label", ("ai-label", "ai-generated")),
        ("wrong parcel", ("parcel-label", "contradiction")),
    ],
)
def test_what_is_wrong_is_documented(seller: Seller, story: str, finding: tuple[str, str]) -> None:
    assert finding in documented(seller.records()[seller.order(story)])


def test_no_honest_order_is_documented_and_no_file_is_lost(seller: Seller) -> None:
    records = seller.records()
    assert {order: documented(records[order]) for order in seller.shop.honest if documented(records[order])} == {}
    files = {path.relative_to(seller.folder / "shop" / "photos").as_posix() for path in photos(seller)}
    assert {record["photo"] for each in records.values() for record in each} == files
    assert records[seller.order("unreadable")][0]["verdict"] == "unreadable"


def photos(seller: Seller) -> list[Path]:
    return [path for path in (seller.folder / "shop" / "photos").rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def reported(seller: Seller) -> Seller:
    """The same shop after the seller's evening: decided, packaged, submitted, answered, appealed."""
    for story in ("web picture", "edited shop photo", "reused later", "refunded", "ai label", "other product"):
        seller.does("ledger", "decide", seller.order(story), "report", "--by", "客服 1")
    seller.does("ledger", "decide", seller.order("right parcel"), "dismiss", "--by", "客服 1")

    seller.package("web picture", "web-image", "--attach", f"chat=shop/own/{CHAT}")
    seller.package("edited shop photo", "edited")
    seller.package("ai label", "edited")
    seller.package("reused later", "web-image")
    seller.package("refunded", "web-image")
    seller.package("other product", "not-our-product", "--photo", "1.jpg", "--shop-photo", "shop/own/our-product.jpg")

    for story in ("web picture", "edited shop photo", "refunded", "other product"):
        seller.does("ledger", "submit", seller.order(story), "--entry", "A", "--when", "2025-11-20 10:00")
    refunded, until = seller.order("refunded"), datetime.now().astimezone() + timedelta(days=4)
    seller.does("ledger", "deadline", refunded, f"{until:%Y-%m-%d}")
    seller.does("ledger", "submit", refunded, "--filing", "appeal")
    seller.does("ledger", "outcome", refunded, "upheld", "--filing", "appeal")
    seller.does("ledger", "outcome", seller.order("web picture"), "no-answer")
    return seller


def test_the_queue_shows_documented_orders_first_and_the_dearer_before_the_cheaper(seller: Seller) -> None:
    queue = list(seller.queue().values())
    strong = [line for line in queue if line["level"] == "documented"]
    assert {line["order"] for line in strong} == {seller.order(story) for story in DISHONEST}
    amounts = [float(line["amount"]) for line in strong if line["deadline"] is None]
    assert amounts == sorted(amounts, reverse=True)


def test_every_case_is_where_the_seller_left_it(reported: Seller) -> None:
    refunded, twice = reported.order("refunded"), reported.order("web picture")
    states = {order: line["state"] for order, line in reported.queue().items()}
    assert states[refunded] == states[twice] == "answered"
    assert states[reported.order("edited shop photo")] == "submitted"
    assert states[reported.order("ai label")] == "packaged"
    assert states[reported.order("right parcel")] == "dismissed"
    assert next(iter(reported.queue())) == refunded  # refunded and answered, but a deadline is ahead
    assert "维权申诉" in reported.does("ledger", "show", refunded)
    assert "上限" in reported.does("ledger", "submit", twice, "--entry", "C", code=1)


def test_a_web_picture_without_source_is_packaged_only_when_the_source_is_told(reported: Seller) -> None:
    order = reported.order("web picture, no source")
    assert "--source" in reported.package("web picture, no source", "web-image", code=1)
    assert not list((reported.folder / "packages").glob(f"{order}*"))
    source = ("--kind", "web", "--source", "https://example.com/p/3", "--first-seen", "2024-11-02")
    reported.does("corpus", "add", "shop/corpus/web2.jpg", *source)
    again = reported.folder / "again" / order
    shutil.copytree(reported.folder / "shop" / "photos" / order, again)
    reported.does("screen", again.parent, "--out", "report-2", code=1)
    reported.package("web picture, no source", "web-image")


def test_packages_are_whole_and_their_copies_carry_no_metadata(reported: Seller) -> None:
    folders = [path for path in (reported.folder / "packages").iterdir() if path.is_dir()]
    assert len(folders) >= 6
    for folder in folders:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        assert manifest["status"] == "ready"
        assert {entry["file"] for entry in manifest["files"]} == {path.name for path in folder.iterdir()} - {
            "manifest.json"
        }
        with zipfile.ZipFile(folder.with_name(f"{folder.name}.zip")) as bundle:
            assert bundle.testzip() is None
            assert {Path(name).name for name in bundle.namelist()} == {path.name for path in folder.iterdir()}
        assert not any(b"Exif\0" in path.read_bytes() for path in folder.glob("*.jpg"))


@pytest.fixture(scope="module")
def purged(reported: Seller) -> Seller:
    """The same shop when everything is over: backed up, then rid of the buyers' pictures."""
    reported.does("ledger", "backup", "backup")
    reported.does("ledger", "purge", "--older-than", "0")
    return reported


def test_pictures_are_purged_decisions_stay_and_the_log_is_untouched(purged: Seller) -> None:
    store, backup = purged.folder / "store", purged.folder / "backup"
    kept, before = (len(list((folder / "previews").rglob("*.jpg"))) for folder in (store, backup))
    assert kept < before / 4  # the corpus, and the order whose deadline lies ahead
    purged.does("ledger", "audit")
    queue = purged.queue()
    assert queue[purged.order("refunded")]["state"] == "answered"
    assert queue[purged.order("edited shop photo")]["level"] == "documented"


def test_no_buyer_is_named_in_anything_that_was_written_or_said(purged: Seller) -> None:
    words = [each for word in purged.shop.private for each in spellings(word)]
    beginnings = [each for word in ANCHORS for each in spellings(word)]
    given = b"".join(path.read_bytes() for path in purged.shop.exports if path.suffix == ".csv")
    assert sum(word in given for word in words) > 100  # they would be found
    seen = 0
    for name, data in outputs(purged):
        seen += 1
        if any(each in data for each in beginnings):  # or digits that happen to be the same
            assert not [word for word in words if word in data], name
    assert seen > 300


def spellings(word: str) -> set[bytes]:
    """Return how a word may stand in a file."""
    escaped = json.dumps(word).strip('"').encode()
    return {word.encode(), word.encode("gb18030"), word.encode("utf-16-le"), word.encode("utf-16-be"), escaped}


def outputs(seller: Seller) -> Iterator[tuple[str, bytes]]:
    """Yield everything the program wrote or said: files, what zips hold, what tables hold."""
    yield "said", b"\n".join(seller.said)
    for path in sorted(seller.folder.rglob("*")):
        if not path.is_file() or {"shop", "again"} & {*path.relative_to(seller.folder).parts[:1]}:
            continue
        yield path.name, path.name.encode() + path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as bundle:
                for member in bundle.namelist():
                    yield f"{path.name}/{member}", bundle.read(member)
        if path.suffix == ".sqlite":
            with sqlite3.connect(path) as db:
                yield f"{path.name}: tables", "\n".join(db.iterdump()).encode("utf-8", "surrogatepass")
