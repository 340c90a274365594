"""Orders made by code, with photos drawn by code: what the report's tests (and anyone who wants a sample page) show.

`write_sample(out)` draws previews, masks and reviewer's pictures into an `--out` folder and returns the cases together
with the function that gives a known picture's preview.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.model import (
    Basis,
    CaseReport,
    Claim,
    Finding,
    Level,
    MatchedReference,
    MetadataRow,
    Note,
    Order,
    Outcome,
    PhotoReport,
    PictureFile,
    ReferenceKind,
    Region,
    Status,
    Strength,
    Text,
)

Rgb = NDArray[np.uint8]
SHANGHAI = timezone(timedelta(hours=8))
TITLES = {
    "known-photo": Text(zh="已知图片对照", en="Known pictures"),
    "reused": Text(zh="其他订单的照片", en="Photos of other orders"),
    "error-level": Text(zh="压缩误差图", en="Error levels"),
    "copy-move": Text(zh="复制粘贴", en="Copy-move"),
    "exif": Text(zh="文件信息", en="EXIF"),
    "timeline": Text(zh="时间线", en="Timeline"),
}
WIDTH, HEIGHT = 1080, 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Cases ready for `HtmlReport.add_case`, and their `reference_picture`."""

    cases: tuple[CaseReport, ...]
    reference_picture: Callable[[MatchedReference], bytes | None]


@cache
def draw_product(seed: int, width: int = WIDTH, height: int = HEIGHT) -> Rgb:
    """Return a picture, (height, width, 3) uint8, of a mug on a table, lit from one side, with sensor noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    wall, table, mug, band = (random.integers(90, 235, 3).astype(np.float32) for _ in range(4))
    light = (0.8 + 0.25 * x / width)[..., None]
    horizon = height * random.uniform(0.58, 0.68)
    picture = np.where((y > horizon)[..., None], table * 0.8, wall) * light
    picture += (9 * np.sin(x / 23 + 3 * np.sin(y / 61)) * (y > horizon))[..., None]
    cx, half, top, bottom = width * random.uniform(0.44, 0.54), width * 0.23, height * 0.34, height * 0.78
    shade = np.clip(1.1 - 0.75 * ((x - cx + half * 0.4) / half) ** 2, 0.35, 1.2)[..., None]
    body = (abs(x - cx) < half) & (y > top) & (y < bottom - 26 * ((x - cx) / half) ** 2 + 26)
    picture = np.where(body[..., None], mug * shade, picture)
    stripe = body & (y > height * 0.52) & (y < height * 0.6)
    picture = np.where(stripe[..., None], band * shade, picture)
    canvas = np.clip(picture, 0, 255).astype(np.uint8)
    centre, colour = (round(cx), round(top)), tuple(int(v) for v in mug * 0.5)
    cv2.ellipse(canvas, centre, (round(half), 42), 0, 0, 360, colour, -1, cv2.LINE_AA)
    handle = (round(cx + half), round(height * 0.55))
    cv2.ellipse(canvas, handle, (90, 150), 0, -90, 90, tuple(int(v) for v in mug * 0.75), 34, cv2.LINE_AA)
    for _ in range(14):
        spot = (int(random.integers(0, width)), int(random.integers(round(horizon), height)))
        cv2.circle(canvas, spot, int(random.integers(2, 7)), tuple(int(v) for v in table * 0.5), -1, cv2.LINE_AA)
    noise = random.normal(0, 2.2, canvas.shape)
    drawn: Rgb = np.clip(canvas + noise, 0, 255).astype(np.uint8)
    drawn.setflags(write=False)  # shared by every caller
    return drawn


def paint_stain(
    picture: Rgb, centre: tuple[int, int], radius: int, seed: int
) -> tuple[Rgb, tuple[tuple[float, float], ...]]:
    """Return a copy with a soft brown stain, and the stain's polygon."""
    random = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, 18, endpoint=False)
    radii = radius * random.uniform(0.7, 1.15, len(angles))
    points = np.column_stack([centre[0] + radii * np.cos(angles), centre[1] + 0.7 * radii * np.sin(angles)])
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 255)
    soft = cv2.GaussianBlur(mask, (0, 0), radius / 9)[..., None] / 255 * 0.75
    stained = picture * (1 - soft) + np.array([92, 58, 30]) * soft
    return stained.astype(np.uint8), tuple((round(float(x), 1), round(float(y), 1)) for x, y in points)


def jpeg(picture: Rgb, longest_side_px: int = 1280, quality: int = 85) -> bytes:
    image = Image.fromarray(picture)
    image.thumbnail((longest_side_px, longest_side_px))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def write_preview(out: Path, picture: Rgb) -> tuple[str, str, int]:
    """Write previews/<sha256>.jpg and return SHA-256, the relative path and the byte count of the made-up original."""
    original = jpeg(picture, 4000, 92)
    sha256 = hashlib.sha256(original).hexdigest()
    (out / "previews").mkdir(parents=True, exist_ok=True)
    (out / "previews" / f"{sha256}.jpg").write_bytes(jpeg(picture))
    return sha256, f"previews/{sha256}.jpg", len(original)


def photo_report(out: Path, case: str, name: str, picture: Rgb, *, verdict: Level, **rest: object) -> PhotoReport:
    sha256, preview, size_bytes = write_preview(out, picture)
    height, width = picture.shape[:2]
    report = PhotoReport(
        case=case,
        photo=f"{case}/{name}",
        sha256=sha256,
        size_bytes=size_bytes,
        format="JPEG",
        width=width,
        height=height,
        verdict=verdict,
        preview=preview,
        version="0.1.0",
        calibration="2025-11",
    )
    return replace(report, **rest)  # type: ignore[arg-type]


def reference(kind: ReferenceKind = ReferenceKind.WEB, **changes: object) -> MatchedReference:
    known = MatchedReference(
        id="ref-1",
        kind=kind,
        file="corpus/web/mug_white_01.jpg",
        source="https://example.com/notes/64f0?img=3&from=share",
        first_seen="2024-08-17",
        first_seen_how="manifest",
        captured_at="",
        sha256="5f" * 32,
        sku="",
        title="白色陶瓷马克杯开裂",
        order="",
        width=1200,
        height=1500,
        overlap=0.86,
        homography=((0.98, 0.021, 62.0), (-0.021, 0.98, 84.0), (0.0, 0.0, 1.0)),
        outline=((4.0, 6.0), (1074.0, 6.0), (1074.0, 1432.0), (4.0, 1432.0)),
        transform=Text(zh="裁剪到 86 %，旋转 1.2°，重新保存", en="cropped to 86 %, rotated by 1.2°, saved again"),
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def quiet(check: str, seconds: float = 0.03) -> Outcome:
    return Outcome(check=check, status=Status.DONE, seconds=seconds)


NOT_APPLICABLE = Outcome(
    check="timeline",
    status=Status.NOT_APPLICABLE,
    reason="no order export was given",
    explanation=Text(zh="没有提供订单导出表", en="no order export was given"),
)
FAILED = Outcome(
    check="copy-move",
    status=Status.FAILED,
    reason="took longer than 60 s and was stopped",
    explanation=Text(zh="超过 60 秒，已停止", en="took longer than 60 s and was stopped"),
    seconds=60.0,
)
METADATA = (
    MetadataRow(
        field="Make",
        value="HUAWEI",
        place="EXIF IFD0",
        meaning=Text(zh="手机品牌（文件自己说的）", en="device maker, as the file says"),
    ),
    MetadataRow(
        field="DateTimeOriginal",
        value="2025-11-02 21:14:09",
        place="EXIF",
        meaning=Text(
            zh="拍摄时间，来自手机时钟，可能不准", en="time taken, from the device's clock, which may be wrong"
        ),
    ),
    MetadataRow(
        field="Software",
        value="Adobe Photoshop 25.0 (Windows)",
        place="EXIF IFD0",
        meaning=Text(zh="最后保存它的软件", en="the program that saved it last"),
    ),
)
INNOCENT = (
    Text(zh="买家转发了别人发给他的照片", en="someone forwarded a photo they were sent"),
    Text(zh="同一张照片先被发到了网上", en="the same photo had been posted online before"),
)


def web_case(out: Path, known: Rgb) -> CaseReport:
    """Return an order with a web picture whose stain was painted, a noisy honest photo, and an unreadable file."""
    case = "251103-482915570312"
    matrix = np.array(reference().homography)
    plain = cv2.warpPerspective(known, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    stained, stain = paint_stain(np.asarray(plain, np.uint8), (430, 660), 90, 3)
    stained, second = paint_stain(stained, (640, 1010), 46, 4)
    regions = (Region(polygon=stain, label="1"), Region(polygon=second, label="2"))
    found = Finding(
        claim=Claim.WEB_IMAGE,
        score=0.99,
        summary=Text(
            zh="照片与一张网上的图片是同一张：对齐后 86 % 的画面一致。",
            en="The photo shows the same picture as one from the web: after alignment 86 % of it agrees.",
        ),
        basis=Basis.FACT,
        strength=Strength.DOCUMENTED,
        measurements={"inliers": 412, "agreement": 0.973, "distance_bits": 18},
        reference=reference(),
        innocent=INNOCENT,
    )
    edited = Finding(
        claim=Claim.EDITED,
        score=0.94,
        summary=Text(
            zh="与出处图片相比，圈出的 2 处不同，与添加了斑点相符。",
            en="2 circled places differ from the known picture, consistent with stains having been added.",
        ),
        basis=Basis.FACT,
        strength=Strength.DOCUMENTED,
        regions=regions,
        measurements={"difference": 41.2, "area_share": 0.0131},
        reference=reference(),
        innocent=(Text(zh="出处图片后来被改过", en="the known picture itself was changed later"),),
    )
    cloned = Finding(
        claim=Claim.EDITED,
        score=0.71,
        summary=Text(zh="圈出的地方与另一处几乎相同。", en="The circled place is nearly the same as another one."),
        basis=Basis.MEASURED,
        strength=Strength.POSSIBLE,
        false_alarm_rate=0.013,
        regions=(Region(polygon=((760, 1160), (930, 1150), (950, 1270), (770, 1290)), label="target"),),
        measurements={"inliers": 17, "shift_px": 214.2},
        innocent=(Text(zh="重复的花纹", en="a repeating pattern"),),
    )
    (out / "pictures").mkdir(parents=True, exist_ok=True)
    levels = np.abs(stained.astype(int) - np.asarray(cv2.GaussianBlur(stained, (0, 0), 2), np.uint8)) * 8
    (out / "pictures" / "error-level.jpg").write_bytes(jpeg(np.clip(levels, 0, 255).astype(np.uint8), 1280, 80))
    pictures = (
        PictureFile(
            role="error-level",
            title=Text(zh="压缩误差图（绝对单位）", en="Error levels (absolute units)"),
            file="pictures/error-level.jpg",
        ),
    )
    screened = photo_report(
        out,
        case,
        "1.jpg",
        stained,
        verdict=Level.DOCUMENTED,
        claims=(Claim.WEB_IMAGE, Claim.EDITED),
        edit_score=0.94,
        outcomes=(
            Outcome(check="known-photo", status=Status.DONE, seconds=0.41, findings=(found, edited)),
            quiet("reused", 0.08),
            Outcome(check="copy-move", status=Status.DONE, seconds=0.62, findings=(cloned,)),
            Outcome(check="error-level", status=Status.DONE, seconds=0.12, pictures=pictures),
            Outcome(check="exif", status=Status.DONE, seconds=0.01, metadata=METADATA),
            NOT_APPLICABLE,
        ),
    )
    honest = photo_report(
        out,
        case,
        "2.jpg",
        draw_product(11),
        verdict=Level.NONE,
        outcomes=(quiet("known-photo", 0.38), quiet("reused", 0.07), quiet("copy-move", 0.55), NOT_APPLICABLE),
    )
    unsure = photo_report(
        out,
        case,
        "3.jpg",
        draw_product(12, 1440, 1080),
        verdict=Level.INCONCLUSIVE,
        outcomes=(quiet("known-photo", 0.36), FAILED, NOT_APPLICABLE),
    )
    broken = PhotoReport(
        case=case,
        photo=f"{case}/mmexport1762089921133.jpg",
        sha256="9c" * 32,
        size_bytes=18211,
        format="",
        width=0,
        height=0,
        verdict=Level.UNREADABLE,
        reason="the JPEG ends after 18,211 of about 240,000 bytes",
        explanation=Text(
            zh="JPEG 文件不完整：传输可能中断了", en="the JPEG is incomplete: the transfer probably broke off"
        ),
        version="0.1.0",
        calibration="2025-11",
    )
    order = Order(
        number=case,
        status="已发货，退款中",
        product="白色陶瓷马克杯 350 ml",
        sku="MUG-W-350",
        tracking_number="YT8812345678901",
        paid_at=datetime(2025, 11, 3, 9, 12, tzinfo=SHANGHAI),
        shipped_at=datetime(2025, 11, 3, 18, 40, tzinfo=SHANGHAI),
        received_at=datetime(2025, 11, 6, 13, 5, tzinfo=SHANGHAI),
        claimed_at=datetime(2025, 11, 6, 20, 31, tzinfo=SHANGHAI),
    )
    return CaseReport(case=case, order=order, photos=(screened, honest, unsure, broken))


def reused_case(out: Path) -> CaseReport:
    """Return an order with one photo that came in with another order before, mirrored, its picture not stored."""
    case = "251105-771203984410"
    earlier = reference(
        ReferenceKind.CLAIM,
        id="claim-9",
        file="251021-662810043789/IMG_20251021.jpg",
        source="",
        first_seen="2025-10-21T19:02:11+08:00",
        first_seen_how="received with that order",
        title="",
        order="251021-…789",
        overlap=0.99,
        homography=((-1.0, 0.0, 1079.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        width=1080,
        height=1440,
        transform=Text(zh="左右翻转", en="mirrored"),
    )
    found = Finding(
        claim=Claim.REUSED,
        score=0.97,
        summary=Text(
            zh="这张照片与 2025-10-21 收到的另一订单的照片是同一张（左右翻转）。",
            en="The same picture came in with another order on 2025-10-21, mirrored.",
        ),
        basis=Basis.FACT,
        strength=Strength.SUPPORTED,
        false_alarm_rate=0.0004,
        measurements={"inliers": 338, "agreement": 0.991},
        reference=earlier,
        innocent=(Text(zh="同一位买家的两个订单", en="two orders of the same buyer"),),
    )
    note = Note(
        summary=Text(
            zh="文件里的拍摄时间比发货早 12 天，时钟可能不准。",
            en="The file's clock is 12 days before shipping; it may be wrong.",
        ),
        measurements={"days": 12.2},
    )
    photo = photo_report(
        out,
        case,
        "微信图片_20251105.jpg",
        draw_product(21),
        verdict=Level.SUPPORTED,
        claims=(Claim.REUSED,),
        outcomes=(
            quiet("known-photo", 0.33),
            Outcome(check="reused", status=Status.DONE, seconds=0.2, findings=(found,)),
            Outcome(check="timeline", status=Status.DONE, seconds=0.0, notes=(note,)),
        ),
    )
    return CaseReport(case=case, order=Order(number=case, product="玻璃杯两只装"), photos=(photo,))


def poisoned(value: Any, poison: str) -> Any:
    """Return a model value with every text in it replaced."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return poison
    if isinstance(value, tuple):
        return tuple(poisoned(item, poison) for item in value)
    if isinstance(value, dict):
        return {f"{poison}{key}": poisoned(item, poison) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = {"schema", "preview"}
        changed = {
            f.name: poisoned(getattr(value, f.name), poison) for f in dataclasses.fields(value) if f.name not in kept
        }
        return replace(value, **changed)
    return value


def write_sample(out: Path) -> Sample:
    """Write the sample's pictures under `out` and return its cases."""
    known = draw_product(7, 1200, 1500)
    previews = {"ref-1": jpeg(known, 1024)}
    honest = photo_report(
        out, "251108-100200300400", "1.jpg", draw_product(31), verdict=Level.NONE, outcomes=(quiet("known-photo"),)
    )
    cases = (
        web_case(out, known),
        reused_case(out),
        CaseReport(case="251108-100200300400", order=None, photos=(honest,)),
    )
    return Sample(cases=cases, reference_picture=lambda matched: previews.get(matched.id))
