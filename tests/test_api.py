"""The program from Python: the documentation's examples run as they stand, and errors are the promised ones."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import evidencecheck
from evidencecheck.cli.demo import demo_folder
from evidencecheck.store import StoreError

ROOT = Path(__file__).parents[1]
STAINED, HONEST = "251104-330917264405518", "251108-940027716385529"
Rgb = NDArray[np.uint8]


@pytest.fixture
def shop(tmp_path: Path, run_command: Callable[..., subprocess.CompletedProcess[bytes]]) -> Path:
    """Two of the demo's orders, its export, and a store that knows the shop's own pictures."""
    with demo_folder() as data:
        for order in (STAINED, HONEST):
            shutil.copytree(data / "fixtures" / "cases" / order, tmp_path / "photos" / order)
        shutil.copy(data / "fixtures" / "orders" / "orders.csv", tmp_path / "orders.csv")
        manifest = data / "reference_images" / "manifest.csv"
        done = run_command("corpus", "add", "--manifest", manifest, "--store", tmp_path / "store")
    assert done.returncode == 0, done.stderr.decode()
    return tmp_path


def test_the_documentation_s_examples_run_as_one_script(shop: Path) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len(examples) == 5
    script = shop / "script.py"  # with no guard for worker processes, as the page says
    script.write_text("\n".join(examples), encoding="utf-8")
    command = [sys.executable, "-X", "utf8", script.name]
    done = subprocess.run(command, cwd=shop, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    said = done.stdout.decode()
    assert f"{STAINED} {STAINED}/1.jpg documented" in said
    assert re.search(rf"{HONEST} {HONEST}/\S+ (none|inconclusive|possible)", said)
    assert "known-photo" in said
    assert (shop / "packages").is_dir()
    assert (shop / "report" / "index.html").is_file()


def test_trouble_is_the_promised_exception(
    tmp_path: Path, draw_scene: Callable[..., Rgb], save: Callable[..., Path]
) -> None:
    photos = save(draw_scene(1, 200, 300), tmp_path / "photos" / "A" / "1.jpg").parents[1]
    out, store = tmp_path / "out", tmp_path / "store"
    with pytest.raises(ValueError, match="no such folder"):
        evidencecheck.screen(tmp_path / "absent", out=out, store=store)
    with pytest.raises(ValueError, match="no-such-check"):
        evidencecheck.screen(photos, out=out, store=store, only=["no-such-check"])
    with pytest.raises(StoreError, match="--store"):
        evidencecheck.screen(photos, out=out, store=save(draw_scene(2, 200, 200), tmp_path / "file.jpg"))
    result = evidencecheck.screen(photos, out=out, store=store, only=["exif"], jobs=1)
    assert [photo.photo for photo in result.photos()] == ["A/1.jpg"]
    assert result.orders == 1
    with pytest.raises(OSError, match="already holds a report"):
        evidencecheck.screen(photos, out=out, store=store, only=["exif"])
    with pytest.raises(ValueError, match="not screened yet"):
        evidencecheck.package("B", "edited", out=tmp_path / "packages", store=store)
    assert evidencecheck.package("A", "edited", out=tmp_path / "packages", store=store).missing


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = ("numpy", "cv2", "PIL", "typer", "sqlite3")
    code = f"import sys, evidencecheck; print(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_names_promised_are_there_and_no_others() -> None:
    assert {"screen", "package", "Store"} < set(dir(evidencecheck))
    assert all(getattr(evidencecheck, name) for name in dir(evidencecheck))
    with pytest.raises(AttributeError, match="nothing"):
        evidencecheck.nothing  # noqa: B018
