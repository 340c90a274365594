"""How well a score tells edited pictures from genuine ones. It needs numpy alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = Sequence[float] | NDArray[np.float32]


def auc(edited: Scores, genuine: Scores) -> float:
    """Return the chance, 0-1, that an edited picture scores above a genuine one; equal scores count half."""
    hit, calm = np.asarray(edited)[:, None], np.asarray(genuine)
    return float((hit > calm).mean() + 0.5 * (hit == calm).mean())


def detected(edited: Scores, genuine: Scores, false_alarms: float) -> float:
    """Return the share of edited pictures above a score that at most this share of the genuine ones exceeds."""
    calm = np.sort(genuine)[::-1]
    return float((np.asarray(edited) > calm[min(int(false_alarms * len(calm)), len(calm) - 1)]).mean())


def figures(edited: Scores, genuine: Scores) -> tuple[float, float, float]:
    """Return the AUC, and the shares detected at 1 % and at 5 % false alarms."""
    return auc(edited, genuine), detected(edited, genuine, 0.01), detected(edited, genuine, 0.05)
