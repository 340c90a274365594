"""Photoshop's tables are named; libjpeg's are read exactly and mean nothing."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from evidencecheck.acquire.container import read_blocks
from evidencecheck.check.encoder import encoder
from evidencecheck.metadata.jpeg_tables import digest, libjpeg_tables, measured_encoders, photoshop_tables
from evidencecheck.model import Finding, Lab, NotApplicable, Note, Strength


def saved(**options: Any) -> bytes:
    target = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)).save(target, "JPEG", **options)
    return target.getvalue()


@pytest.mark.parametrize(
    ("preset", "quality"), [("low", "3"), ("high", "8"), ("maximum", "10"), ("web_high", "Web 60")]
)
def test_photoshops_tables_are_found(preset: str, quality: str, files: Any, lab: Lab) -> None:
    results = list(encoder(files.exhibit(saved(quality=preset)), lab))
    (found,) = [r for r in results if isinstance(r, Finding)]
    assert found.measurements["preset"] == quality
    assert found.ceiling is Strength.POSSIBLE


@pytest.mark.parametrize("quality", [1, 25, 49, 50, 51, 75, 90, 92, 95, 98, 100])
def test_every_libjpeg_quality_is_read_exactly_and_raises_no_alarm(quality: int, files: Any, lab: Lab) -> None:
    (note,) = encoder(files.exhibit(saved(quality=quality)), lab)
    assert isinstance(note, Note)
    assert note.measurements["libjpeg_quality"] == quality


def test_the_qualities_have_different_tables() -> None:
    assert len({libjpeg_tables(quality) for quality in range(1, 101)}) == 100


def test_layout_is_told(files: Any, lab: Lab) -> None:
    (note,) = encoder(files.exhibit(saved(quality=90, subsampling="4:4:4", progressive=True)), lab)
    assert isinstance(note, Note)
    assert (note.measurements["chroma"], note.measurements["progressive"]) == ("4:4:4", True)
    (plain,) = encoder(files.exhibit(saved(quality=90, subsampling="4:2:0")), lab)
    assert isinstance(plain, Note)
    assert (plain.measurements["chroma"], plain.measurements["optimised_codes"]) == ("4:2:0", False)
    (optimised,) = encoder(files.exhibit(saved(quality=90, optimize=True)), lab)
    assert isinstance(optimised, Note)
    assert optimised.measurements["optimised_codes"] is True


def test_a_cameras_own_tables_are_named_in_a_note(files: Any, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(qtables=[list(range(1, 65))] * 2)
    own = digest(read_blocks(data).quantisation)
    monkeypatch.setattr("evidencecheck.check.encoder.measured_encoders", lambda: {own: "Maker Model 1"})
    (note,) = encoder(files.exhibit(data), lab)
    assert isinstance(note, Note)
    assert "Maker Model 1" in note.summary.en


def test_measured_tables_are_no_ones_but_theirs() -> None:
    known = {digest(libjpeg_tables(quality)) for quality in range(1, 101)} | set(photoshop_tables())
    assert len(measured_encoders()) >= 15
    assert not known & set(measured_encoders())


def test_unknown_tables_and_the_shared_preset_are_only_noted(files: Any, lab: Lab) -> None:
    for data in (saved(qtables=[list(range(1, 65))] * 2), saved(quality="web_low")):
        (note,) = encoder(files.exhibit(data), lab)
        assert isinstance(note, Note)
        assert "unknown" in note.summary.en


def test_a_png_has_no_tables(files: Any, lab: Lab) -> None:
    (result,) = encoder(files.exhibit(files.png(), "photo.png"), lab)
    assert isinstance(result, NotApplicable)
