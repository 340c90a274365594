"""`package` through the real command, on orders screened by the real command or put into a real store."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
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
from evidencecheck.report.cover import COVER_RGB
from evidencecheck.store import Store
from evidencecheck.store.facts import Packaged
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
    assert len(files) == 9
    manifest = json.loads(files["manifest.json"])
    assert manifest["status"] == "ready"
    assert "小红书 @someone" in files["92_维权申诉.txt"].decode("utf-8-sig")
    with zipfile.ZipFile(shop.out / f"{NUMBER}-{kind}.zip") as bundle:
        assert bundle.testzip() is None
        assert len(bundle.namelist()) == 9


def test_english_names_and_words(shop: Shop) -> None:
    done = shop.package("--kind", "edited", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    files = shop.files(f"{NUMBER}-edited")
    assert {"01_circled.jpg", "02_photo.jpg", "03_source.jpg", "91_report_text.txt"} <= set(files)
    assert "Complete: ready to submit" in files["00_steps.txt"].decode("utf-8-sig")


def test_a_second_package_stands_beside_the_first(shop: Shop) -> None:
    for _ in range(2):
        assert shop.package("--kind", "edited", "--no-redact").exit_code == 0
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
    assert shop.package("--kind", "edited", "--photos", kept.parent, "--no-redact").exit_code == 0
    assert shop.files(f"{NUMBER}-edited")["02_原图.jpg"] == kept.read_bytes()


def test_a_moved_source_is_replaced_by_its_preview(shop: Shop) -> None:
    shop.web.unlink()
    assert shop.package("--kind", "web-image").exit_code == 0
    files = shop.files(f"{NUMBER}-web-image")
    assert "缩小图" in files["95_依据与局限.txt"].decode("utf-8-sig")
    assert files["03_来源图.jpg"][:2] == b"\xff\xd8"


def test_an_incomplete_case_writes_only_a_draft(shop: Shop) -> None:
    done = shop.package("--kind", "not-our-product", "--photo", "照片 1.jpg")
    assert done.exit_code == 1
    assert "--shop-photo" in done.stderr
    assert not shop.out.exists()
    done = shop.package("--kind", "not-our-product", "--photo", "照片 1.jpg", "--draft")
    assert done.exit_code == 1
    assert "先不要提交" in shop.files(f"{NUMBER}-not-our-product-draft")["00_提交步骤.txt"].decode("utf-8-sig")


def test_the_shop_photo_is_given_or_found_by_sku(shop: Shop) -> None:
    product = save(draw(5), shop.folder / "product.jpg")
    with_file = shop.package(
        "--kind", "not-our-product", "--photo", "照片 1.jpg", "--shop-photo", product, "--no-redact"
    )
    assert with_file.exit_code == 0, with_file.stderr
    export = shop.folder / "orders.csv"
    export.write_text(f"订单号,商家编码-规格维度,快递单号\n{NUMBER},CUP-W,7801\n", encoding="gbk")
    assert shop.run(
        "corpus", "add", product, "--kind", "shop", "--sku", "CUP-W", "--store", shop.folder / "store"
    ).exit_code == 0  # fmt: skip
    found = shop.package("--kind", "not-our-product", "--photo", "照片 1.jpg", "--orders", export, "--no-redact")
    assert found.exit_code == 0, found.stderr
    assert "7801" in shop.files(f"{NUMBER}-not-our-product-2")["00_提交步骤.txt"].decode("utf-8-sig")


@pytest.mark.parametrize(
    ("words", "order", "said"),
    [
        (["--kind", "edited"], "251103-999", "not screened yet"),
        (["--kind", "edited", "--profile", "taobao"], NUMBER, "pdd"),
        (["--kind", "edited", "--photo", "other.jpg"], NUMBER, "other.jpg"),
        (["--kind", "not-our-product", "--shop-photo", "gone.jpg"], NUMBER, "gone.jpg"),
        (["--kind", "stolen"], NUMBER, "stolen"),
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
    exif[ExifTags.Base.Artist] = "WANG XIAOMING"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2025:10:01 12:00:00"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    photo = save(draw(3), tmp_path / "photos" / NUMBER / "1.jpg", exif)
    before = photo.read_bytes()
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
    assert NUMBER in (folder / "91_举报说明.txt").read_text(encoding="utf-8-sig")
    assert photo.read_bytes() == before
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["photos"][0]["sha256"] == hashlib.sha256(before).hexdigest()
    assert [stop["at"] for stop in manifest["timeline"]][:3] == [
        "2025-10-01T12:00:00+08:00", None, "2025-11-04T09:30:00+08:00",
    ]  # fmt: skip
    inputs = {export, photo}
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path not in inputs)
    for private in ("王小明".encode(), b"13800138000", b"WANG XIAOMING"):
        assert private not in everything


def test_without_a_kind_each_kind_is_told(shop: Shop) -> None:
    done = shop.package()
    assert done.exit_code == 0
    assert "web-image 网图: ready" in done.stderr
    assert "not-our-product 非本店商品: incomplete：" in done.stderr
    assert not shop.out.exists()


def test_what_was_made_is_in_the_ledger(shop: Shop) -> None:
    assert shop.package("--kind", "edited", "--no-redact").exit_code == 0
    with Store.open(shop.folder / "store") as store:
        (made,) = store.ledger.case(NUMBER).of(Packaged)
    manifest = shop.files(made.folder)["manifest.json"]
    assert made == Packaged(
        order=NUMBER, kind="edited", folder=f"{NUMBER}-edited", zip=f"{NUMBER}-edited.zip",
        manifest_sha256=hashlib.sha256(manifest).hexdigest(), ready=True,
    )  # fmt: skip


def test_an_attached_file_stays_with_the_case(shop: Shop) -> None:
    chat = save(draw(6), shop.folder / "王小明_20251107_101500.jpg")
    assert shop.package("--kind", "edited", "--attach", f"chat={chat}").exit_code == 0
    assert shop.package("--kind", "web-image", "--no-redact").exit_code == 0  # a later package has it too
    for folder in (f"{NUMBER}-edited", f"{NUMBER}-web-image"):
        files = shop.files(folder)
        assert "04_聊天.jpg" in files
        (attached,) = json.loads(files["manifest.json"])["attachments"]
        assert attached["sha256"] == hashlib.sha256(chat.read_bytes()).hexdigest()
        assert attached["made_at"] == "2025-11-07T10:15:00+08:00"
    assert "王小明".encode() not in b"".join(path.read_bytes() for path in shop.out.rglob("*") if path.is_file())
    chat.unlink()
    gone = shop.package("--kind", "edited", "--no-redact")
    assert gone.exit_code == 0
    assert "附件没有放入" in gone.stderr


def test_a_drawn_box_is_covered_in_every_copy_and_never_in_the_original(shop: Shop) -> None:
    before = shop.photo.read_bytes()
    done = shop.package("--kind", "web-image", "--mask", "照片 1.jpg:10,20,100,50", "--no-redact")
    assert done.exit_code == 0, done.stderr
    with Image.open(shop.out / f"{NUMBER}-web-image" / "02_售后照片.jpg") as picture:
        pixels = np.asarray(picture, int)
    assert np.abs(pixels[25:65, 15:105] - COVER_RGB).max() < 12
    assert np.abs(pixels[100, 200] - COVER_RGB).max() > 12
    assert shop.photo.read_bytes() == before
    assert not any(before == data for data in shop.files(f"{NUMBER}-web-image").values())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--mask", "other.jpg:1,1,5,5"], "照片 1.jpg"),
        (["--mask", "照片 1.jpg"], "x,y,w,h"),
        (["--mask", "照片 1.jpg:9000,1,5,5"], "360×440"),
        (["--attach", "selfie=a.png"], "chat"),
        (["--attach", "chat=gone.png"], "gone.png"),
    ],
)
def test_a_wrong_box_or_attachment_makes_no_package(shop: Shop, words: list[str], said: str) -> None:
    done = shop.package("--kind", "edited", *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not shop.out.exists()


def test_a_new_platform_is_a_new_file(shop: Shop) -> None:
    """Its own kinds' names, statement, one entry; the edit is filed under another kind."""
    import evidencecheck.report

    text = (Path(evidencecheck.report.__file__).parent / "profiles/generic.toml").read_text(encoding="utf-8")
    changed = text.replace('name = "generic"', 'name = "bazaar"').replace('edited = "edited"', 'edited = "web-image"')
    changed = changed.replace("网络图片", "盗图")
    profile = shop.folder / "bazaar.toml"
    profile.write_text(changed, encoding="utf-8")
    assert "edited 修改过的图片: incomplete" in shop.package("--profile", profile).stderr
    assert shop.package("--kind", "web-image", "--profile", profile, "--no-redact").exit_code == 0
    files = shop.files(f"{NUMBER}-web-image")
    assert "类型：盗图" in files["00_提交步骤.txt"].decode("utf-8-sig")
    manifest = json.loads(files["manifest.json"])
    assert manifest["profile"] == "bazaar"
    assert {each["claim"] for each in manifest["photos"][0]["findings"]} == {"web-image", "edited"}


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_killed_at_any_moment_leaves_whole_packages_only(shop: Shop, run_command: Run) -> None:
    """The real program, killed at moments spread over one undisturbed run; what is there is whole, also the ledger."""
    words = ["package", NUMBER, "--kind", "edited", "--store", str(shop.folder / "store"), "--no-redact"]
    command = [sys.executable, "-m", "evidencecheck", *words, "--out"]
    start = time.monotonic()
    subprocess.run([*command, str(shop.folder / "calm")], check=True, capture_output=True)
    whole = time.monotonic() - start
    for share in (0.6, 0.8, 0.9, 1.0):
        running = subprocess.Popen([*command, str(shop.out)], stderr=subprocess.DEVNULL)
        time.sleep(share * whole)
        running.kill()
        running.wait()
    subprocess.run([*command, str(shop.out)], check=True, capture_output=True)
    made = [path for path in shop.out.iterdir() if path.is_dir() and not path.name.startswith(".unfinished-")]
    for folder in made:
        listed = {f["file"]: f["sha256"] for f in json.loads((folder / "manifest.json").read_bytes())["files"]}
        found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        assert found.pop("manifest.json")
        assert found == listed
    for archive in shop.out.glob("*.zip"):
        with zipfile.ZipFile(archive) as bundle:
            assert bundle.testzip() is None
    with Store.open(shop.folder / "store") as store:
        recorded = {fact.folder for fact in store.ledger.case(NUMBER).of(Packaged)}
    assert recorded - {f"{NUMBER}-edited"} <= {folder.name for folder in made}


def test_screen_takes_the_profile_before_anything_else(shop: Shop) -> None:
    words = ["screen", shop.photo.parent.parent, "--out", shop.out, "--store", shop.folder / "store", "--profile"]
    done = shop.run(*words, "taobao")
    assert done.exit_code == 2
    assert "generic, pdd" in done.stderr
    assert not shop.out.exists()
