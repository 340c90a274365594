"""Exports with buyers in them, through the real command: nothing of a buyer is in store, report or message."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

Run = Callable[..., subprocess.CompletedProcess[bytes]]
HEAD = "订单成交时间,订单号,用户实付金额(元),收货人,手机,省,市,区,详细地址,买家昵称,买家留言,发货时间,快递单号"
BUYERS = (
    ("251103-100200300401", "欧阳青岚", "13812340001", "青龙街道九号院三单元", "爱吃橘子的猫"),
    ("251103-100200300402", "欧阳青岚", "13812340001", "青龙街道九号院三单元", "爱吃橘子的猫"),
    ("251103-100200300403", "司徒望舒", "13812340002", "望江路一百号后门", "清风徐来"),
)
CLAIMS = "售后编号,订单编号,售后状态,申请时间,买家昵称\n1,251103-100200300401,待处理,2025-11-08 10:00:00,爱吃橘子的猫\n"
WORDS = [word for _, *words in BUYERS for word in words] + ["请放门卫处"]


@pytest.fixture(scope="module")
def shop(
    tmp_path_factory: pytest.TempPathFactory,
    draw_scene: Callable[..., NDArray[np.uint8]],
    save: Callable[..., Path],
    run_command: Run,
) -> Path:
    """Four orders screened with exports, a wrong row among them; the fourth order is in no export."""
    folder = tmp_path_factory.mktemp("shop")
    lines = [
        f"2025-11-03 10:00:00,\t{number}\t,12.50,{name},{phone},浙江,杭州,西湖,{address},{nickname},请放门卫处,"
        "2025-11-04 09:00:00,YT1"
        for number, name, phone, address, nickname in BUYERS
    ]
    _, name, phone, address, nickname = BUYERS[2]
    wrong = f"{name},251103-100200300409,{phone},{name},{phone},浙江,杭州,西湖,{address},{nickname},,{address},{name}"
    (folder / "orders.csv").write_text("\n".join([HEAD, *lines, wrong]) + "\n", encoding="gb18030")
    (folder / "claims.csv").write_text(CLAIMS, encoding="utf-8-sig")
    for seed, number in enumerate([*(buyer[0] for buyer in BUYERS), "251103-999"]):
        save(draw_scene(seed, 240, 320), folder / "photos" / number / "1.jpg")
    done = run_command(
        "screen", folder / "photos", "--orders", folder / "orders.csv", "--orders", folder / "claims.csv",
        "--store", folder / "store", "--out", folder / "out", "--jsonl", folder / "out.jsonl", "--jobs", 2,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr.decode()
    (folder / "said").write_bytes(done.stdout + done.stderr)
    return folder


def test_grep_finds_no_buyer_in_store_report_or_messages(shop: Path, run_command: Run) -> None:
    for verb in (("list",), ("list", "--json"), ("show", BUYERS[0][0]), ("show", BUYERS[0][0], "--json")):
        done = run_command("ledger", *verb, "--store", shop / "store")
        assert done.returncode == 0, done.stderr.decode()
        with (shop / "said").open("ab") as said:
            said.write(done.stdout + done.stderr)
    files = [path for path in shop.rglob("*") if path.is_file() and path.suffix != ".csv"]
    assert {"record.sqlite", "buyer.key", "photos.jsonl", "index.html", "said"} <= {path.name for path in files}
    for path in files:
        data = path.read_bytes()
        for word in WORDS:
            for encoding in ("utf-8", "gb18030", "utf-16-le"):
                assert word.encode(encoding) not in data, (path, word)
            escaped = json.dumps(word).strip('"').encode()
            assert escaped not in data, (path, word)


def test_the_same_buyer_is_a_fact_about_orders(shop: Path, run_command: Run) -> None:
    done = run_command("ledger", "show", BUYERS[0][0], "--store", shop / "store", "--lang", "en")
    assert f"same buyer as 1 other order(s): {BUYERS[1][0]}" in done.stdout.decode()
    page = (shop / "out" / "cases" / f"{BUYERS[0][0]}.html").read_text(encoding="utf-8")
    assert re.search(r"Other orders of the same buyer.*?<dd>1</dd>", page, re.DOTALL)
    assert BUYERS[1][0] not in page  # how many, not which
    done = run_command("ledger", "show", BUYERS[2][0], "--store", shop / "store", "--lang", "en")
    assert "same buyer" not in done.stdout.decode()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in lists of its own")
def test_the_key_is_its_owner_s_alone(shop: Path) -> None:
    assert stat.S_IMODE((shop / "store" / "buyer.key").stat().st_mode) == 0o600


def test_an_order_in_no_export_is_screened_and_told(shop: Path) -> None:
    said = (shop / "said").read_text(encoding="utf-8")
    assert "1 个订单不在导出里" in said
    assert "251103-999" in said
    records = [json.loads(line) for line in (shop / "out.jsonl").read_bytes().splitlines()]
    (record,) = [record for record in records if record["case"] == "251103-999"]
    (timeline,) = [outcome for outcome in record["outcomes"] if outcome["check"] == "timeline"]
    assert "not in an export" in timeline["reason"]


def test_a_wrong_row_is_told_with_file_and_line(shop: Path) -> None:
    said = (shop / "said").read_text(encoding="utf-8")
    assert "orders.csv:5:" in said


def test_a_later_run_without_exports_remembers_them(shop: Path, run_command: Run) -> None:
    done = run_command(
        "screen", shop / "photos", "--store", shop / "store", "--out", shop / "again", "--only", "timeline",
        "--jsonl", "-",
    )  # fmt: skip
    records = {record["case"]: record for record in map(json.loads, done.stdout.splitlines())}
    reasons = {case: record["outcomes"][0]["reason"] for case, record in records.items()}
    assert "carries no usable time" in reasons[BUYERS[0][0]]
    assert "not in an export" in reasons["251103-999"]
