"""How long 10,000 orders take to import and to list.

    python benchmarks/orders.py [--orders 10000]

Writes an order export and an after-sales export of that many invented orders, imports them with `ledger import` into a
new store, and lists them with `ledger list --all`. Prints wall and processor seconds of each command, start included.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psutil

SALES = ("订单号", "订单成交时间", "商品", "用户实付金额(元)", "发货时间", "确认收货时间", "快递单号", "收货人", "手机")
CLAIMS = ("售后编号", "订单编号", "售后状态", "申请时间", "退款金额(元)")


def sales(count: int) -> Iterator[tuple[str, ...]]:
    yield SALES
    for row in range(count):
        paid = datetime(2025, 11, 1) + timedelta(minutes=row * 3)  # noqa: DTZ001 - as exported
        number = f"{paid:%y%m%d}-{row:015d}\t"
        times = [f"{paid + timedelta(days=days):%Y-%m-%d %H:%M:%S}" for days in (0, 1, 4)]
        buyer = (f"示例{row % 700}", f"139{row % 900:08d}")
        yield number, times[0], "示例商品", f"{row % 300}.90", times[1], times[2], f"YT88{row:011d}", *buyer


def claims(count: int) -> Iterator[tuple[str, ...]]:
    yield CLAIMS
    for number, paid, *_ in list(sales(count))[1::4]:
        claimed = datetime.strptime(paid, "%Y-%m-%d %H:%M:%S") + timedelta(days=6)  # noqa: DTZ007 - as exported
        yield f"9{number[-12:-1]}", number, "待商家处理", f"{claimed:%Y-%m-%d %H:%M:%S}", "20.00"


def timed(*words: str) -> str:
    before = sum(psutil.Process().cpu_times()[2:4])  # of children that ended
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "evidencecheck", *words], capture_output=True, check=True)
    wall = time.perf_counter() - start
    used = sum(psutil.Process().cpu_times()[2:4]) - before
    return f"{wall:6.1f} s wall  {used:6.1f} s processor  {len(done.stdout.splitlines()):6} lines"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000)
    count = parser.parse_args().orders
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, rows in (("orders.csv", sales(count)), ("after-sales.csv", claims(count))):
            with (folder / name).open("w", encoding="gb18030", newline="") as file:
                csv.writer(file).writerows(rows)
        store = ("--store", str(folder / "store"))
        exports = (str(folder / "orders.csv"), str(folder / "after-sales.csv"))
        print("import      ", timed("ledger", "import", *exports, *store))
        print("import again", timed("ledger", "import", *exports, *store))
        print("list --all  ", timed("ledger", "list", "--all", *store))
        print("audit       ", timed("ledger", "audit", *store))


if __name__ == "__main__":
    main()
