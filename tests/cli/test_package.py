"""`package` through the real command, on orders screened by the real command or put into a real store."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image
from typer.testing import CliRunner, Result

from evidencecheck.acquire.intake import intake
from evidencecheck.cli import app
from evidencecheck.model import (
    Basis,
    Claim,
    Finding,
    Level,
    MatchedReference,
    Outcome,
    PhotoReport,
    Received,
    ReferenceKind,
    Region,
    Settings,
    Status,
    Strength,
    Text,
    Unreadable,
)
from evidencecheck.store import Store
from evidencecheck.store.provenance import Provenance

Rgb = NDArray[np.uint8]
Run = Callable[..., subprocess.CompletedProcess[bytes]]
NUMBER = "251103-123456789012"


def draw(seed: int, width: int = 480, height: int = 640) -> Rgb:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 220, (7, 6, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def save(rgb: Rgb, path: Path, exif: Image.Exif | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path, "JPEG", quality=90, exif=Image.Exif() if exif is None else exif)
    return path


@dataclass(frozen=True)
class Shop:
    """A store with one order whose photo is an edited web picture, and one order with nothing found."""

    folder: Path
    photo: Path
    web: Path

    def package(self, *words: object, order: str = NUMBER) -> Result:
        """Run the command in this process: the same code without a second of imports each time."""
        return self.run("package", order, "--store", self.folder / "store", "--out", self.out, *words)

    def run(self, *words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    @property
    def out(self) -> Path:
        return self.folder / "packages"

    def files(self, name: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.out / name).iterdir()}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    known = draw(1)
    photo = known[100:540, 60:420].copy()
    photo[200:240, 150:200] = (60, 20, 10)
    made = Shop(
        folder=tmp_path,
        photo=save(photo, tmp_path / "photos" / NUMBER / "照片 1.jpg"),
        web=save(known, tmp_path / "web" / "xhs.jpg"),
    )
    with Store.open(tmp_path / "store") as store:
        taken = intake(Received(case=NUMBER, name=f"{NUMBER}/照片 1.jpg", path=made.photo), Settings())
        source = intake(Received(case="", name="xhs.jpg", path=made.web), Settings())
        assert not isinstance(taken, Unreadable)
        assert not isinstance(source, Unreadable)
        stated = Provenance(
            kind=ReferenceKind.WEB, file=str(made.web), source="小红书 @someone", first_seen="2025-08-14", sku="CUP-W"
        )
        store.add_reference(source, stated)
        (reference,) = store.references()
        store.remember(taken, NUMBER)
        matched = MatchedReference(
            id=reference.id, kind=reference.kind, file=reference.file, source=reference.source,
            first_seen=reference.first_seen, first_seen_how=reference.first_seen_how, captured_at="",
            sha256=reference.sha256, sku="", title="", order="", width=480, height=640, overlap=0.5,
            homography=((1.0, 0.0, 60.0), (0.0, 1.0, 100.0), (0.0, 0.0, 1.0)),
            outline=((0.0, 0.0), (360.0, 0.0), (360.0, 440.0), (0.0, 440.0)), transform=Text(zh="裁剪", en="cropped"),
        )  # fmt: skip
        box = Region(polygon=((150.0, 200.0), (200.0, 200.0), (200.0, 240.0), (150.0, 240.0)), label="1")
        words = Text(zh="与来源图片是同一画面", en="shows the same picture as its source")
        facts: dict[str, Any] = {
            "score": 0.99, "basis": Basis.FACT, "strength": Strength.DOCUMENTED, "summary": words, "reference": matched,
        }  # fmt: skip
        findings = (Finding(claim=Claim.WEB_IMAGE, **facts), Finding(claim=Claim.EDITED, regions=(box,), **facts))
        outcome = Outcome(check="known-photo", status=Status.DONE, findings=findings)
        store.save_report(
            PhotoReport(
                case=NUMBER,
                photo=taken.photo.name,
                sha256=taken.photo.sha256,
                size_bytes=taken.photo.size_bytes,
                format="JPEG",
                width=360,
                height=440,
                verdict=Level.DOCUMENTED,
                outcomes=(outcome,),
                version="0",
            )
        )
    return made


@pytest.mark.parametrize("kind", ["web-image", "edited"])
def test_a_complete_case_is_ready(shop: Shop, kind: str) -> None:
    done = shop.package("--kind", kind)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert "ready" in done.stderr
    files = shop.files(f"{NUMBER}-{kind}")
    assert len(files) == 6
    original = next(data for name, data in files.items() if "原图" in name)
    assert original == shop.photo.read_bytes()
    assert files["03_来源图.jpg"] == shop.web.read_bytes()
    manifest = json.loads(files["manifest.json"])
    assert manifest["status"] == "ready"
    assert "小红书 @someone" in files["statement.txt"].decode("utf-8-sig")
    with zipfile.ZipFile(shop.out / f"{NUMBER}-{kind}.zip") as bundle:
        assert bundle.testzip() is None
        assert len(bundle.namelist()) == 6


def test_english_names_and_words(shop: Shop) -> None:
    done = shop.package("--kind", "edited", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    files = shop.files(f"{NUMBER}-edited")
    assert {"01_circled.jpg", "02_original.jpg", "03_source.jpg"} <= set(files)
    assert "Complete: ready to submit" in files["00_steps.txt"].decode("utf-8-sig")


def test_a_second_package_stands_beside_the_first(shop: Shop) -> None:
    for _ in range(2):
        assert shop.package("--kind", "edited").exit_code == 0
    assert (shop.out / f"{NUMBER}-edited-2").is_dir()


def test_a_changed_original_is_incomplete_and_a_copy_elsewhere_helps(shop: Shop) -> None:
    kept = shop.folder / "backup" / "a.jpg"
    kept.parent.mkdir()
    kept.write_bytes(shop.photo.read_bytes())
    save(draw(9), shop.photo)
    done = shop.package("--kind", "edited")
    assert done.exit_code == 1
    assert "改动" in done.stderr
    assert not shop.out.exists()
    assert shop.package("--kind", "edited", "--photos", kept.parent).exit_code == 0
    assert shop.files(f"{NUMBER}-edited")["02_原图.jpg"] == kept.read_bytes()


def test_a_moved_source_is_replaced_by_its_preview(shop: Shop) -> None:
    shop.web.unlink()
    assert shop.package("--kind", "web-image").exit_code == 0
    files = shop.files(f"{NUMBER}-web-image")
    assert "缩小图" in files["statement.txt"].decode("utf-8-sig")
    assert files["03_来源图.jpg"][:2] == b"\xff\xd8"


def test_an_incomplete_case_writes_only_a_draft(shop: Shop) -> None:
    done = shop.package("--kind", "not-our-product", "--photo", "照片 1.jpg")
    assert done.exit_code == 1
    assert "--shop-photo" in done.stderr
    assert not shop.out.exists()
    done = shop.package("--kind", "not-our-product", "--photo", "照片 1.jpg", "--draft")
    assert done.exit_code == 1
    assert "先不要提交" in shop.files(f"{NUMBER}-not-our-product-draft")["00_steps.txt"].decode("utf-8-sig")


def test_the_shop_photo_is_given_or_found_by_sku(shop: Shop) -> None:
    product = save(draw(5), shop.folder / "product.jpg")
    with_file = shop.package("--kind", "not-our-product", "--photo", "照片 1.jpg", "--shop-photo", product)
    assert with_file.exit_code == 0, with_file.stderr
    export = shop.folder / "orders.csv"
    export.write_text(f"订单号,商家编码-规格维度,快递单号\n{NUMBER},CUP-W,7801\n", encoding="gbk")
    assert shop.run(
        "corpus", "add", product, "--kind", "shop", "--sku", "CUP-W", "--store", shop.folder / "store"
    ).exit_code == 0  # fmt: skip
    found = shop.package("--kind", "not-our-product", "--photo", "照片 1.jpg", "--orders", export)
    assert found.exit_code == 0, found.stderr
    assert "7801" in shop.files(f"{NUMBER}-not-our-product-2")["00_steps.txt"].decode("utf-8-sig")


@pytest.mark.parametrize(
    ("words", "order", "said"),
    [
        (["--kind", "edited"], "251103-999", "not screened yet"),
        (["--kind", "edited", "--profile", "taobao"], NUMBER, "pdd"),
        (["--kind", "edited", "--photo", "other.jpg"], NUMBER, "other.jpg"),
        (["--kind", "not-our-product", "--shop-photo", "gone.jpg"], NUMBER, "gone.jpg"),
        (["--kind", "stolen"], NUMBER, "stolen"),
        ([], NUMBER, "kind"),
    ],
)
def test_wrong_use_is_told_with_code_2(shop: Shop, words: list[str], order: str, said: str) -> None:
    done = shop.package(*words, order=order)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not shop.out.exists()


def test_from_screening_to_package(tmp_path: Path, run_command: Run) -> None:
    """Screened with the export, then packaged by a second program; nothing of the buyer is in any output."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 1
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2025:10:01 12:00:00"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    photo = save(draw(3), tmp_path / "photos" / NUMBER / "1.jpg", exif)
    product = save(draw(4), tmp_path / "product.jpg")
    export = tmp_path / "orders.csv"
    rows = f"订单号,收货人,手机,发货时间,快递单号\n\t{NUMBER},王小明,13800138000,2025-11-04 09:30:00,78012345\n"
    export.write_text(rows, encoding="gb18030")
    screened = run_command(
        "screen", tmp_path / "photos", "--store", tmp_path / "store", "--orders", export, "--out", tmp_path / "report",
        "--only", "timeline", "--jobs", 1,
    )  # fmt: skip
    assert screened.returncode in {0, 1}, screened.stderr.decode()
    done = run_command(
        "package", NUMBER, "--kind", "not-our-product", "--store", tmp_path / "store", "--shop-photo", product,
        "--photo", "1.jpg", "--orders", export, "--out", tmp_path / "packages",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    folder = tmp_path / "packages" / f"{NUMBER}-not-our-product"
    assert hashlib.sha256((folder / "02_原图.jpg").read_bytes()).digest() == hashlib.sha256(photo.read_bytes()).digest()
    said = (folder / "statement.txt").read_text(encoding="utf-8-sig")
    assert NUMBER in said
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != export)
    for private in ("王小明".encode(), b"13800138000"):
        assert private not in everything
