import io

import cv2
import numpy as np
from PIL import Image

from evidencecheck.forensics.dct import block_dct, luma_table, quality_of, zigzag


def test_the_transform_agrees_with_opencv() -> None:
    luma = np.random.default_rng(1).uniform(0, 255, (24, 32)).astype(np.float32)
    ours = block_dct(luma)
    assert ours.shape == (3, 4, 64)
    assert np.allclose(ours[1, 2].reshape(8, 8), cv2.dct(luma[8:16, 16:24] - 128), atol=1e-2)


def test_tables_agree_with_what_the_library_writes() -> None:
    for quality in (30, 50, 75, 92):
        out = io.BytesIO()
        Image.new("L", (16, 16)).save(out, "JPEG", quality=quality)
        written = Image.open(io.BytesIO(out.getvalue())).quantization[0]  # type: ignore[attr-defined]
        assert sorted(written) == sorted(luma_table(quality).astype(int).tolist())
        assert quality_of(luma_table(quality)) == quality


def test_zigzag_runs_as_in_the_standard() -> None:
    assert zigzag()[:10].tolist() == [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]
    assert sorted(zigzag()) == list(range(64))
