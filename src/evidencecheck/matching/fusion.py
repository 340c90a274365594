"""The score: a logistic function of what was measured on a pair. Weights are fitted by benchmarks/train_fusion.py."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def _weights() -> dict[str, float]:
    text = resources.files(__package__).joinpath("fusion.json").read_text(encoding="utf-8")
    return {name: float(weight) for name, weight in json.loads(text)["weights"].items()}


def terms(measured: Mapping[str, float]) -> dict[str, float]:
    """Return the measured values and the few products that matter."""
    return {
        **measured,
        "bias": 1.0,
        "tracked*correlation": measured["tracked"] * measured["correlation"],
        "agreed*sides": measured["agreed"] * measured["sides"],
        "w_tracked*w_correlation": measured["w_tracked"] * measured["w_correlation"],
        "w_agreed*w_sides": measured["w_agreed"] * measured["w_sides"],
        "pure*w_tracked": measured["pure"] * measured["w_tracked"] * measured["w_correlation"],
        "pure*share": measured["pure"] * measured["w_share"] * measured["w_correlation"],
    }


def score_of(measured: Mapping[str, float]) -> float:
    """Return 0 to 1: how sure it is that both are the same photo."""
    weights = _weights()
    value = sum(weights.get(name, 0.0) * term for name, term in terms(measured).items())
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, value))))
