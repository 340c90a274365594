"""Packages of drawn cases: what is in them, what is refused, what leaks, what survives being killed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

from evidencecheck.model import (
    AttachmentRole,
    Basis,
    Claim,
    Finding,
    Level,
    MatchedReference,
    Order,
    Outcome,
    PhotoReport,
    ReferenceKind,
    Region,
    Status,
    Strength,
    Text,
)
from evidencecheck.report.archive import write_package
from evidencecheck.report.cover import COVER_RGB, Cover, Why, covered
from evidencecheck.report.dossier import Dossier, Enclosure, KnownPicture, PhotoEvidence, ShopPhoto, select
from evidencecheck.report.package import Package, make_package
from evidencecheck.report.profile import KindName, Profile, load_profile

Rgb = NDArray[np.uint8]
NUMBER = "251103-123456789012"
CROP = (60, 90)  # left, top of the photo within the known picture
FULL = load_profile("pdd")
PDD = replace(FULL, pictures=replace(FULL.pictures, width_px=360))  # quick: only the picture test needs full size


def draw(seed: int, width: int, height: int) -> Rgb:
    """Return a soft picture with some edges; another seed is another picture."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(50, 210, (6, 5, 3)).astype(np.uint8)
    picture = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    for _ in range(30):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        colour = tuple(int(value) for value in rng.integers(30, 220, 3))
        cv2.circle(
            picture, centre, int(rng.integers(4, 6 + width // 12)), colour, int(rng.choice([-1, 3])), cv2.LINE_AA
        )
    return picture


def jpeg(rgb: Rgb, *, private: bool = False) -> bytes:
    buffer, exif = io.BytesIO(), Image.Exif()
    if private:
        exif[ExifTags.Base.Artist] = "WANG XIAOMING"
    Image.fromarray(rgb).save(buffer, "JPEG", quality=90, exif=exif)
    return buffer.getvalue()


def reference(**changes: object) -> MatchedReference:
    left, top = CROP
    known = MatchedReference(
        id="ref-1", kind=ReferenceKind.WEB, file=r"C:\Users\wangxiaoming\web.jpg", sha256="a" * 64,
        source="https://example.com/goods/1?a=<b>", first_seen="2025-08-14T10:22:00+08:00", first_seen_how="manifest",
        captured_at="", sku="", title="", order="", width=400, height=520, overlap=0.6,
        homography=((1.0, 0.0, left), (0.0, 1.0, top), (0.0, 0.0, 1.0)),
        outline=((0.0, 0.0), (300.0, 0.0), (300.0, 400.0), (0.0, 400.0)),
        transform=Text(zh="裁剪", en="cropped"),
    )  # fmt: skip
    return replace(known, **changes)  # type: ignore[arg-type]


def finding(claim: Claim, strength: Strength | None = Strength.DOCUMENTED, **changes: object) -> Finding:
    made = Finding(
        claim=claim, score=0.9, basis=Basis.FACT, strength=strength,
        summary=Text(zh=f"{claim} 摘要", en=f"{claim} summary"), innocent=(Text(zh="无害原因", en="harmless"),),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def place(x: float, y: float, side: float = 50) -> Region:
    return Region(polygon=((x, y), (x + side, y), (x + side, y + side), (x, y + side)), label="1")


@dataclass(frozen=True)
class Bench:
    """One order with one photo, 300 by 400 px, cut out of a known picture of 400 by 520 px."""

    known: Rgb
    photo: Rgb
    data: bytes

    def report(self, *findings: Finding, name: str = "1.jpg") -> PhotoReport:
        return PhotoReport(
            case=NUMBER, photo=f"{NUMBER}/{name}", sha256=hashlib.sha256(self.data).hexdigest(),
            size_bytes=len(self.data), format="JPEG", width=300, height=400, verdict=Level.DOCUMENTED,
            outcomes=(Outcome(check="known-photo", status=Status.DONE, findings=findings),),
            version="9.9.9", calibration="table-7",
        )  # fmt: skip

    def dossier(self, kind: KindName, *findings: Finding, profile: Profile = PDD, **changes: object) -> Dossier:
        picture = KnownPicture(rgb=self.known, data=jpeg(self.known), format="JPEG", whole=True)
        photos = tuple(
            PhotoEvidence(selected=each, data=self.data, rgb=self.photo, known={"ref-1": picture})
            for each in select([self.report(*findings)], kind, profile)
        )
        made = Dossier(
            order_number=NUMBER,
            kind=kind,
            photos=photos,
            created_at=datetime(2025, 11, 9, 8, 0, tzinfo=UTC),
            language="zh",
        )
        return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def bench() -> Bench:
    known = draw(21, 400, 520)
    left, top = CROP
    photo = np.ascontiguousarray(known[top : top + 400, left : left + 300])
    cv2.circle(photo, (150, 200), 20, (90, 30, 10), -1)
    return Bench(known=known, photo=photo, data=jpeg(photo, private=True))


@pytest.fixture(scope="session")
def shop() -> ShopPhoto:
    return ShopPhoto(
        rgb=draw(22, 400, 300), name="实物.jpg", sha256="b" * 64, origin=Text(zh="本店提供", en="the shop's")
    )


def texts(package: Package) -> str:
    return "\n".join(file.data.decode("utf-8-sig") for file in package.files if file.name.endswith((".txt", ".json")))


def file_of(package: Package, role: str) -> bytes:
    (data,) = [file.data for file in package.files if file.role == role]
    return data


def statement(package: Package) -> str:
    return file_of(package, "statement").decode("utf-8-sig").splitlines()[0]


def manifest(package: Package) -> dict[str, Any]:
    content = json.loads(file_of(package, "manifest"))
    assert isinstance(content, dict)
    return content


WEB = finding(Claim.WEB_IMAGE, reference=reference())
EDITED = finding(Claim.EDITED, reference=reference(), regions=(place(125, 175), place(10, 10, 30)))


def test_web_image_is_complete(bench: Bench) -> None:
    package = make_package(bench.dossier("web-image", WEB), PDD)
    assert package.missing == ()
    assert [(f.name, f.role) for f in package.files] == [
        ("00_提交步骤.txt", "steps"), ("01_对比图.jpg", "ready"), ("02_售后照片.jpg", "photo"),
        ("03_来源图.jpg", "source"), ("91_举报说明.txt", "statement"), ("92_维权申诉.txt", "appeal"),
        ("93_平台介入说明.txt", "intervention"), ("95_依据与局限.txt", "grounds"), ("manifest.json", "manifest"),
    ]  # fmt: skip
    assert "example.com" in statement(package)
    assert "2025-08-14" in statement(package)
    words = texts(package)
    for needed in (
        "https://example.com/goods/1?a=<b>",
        "02_售后照片.jpg",
        "反馈虚假售后凭证",
        "入口 C",
        "沟通记录",
        "未经核实",
        "无害原因",
    ):
        assert needed in words, needed


@pytest.mark.parametrize(
    ("kind", "found"),
    [("web-image", WEB), ("edited", EDITED), ("not-our-product", finding(Claim.CONTRADICTION, regions=(place(5, 5),)))],
)
def test_ready_picture_is_large_and_carries_no_metadata(
    bench: Bench, shop: ShopPhoto, kind: KindName, found: Finding
) -> None:
    data = file_of(make_package(bench.dossier(kind, found, shop_photo=shop), FULL), "ready")
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.width == FULL.pictures.width_px
        assert not picture.getexif()
        assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"WANG" not in data
    assert len(data) <= FULL.pictures.max_bytes


def test_manifest_counts_every_file(bench: Bench) -> None:
    package = make_package(bench.dossier("edited", EDITED), PDD)
    content = manifest(package)
    assert {f["file"]: (f["size_bytes"], f["sha256"]) for f in content["files"]} == {
        f.name: (len(f.data), hashlib.sha256(f.data).hexdigest()) for f in package.files if f.role != "manifest"
    }
    assert (content["status"], content["kind"], content["profile"]) == ("ready", "edited", "pdd")
    (photo,) = content["photos"]
    assert (photo["version"], photo["calibration"]) == ("9.9.9", "table-7")
    assert photo["findings"][0]["places"] == [1, 2]
    assert content["settings"]["clock_margin_hours"] == 24


def test_no_folder_of_the_seller_and_no_hidden_text_leaks(bench: Bench) -> None:
    sly = finding(
        Claim.WEB_IMAGE, reference=reference(title="ok\u202egpj.exe\x1b[31m", source="https://example.com/ 13800138000")
    )
    words = texts(make_package(bench.dossier("web-image", sly), PDD))
    assert "wangxiaoming" not in words
    assert "web.jpg" in words
    for bad in ("\u202e", "\x1b"):
        assert bad not in words
    said = texts(make_package(bench.dossier("web-image", sly), PDD)).split('"schema"')[0]
    assert "13800138000" not in said


def test_originals_are_handed_in_byte_for_byte_only_when_asked(bench: Bench) -> None:
    dossier = bench.dossier("web-image", WEB)
    clean = make_package(dossier, PDD)
    for role in ("photo", "source"):
        data = file_of(clean, role)
        assert b"WANG" not in data
        with Image.open(io.BytesIO(data)) as picture:
            assert not picture.getexif()
    whole = make_package(replace(dossier, redacted=False), PDD)
    assert file_of(whole, "original") == bench.data
    assert file_of(whole, "source") == jpeg(bench.known)
    assert "逐字节" in texts(whole)


def test_covers_are_drawn_counted_and_told(bench: Bench) -> None:
    dossier = bench.dossier("edited", EDITED)
    box = Cover(left=100, top=150, width=100, height=100, why=Why.PHONE)  # over a circled place
    photo = replace(dossier.photos[0], rgb=covered(bench.photo, [box]), covers=(box,))
    package = make_package(replace(dossier, photos=(photo,)), PDD)
    with Image.open(io.BytesIO(file_of(package, "photo"))) as picture:
        assert np.abs(np.asarray(picture, int)[200, 150] - COVER_RGB).max() < 8
        assert np.abs(np.asarray(picture, int)[20, 20] - bench.photo[20, 20]).max() < 40
    assert "电话 1 处" in texts(package)
    assert "重叠" in texts(package)
    assert manifest(package)["photos"][0]["covered"] == {"phone": 1}


# ---------------------------------------------------------------- what goes with the findings


def use(number: str, **changes: object) -> Finding:
    other = reference(id=f"claim-{number}", kind=ReferenceKind.CLAIM, source="", order=number, **changes)
    return finding(Claim.REUSED, reference=other)


def test_other_orders_with_the_same_photo_travel_with_every_kind(bench: Bench) -> None:
    dossier = bench.dossier("edited", EDITED, use("251001-…321"), use("251002-…654"))
    seen = KnownPicture(rgb=bench.known, data=jpeg(bench.known), format="JPEG", whole=False)
    known = {**dossier.photos[0].known, "claim-251001-…321": seen, "claim-251002-…654": seen}
    package = make_package(replace(dossier, photos=(replace(dossier.photos[0], known=known),)), PDD)
    assert file_of(package, "earlier-uses")
    assert "251001-…321（2025-10-01 下单）、另一订单 251002-…654（2025-10-02 下单）" in texts(package)
    assert [each["order"] for each in manifest(package)["photos"][0]["earlier_uses"]] == ["251001-…321", "251002-…654"]


def test_a_possible_reuse_is_not_told(bench: Bench) -> None:
    weak = replace(use("251001-…321"), strength=Strength.POSSIBLE)
    assert "251001" not in texts(make_package(bench.dossier("edited", EDITED, weak), PDD))


def test_attachments_are_numbered_by_time_and_put_in_their_slots(bench: Bench, tmp_path: Path) -> None:
    video = tmp_path / "王小明.mp4"
    video.write_bytes(b"moving pictures")
    facts: dict[str, Any] = {"sha256": hashlib.sha256(video.read_bytes()).hexdigest(), "size_bytes": 15}
    chat = Enclosure(role=AttachmentRole.CHAT, name="a.png", suffix=".png", made_at=None, rgb=bench.photo, **facts)
    film = Enclosure(role=AttachmentRole.VIDEO, name=video.name, suffix=".mp4", made_at=None, path=video, **facts)
    gone = replace(chat, trouble=Text(zh="文件找不到了", en="gone"))
    package = make_package(bench.dossier("edited", EDITED, enclosures=(chat, film, gone)), PDD)
    names = {file.name: file for file in package.files if file.role == "attachment"}
    assert list(names) == ["04_聊天.jpg", "05_视频.mp4"]
    assert "【沟通记录】见附图 04 聊天" in texts(package)
    assert "【商品实物】见附图 05 视频" in texts(package)
    assert "文件找不到了" in texts(package)
    assert len(manifest(package)["attachments"]) == 3
    assert "王小明" not in texts(package)
    written = write_package(package, tmp_path / "out")
    assert (written.folder / "05_视频.mp4").read_bytes() == video.read_bytes()
    video.write_bytes(b"other pictures!")
    with pytest.raises(ValueError, match="05_视频"):
        write_package(package, tmp_path / "out")
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_texts_to_copy_hold_nothing_else(bench: Bench) -> None:
    package = make_package(bench.dossier("web-image", WEB, by="小店"), PDD)
    said = {file.role: file.data.decode("utf-8-sig") for file in package.files if file.name.endswith(".txt")}
    assert said["statement"].count("\r\n") == 1
    for role in ("appeal", "intervention"):
        assert NUMBER in said[role]
        assert said["statement"].strip() in said[role]
        assert "请补充" not in said[role]
        assert not re.search(r"[{}]|\.jpg|\.txt", said[role])
    assert "存档人：小店" in said["appeal"]


def test_a_second_report_is_warned_of(bench: Bench) -> None:
    package = make_package(bench.dossier("edited", EDITED, reported=1), PDD)
    assert "已经反馈过 1 次" in texts(package)
    assert package.missing == ()


# ---------------------------------------------------------------- what may be exported


def test_possible_is_never_exported(bench: Bench) -> None:
    weak = finding(Claim.EDITED, Strength.POSSIBLE, regions=(place(1, 1),), summary=Text(zh="弱迹象", en="weak sign"))
    dossier = bench.dossier("edited", weak)
    assert dossier.photos == ()
    assert make_package(dossier, PDD).missing
    both = make_package(bench.dossier("edited", EDITED, weak, replace(weak, strength=None)), PDD)
    assert "弱迹象" not in texts(both)
    assert len(manifest(both)["photos"][0]["findings"]) == 1


def test_the_profile_says_under_which_kind_a_finding_is_filed(bench: Bench) -> None:
    generated = finding(Claim.AI_GENERATED)
    assert select([bench.report(generated)], "edited", PDD)
    assert not select([bench.report(generated)], "web-image", PDD)
    other = replace(PDD, claims={**PDD.claims, Claim.AI_GENERATED: "web-image"})
    assert select([bench.report(generated)], "web-image", other)


def test_a_generated_picture_needs_no_circle(bench: Bench) -> None:
    package = make_package(bench.dossier("edited", finding(Claim.AI_GENERATED)), PDD)
    assert package.missing == ()
    assert "AI" in statement(package)


def test_the_seller_may_choose_a_photo_for_the_comparison(bench: Bench) -> None:
    report = bench.report()
    assert not select([report], "not-our-product", PDD)
    assert select([report], "not-our-product", PDD, {report.photo})
    assert not select([report], "edited", PDD, {report.photo})


# ---------------------------------------------------------------- the gate


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": ""}, "--source"),
        ({"first_seen": "", "captured_at": ""}, "--first-seen"),
        ({"id": "other"}, "已不在"),
    ],
)
def test_a_web_picture_needs_where_and_when(bench: Bench, changes: dict[str, Any], words: str) -> None:
    package = make_package(bench.dossier("web-image", finding(Claim.WEB_IMAGE, reference=reference(**changes))), PDD)
    assert [words in f"{m.what.zh} {m.remedy.zh}" for m in package.missing] == [True]
    assert package.name.endswith("-draft")
    assert "先不要提交" in texts(package)
    assert manifest(package)["status"] == "incomplete"


def test_the_complete_source_is_shown_when_the_strongest_lacks_it(bench: Bench) -> None:
    nameless = finding(Claim.WEB_IMAGE, score=1.0, reference=reference(id="ref-0", source=""))
    assert make_package(bench.dossier("web-image", nameless, WEB), PDD).missing == ()


def test_a_changed_original_is_told(bench: Bench) -> None:
    dossier = bench.dossier("edited", EDITED)
    gone = replace(dossier.photos[0], data=None, rgb=None, trouble=Text(zh="原图被改动过", en="changed"))
    package = make_package(replace(dossier, photos=(gone,)), PDD)
    assert "原图被改动过" in package.missing[0].what.zh
    assert not [f for f in package.files if f.role in {"ready", "photo", "original"}]


def test_an_edit_needs_a_place_and_a_comparison_needs_the_product(bench: Bench, shop: ShopPhoto) -> None:
    assert "圈出" in make_package(bench.dossier("edited", finding(Claim.EDITED)), PDD).missing[0].what.zh
    dossier = bench.dossier("not-our-product", finding(Claim.CONTRADICTION))
    assert "--shop-photo" in make_package(dossier, PDD).missing[0].remedy.zh
    assert make_package(replace(dossier, shop_photo=shop), PDD).missing == ()


def test_of_two_orders_with_one_photo_only_the_later_is_reported(bench: Bench) -> None:
    source = reference(id="claim-1", kind=ReferenceKind.CLAIM, source="", order="251001-…321")
    unknown = finding(Claim.REUSED, reference=source)
    lacking = make_package(bench.dossier("web-image", unknown), PDD).missing
    assert any("claimed first is not known" in each.what.en and "--orders" in each.remedy.en for each in lacking)
    later = replace(unknown, measurements={"claimed_later": True})
    lacking = make_package(bench.dossier("web-image", later), PDD).missing
    assert not any("claimed first" in each.what.en for each in lacking)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("profile", ["pdd", "generic"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("web-image", WEB),
        ("web-image", finding(Claim.WEB_IMAGE, reference=reference(source="小红书 " + "很长的账号名" * 20))),
        (
            "web-image",
            finding(Claim.REUSED, reference=reference(kind=ReferenceKind.CLAIM, source="", order="251001-…321")),
        ),
        ("edited", EDITED),
        ("edited", finding(Claim.EDITED, regions=(place(1, 1),))),
        ("edited", finding(Claim.AI_GENERATED)),
        ("not-our-product", finding(Claim.CONTRADICTION)),
        ("not-our-product", finding(Claim.NOT_OUR_PRODUCT)),
    ],
)
def test_statements_are_short_and_accuse_nobody(  # noqa: PLR0917 - one per parameter
    bench: Bench, shop: ShopPhoto, profile: str, language: str, kind: KindName, found: Finding
) -> None:
    platform = replace(load_profile(profile), pictures=PDD.pictures)
    dossier = bench.dossier(kind, found, profile=platform, shop_photo=shop, language=language)
    package = make_package(dossier, platform)
    said = statement(package)
    assert NUMBER in said
    assert len(said) <= platform.statement_limit
    if profile == "pdd":
        assert len(said) <= 100
        assert "核实" in said or "比对" in said
    for word in ("骗", "欺诈", "恶意", "造假", "假图", "买家", "证明", "fraud", "fake", "prove", "buyer"):
        assert word not in said.lower()
        assert word not in texts(package).replace("虚假", "").split("入口")[0].lower() or word in {"买家", "buyer"}
    assert not re.search(r"[{}]", said)


def test_an_order_number_too_long_for_the_statement_is_cut_last(bench: Bench) -> None:
    package = make_package(bench.dossier("edited", EDITED, order_number="长" * 200), PDD)
    assert len(statement(package)) <= 100


def test_the_export_fills_the_slots(bench: Bench) -> None:
    order = Order(
        number=NUMBER, product="陶瓷杯", tracking_number="78012345", shipped_at=datetime(2025, 11, 4, tzinfo=UTC)
    )
    words = texts(make_package(bench.dossier("edited", EDITED, order=order), PDD))
    assert "快递单号 78012345" in words
    assert "发货 2025-11-04" in words
    assert "【商品】陶瓷杯" in words
    assert "【金额】" not in words  # the export does not say: the paragraph is left out


@pytest.mark.parametrize(("day", "told"), [(1, True), (20, False)])
def test_a_source_dated_after_the_claim_is_told(bench: Bench, day: int, told: bool) -> None:
    order = Order(number=NUMBER, claimed_at=datetime(2025, 8, day, tzinfo=UTC))
    package = make_package(bench.dossier("web-image", WEB, order=order), PDD)
    assert ("晚于申请售后" in texts(package)) is told
    assert package.missing == ()


def test_text_files_open_in_any_notepad(bench: Bench) -> None:
    data = file_of(make_package(bench.dossier("edited", EDITED), PDD), "steps")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n") > 20


# ---------------------------------------------------------------- on disk


def test_nothing_is_overwritten(bench: Bench, tmp_path: Path) -> None:
    package = make_package(bench.dossier("edited", EDITED), PDD)
    first, second = write_package(package, tmp_path), write_package(package, tmp_path)
    assert (first.folder.name, second.folder.name) == (f"{NUMBER}-edited", f"{NUMBER}-edited-2")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        p.name for w in (first, second) for p in (w.folder, w.zip)
    )
    for written in (first, second):
        with zipfile.ZipFile(written.zip) as bundle:
            inside = {name.split("/")[1]: bundle.read(name) for name in bundle.namelist()}
        assert inside == {path.name: path.read_bytes() for path in written.folder.iterdir()}
        assert inside == {file.name: file.data for file in package.files}


def test_what_a_killed_program_left_is_swept_a_day_later(bench: Bench, tmp_path: Path) -> None:
    old, fresh = tmp_path / ".unfinished-old", tmp_path / ".unfinished-fresh"
    for folder in (old, fresh):
        folder.mkdir()
        (folder / "01.jpg").write_bytes(b"private")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    write_package(make_package(bench.dossier("edited", EDITED), PDD), tmp_path)
    assert not old.exists()
    assert (fresh / "01.jpg").exists()  # another program may be at work in it


@pytest.mark.parametrize("name", ["../../etc/passwd", "CON", "订单 甲", "a\nb", "x" * 300])
def test_any_order_name_gives_a_safe_folder(bench: Bench, tmp_path: Path, name: str) -> None:
    written = write_package(make_package(bench.dossier("edited", EDITED, order_number=name), PDD), tmp_path / "out")
    assert written.folder.parent == tmp_path / "out"
    assert written.folder.is_dir()
    assert re.fullmatch(r"[0-9a-z.-]{1,100}", written.folder.name)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_killed_while_writing_leaves_no_half_package(bench: Bench, tmp_path: Path) -> None:
    script = tmp_path / "write.py"
    script.write_text(
        "import sys, pathlib\n"
        "from evidencecheck.report.archive import write_package\n"
        "from evidencecheck.report.package import Package, PackageFile\n"
        "data = bytes(200_000)\n"
        "sha256 = __import__('hashlib').sha256(data).hexdigest()\n"
        "facts = dict(role='ready', content=data, sha256=sha256, size_bytes=len(data))\n"
        "files = tuple(PackageFile(name=f'{n}.jpg', **facts) for n in range(12))\n"
        "while True: write_package(Package(name='p', files=files, missing=()), pathlib.Path(sys.argv[1]))\n"
    )
    out = tmp_path / "out"
    for delay in (0.02, 0.09, 0.2):
        running = subprocess.Popen([sys.executable, str(script), str(out)])
        before = len(list(out.glob("p*"))) if out.exists() else 0
        deadline = time.monotonic() + 60
        while (len(list(out.glob("p*"))) if out.exists() else 0) <= before and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(delay)
        running.send_signal(signal.SIGKILL)
        running.wait()
    folders = [path for path in out.iterdir() if path.is_dir() and not path.name.startswith(".")]
    archives = list(out.glob("*.zip"))
    assert folders
    assert all(len(list(folder.iterdir())) == 12 for folder in folders)
    for archive in archives:
        with zipfile.ZipFile(archive) as bundle:
            assert bundle.testzip() is None
            assert len(bundle.namelist()) == 12
