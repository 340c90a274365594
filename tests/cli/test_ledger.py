"""`evidencecheck ledger` through its command line, on a real store."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner, Result

from evidencecheck.acquire.intake import intake
from evidencecheck.cli import app
from evidencecheck.model import Claim, Intake, Level, Order, PhotoReport, Received, ReferenceKind, Settings
from evidencecheck.store import Store

Rgb = NDArray[np.uint8]
A, B, C = "251103-123456789001", "251104-123456789002", "251105-123456789003"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Run a ledger verb on the test's store."""

    def run(*words: object, code: int = 0) -> Result:
        done = CliRunner().invoke(app, ["ledger", *map(str, words), "--store", str(tmp_path / "store")])
        assert done.exit_code == code, done.output
        return done

    return run


@pytest.fixture
def store(tmp_path: Path, draw_scene: Callable[..., Rgb], save: Callable[..., Path]) -> Path:
    """Three screened orders: A documented and 20 yuan, B possible and 500 yuan, C with nothing found and refunded."""
    verdicts = {A: Level.DOCUMENTED, B: Level.POSSIBLE, C: Level.NONE}
    with Store.open(tmp_path / "store") as store:
        for seed, (order, verdict) in enumerate(verdicts.items()):
            path = save(draw_scene(seed, 160, 120), tmp_path / "photos" / order / "1.jpg")
            taken = intake(Received(case=order, name=f"{order}/1.jpg", path=path), Settings())
            assert isinstance(taken, Intake)
            store.remember(taken, order, channel="screen")
            photo = taken.photo
            store.save_report(
                PhotoReport(
                    case=order,
                    photo=photo.name,
                    sha256=photo.sha256,
                    size_bytes=photo.size_bytes,
                    format="JPEG",
                    width=160,
                    height=120,
                    verdict=verdict,
                    claims=(Claim.EDITED,) if verdict != Level.NONE else (),
                )
            )
        store.save_orders(
            [
                Order(number=A, amount=Decimal(20), buyer="one"),
                Order(number=B, amount=Decimal(500), buyer="one"),
                Order(number=C, amount=Decimal(90), after_sales_status="退款成功"),
                Order(number="251106-1", amount=Decimal(1)),
            ]
        )
    return tmp_path / "store"


def listed(run: Callable[..., Result], *options: str) -> dict[str, dict[str, Any]]:
    lines = [json.loads(line) for line in run("list", "--json", *options).stdout.splitlines()]
    return {line["order"]: line for line in lines}


def in_days(days: float) -> str:
    return (datetime.now().astimezone() + timedelta(days=days)).isoformat(timespec="seconds")


def test_the_list_sorts_by_strength_amount_and_deadline(store: Path, run: Callable[..., Result]) -> None:
    lines = listed(run)
    assert list(lines) == [B, A, C]  # 1 x 500, 3 x 20, and nothing found
    assert lines[A]["priority"] == pytest.approx(3 * 20 / 30)
    run("deadline", A, in_days(3))
    lines = listed(run)
    assert list(lines) == [A, B, C]  # 60 / 3 days against 500 / 30
    assert lines[A]["priority"] == pytest.approx(20, rel=0.01)
    run("decide", A, "dismiss")
    assert list(listed(run)) == [B, C, A]
    assert list(listed(run, "--open")) == [B, C]
    assert "251106-1" in listed(run, "--all")


def test_what_the_exports_say_is_shown_as_facts_about_orders(store: Path, run: Callable[..., Result]) -> None:
    lines = listed(run)
    assert lines[C]["refunded"]
    assert not lines[C]["closed"]
    assert (lines[A]["same_buyer"], lines[C]["same_buyer"]) == (1, 0)
    said = run("list", "--lang", "en").stdout
    assert "refunded: report and appeal are still open" in said
    assert "same buyer as 1 other order(s)" in said
    shown = run("show", C).stdout
    assert "已退款，仍可举报和申诉" in shown
    assert "实付金额: 90" in shown
    assert "one" not in run("show", A).stdout  # the buyer's hash


def test_a_case_from_decision_to_answer(store: Path, run: Callable[..., Result]) -> None:
    assert listed(run)[A]["state"] == "undecided"
    run("decide", A, "report", "--photo", "1.jpg", "--note", "电话 13800138000", "--by", "客服 2")
    assert listed(run)[A]["state"] == "undecided"  # of one photo only
    run("decide", A, "report")
    assert listed(run)[A]["state"] == "to-report"
    run("submit", A, "--kind", "edited", "--entry", "B", "--when", "2025-11-08 12:00")
    assert (listed(run)[A]["state"], listed(run)[A]["reports"]) == ("submitted", 1)
    run("outcome", A, "rejected")
    assert listed(run)[A]["closed"]
    run("deadline", A, in_days(9))
    assert not listed(run)[A]["closed"]  # an appeal is still possible
    run("submit", A, "--filing", "appeal")
    run("outcome", A, "upheld", "--filing", "appeal", "--note", "款已退回")
    run("deadline", A, "none")
    assert listed(run)[A]["closed"]
    shown = run("show", A, "--lang", "en").stdout
    assert "submitted: report, 2025-11-08 12:00 (edited; 入口 / entry B)" in shown
    assert "outcome of the appeal: upheld" in shown
    assert "138****8000" in shown
    assert "13800138000" not in shown + run("show", A, "--json").stdout
    facts = json.loads(run("show", A, "--json").stdout)["log"]
    assert [each["kind"] for each in facts][:4] == ["taken-in", "judged", "exported", "decided"]


def test_a_second_report_warns_loudly_of_the_cap(store: Path, run: Callable[..., Result]) -> None:
    run("submit", A)
    again = run("submit", A, "--lang", "en", code=1)
    assert "WARNING" in again.stderr
    assert "caps reports per order" in again.stderr
    assert listed(run)[A]["reports"] == 2  # it happened, so it is recorded
    run("submit", A, "--filing", "appeal")  # no report
    assert "WARNING" in run("show", A, "--lang", "en").stderr


def test_deadlines_are_only_what_was_set(store: Path, run: Callable[..., Result]) -> None:
    assert all(line["deadline"] is None for line in listed(run).values())
    run("deadline", A, "2099-12-31")
    assert listed(run)[A]["deadline"] == "2099-12-31T23:59:59+08:00"
    run("deadline", A, "2020-01-01 08:00", "--filing", "intervention")
    line = listed(run)[A]
    assert (line["deadline"][:10], line["filing"], line["passed"]) == ("2099-12-31", "appeal", ["intervention"])
    run("deadline", A, "soon", code=2)


def test_files_are_attached_by_hash_and_shown_by_time(store: Path, run: Callable[..., Result], tmp_path: Path) -> None:
    chat, video = tmp_path / "聊天.png", tmp_path / "v.mp4"
    chat.write_bytes(b"chat")
    video.write_bytes(b"video" * 1000)
    os.utime(chat, (1_762_600_000, 1_762_600_000))
    run("attach", A, chat, "--role", "chat")
    run("attach", A, video, "--role", "video", "--when", "2025-11-01 10:00")
    case = json.loads(run("show", A, "--json").stdout)
    assert [(one["role"], one["name"]) for one in case["attachments"]] == [("video", "v.mp4"), ("chat", "聊天.png")]
    assert run("attach", A, chat, "--role", "chat").stdout == ""
    run("attach", A, tmp_path / "nowhere.png", "--role", "chat", code=2)


def test_a_photo_the_shop_sent_is_its_own_and_outlives_a_purge(
    store: Path, run: Callable[..., Result], tmp_path: Path, draw_scene: Callable[..., Rgb], save: Callable[..., Path]
) -> None:
    staff = save(draw_scene(7, 240, 320), tmp_path / "sample.jpg")
    run("attach", A, staff, "--role", "staff")
    run("purge", "--older-than", 0)
    with Store.open(store) as opened:
        taken = intake(Received(case=B, name="x.jpg", path=staff), Settings())
        assert isinstance(taken, Intake)
        assert taken.fingerprint is not None
        known = opened.known_images().search(taken.fingerprint, frozenset({ReferenceKind.CLAIM}), exclude_order=A)
        own = [one.reference for one in known if one.reference.own]
        assert [reference.sha256 for reference in own] == [taken.photo.sha256]
        assert opened.picture_bytes(own[0].id) == taken.preview
        assert opened.ledger.attachments(A)[0].path == staff
    text = tmp_path / "no photo.jpg"
    text.write_text("no photo")
    run("attach", A, text, "--role", "staff", code=2)
    assert [one["role"] for one in json.loads(run("show", A, "--json").stdout)["attachments"]] == ["staff"]


@pytest.mark.parametrize("words", [("show",), ("decide", "report"), ("submit",), ("outcome", "upheld")])
def test_an_order_nobody_knows_is_a_mistake(store: Path, run: Callable[..., Result], words: tuple[str, ...]) -> None:
    done = run(words[0], "251103-9", *words[1:], code=2)
    assert "ledger import" in done.stderr


def test_exports_are_imported_without_photos(store: Path, run: Callable[..., Result], tmp_path: Path) -> None:
    export = tmp_path / "orders.csv"
    export.write_text(f"订单号,用户实付金额(元),售后状态\n{A},88.00,退款成功\n251109-7,5,\nbad,5,\n", encoding="gbk")
    done = run("import", export, code=1)  # one row is wrong
    assert "orders.csv:4" in done.stderr
    line = listed(run)[A]
    assert (line["amount"], line["refunded"]) == ("88.00", True)
    assert "251109-7" in listed(run, "--all")


def test_purge_leaves_hashes_decisions_and_a_whole_log(store: Path, run: Callable[..., Result], tmp_path: Path) -> None:
    run("decide", A, "report", "--note", "kept")
    run("attach", A, __file__, "--role", "other")
    run("deadline", B, in_days(5))
    previews = set(store.glob("previews/*/*.jpg"))
    assert len(previews) == 3
    assert json.loads(run("purge", "--older-than", 30, "--json").stdout)["photos"] == 0
    assert json.loads(run("purge", "--older-than", 0, "--dry-run", "--json").stdout)["photos"] == 2
    assert set(store.glob("previews/*/*.jpg")) == previews
    done = json.loads(run("purge", "--older-than", 0, "--json").stdout)
    assert (done["photos"], done["attachments"], done["waiting"]) == (2, 1, [B])  # B's deadline lies ahead
    assert len(set(store.glob("previews/*/*.jpg"))) == 1
    for path in store.glob("record.sqlite*"):
        assert f"photos/{A}".encode() not in path.read_bytes()
        assert str(Path(__file__).parent).encode() not in path.read_bytes()
    assert "kept" in run("show", A).stdout
    assert listed(run)[A]["level"] == "documented"
    run("audit")
    with Store.open(store) as opened:
        assert opened.file_of_photo(A, opened.reports(A)[0].sha256) is None
        assert opened.fingerprint_of(opened.reports(A)[0].sha256) is not None


def test_a_purged_photo_that_is_screened_again_is_purged_again(
    store: Path, run: Callable[..., Result], tmp_path: Path
) -> None:
    run("purge", "--older-than", 0)
    path = tmp_path / "photos" / A / "1.jpg"
    taken = intake(Received(case=A, name="1.jpg", path=path), Settings())
    assert isinstance(taken, Intake)
    with Store.open(store) as opened:
        opened.remember(taken, A)
        assert opened.file_of_photo(A, taken.photo.sha256) == path
    assert json.loads(run("purge", "--older-than", 0, "--json").stdout)["photos"] == 1
    assert not list(store.glob("previews/*/*.jpg"))
    run("audit")


def test_audit_prints_the_head_and_expects_it_later(store: Path, run: Callable[..., Result]) -> None:
    count, head = run("audit").stdout.split()
    run("decide", A, "later")
    run("audit", "--expect", head)
    assert json.loads(run("audit", "--expect", head, "--json").stdout)["expected_at"] == int(count)
    assert "nowhere in the log" in run("audit", "--expect", "0" * 64, "--lang", "en", code=1).stdout


def test_a_backup_is_a_store(store: Path, run: Callable[..., Result], tmp_path: Path) -> None:
    run("backup", tmp_path / "copy")
    run("decide", A, "report")
    run("purge", "--older-than", 0)
    with Store.open(tmp_path / "copy") as copy:
        assert copy.ledger.audit().flaws == ()
        assert copy.ledger.case(A).decision is None
        assert len(list((tmp_path / "copy").glob("previews/*/*.jpg"))) == 3
    run("backup", tmp_path / "copy")
    with Store.open(tmp_path / "copy") as copy:
        assert copy.ledger.case(A).decision is not None
        assert not list((tmp_path / "copy").glob("previews/*/*.jpg"))  # what was purged is purged there too
    run("backup", store / "inside", code=2)
    Store.open(tmp_path / "other").close()
    run("backup", tmp_path / "other", code=2)
