import numpy as np
import pytest

from evidencecheck.forensics.trees import DEPTH, Trees, shipped


def test_rows_fall_through_to_the_leaf_their_values_lead_to() -> None:
    feature = np.zeros((1, 2**DEPTH - 1), np.int16)
    threshold = np.full((1, 2**DEPTH - 1), np.inf, np.float32)
    leaf = np.zeros((1, 2**DEPTH), np.float32)
    feature[0, 0], threshold[0, 0] = 1, 0.5  # root: second column
    feature[0, 2], threshold[0, 2] = 0, 2.0  # its right child: first column
    leaf[0, 0], leaf[0, 32], leaf[0, 48] = 1.0, 10.0, 100.0
    trees = Trees(feature=feature, threshold=threshold, leaf=leaf, names=("a", "b"), base=0.25)
    rows = np.array([[9, 0.5], [2, 0.6], [3, 0.6]], np.float32)
    assert trees.logit(rows).tolist() == [1.25, 10.25, 100.25]


def test_weights_for_other_features_are_refused() -> None:
    with pytest.raises(ValueError, match="other features"):
        shipped("edit_map_blocks.npz", ("nothing",))
