"""Makes the shop's generator (`fixtures/shop.py`) and the killing (`benchmarks/kill.py`) importable."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "fixtures"), str(ROOT / "benchmarks")]
