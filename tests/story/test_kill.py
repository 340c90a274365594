"""The program killed at random moments: nothing lost, nothing half there. `benchmarks/kill.py` does it 50 times."""

from __future__ import annotations

import os
import random
from pathlib import Path

import kill
import pytest


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to kill")
def test_killed_at_random_moments_nothing_is_lost_or_half_there(tmp_path: Path) -> None:
    shop = kill.make_shop(tmp_path)
    shop.run += 1
    dice = random.Random(7)  # noqa: S311 - moments, no secrets
    for name in ("screen", "package", "watch", "package"):
        kill.kill_once(shop, name, 0.2 + 0.7 * dice.random())
        kill.look(shop)
    kill.finish(shop)
    assert shop.killed.total() >= 1
