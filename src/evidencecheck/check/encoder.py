"""Encoder: which program wrote the JPEG, by its quantisation tables and the layout of its header.

It sees libjpeg's tables (each quality exactly), Photoshop's presets, sub-sampling, progressive order and optimised
codes. Only Photoshop's own tables are a finding: plain libjpeg tables mean nothing (38 % of camera files have them),
and the lowest web preset is shared with cameras. Blind spots: every save, also a chat app's, replaces the tables.
Sources: ITU-T T.81 annex K; libjpeg's quality scale; Pillow's presets; tables of files that state their quality.
"""

from __future__ import annotations

from collections.abc import Iterator

from evidencecheck.metadata.jpeg_tables import digest, libjpeg_quality, measured_encoders, photoshop_tables
from evidencecheck.model import (
    Basis,
    Blocks,
    Check,
    CheckResult,
    Claim,
    Exhibit,
    Finding,
    Group,
    Lab,
    NotApplicable,
    Note,
    Strength,
    Text,
)

SUBSAMPLING = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1"}
STANDARD_DC = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, *range(12)])  # T.81 table K.3
INNOCENT = (
    Text(zh="用 Adobe 软件转换格式、缩小或调色也会这样保存", en="converting, resizing or toning with Adobe software"),
    Text(zh="个别程序借用了同样的量化表", en="some programs borrow the same tables"),
)


def encoder(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield what is known of the encoder, and a finding when it is Photoshop's."""
    blocks = exhibit.blocks
    if not blocks.quantisation:
        yield NotApplicable(reason=Text(zh="不是 JPEG，没有量化表", en="not a JPEG: it has no quantisation tables"))
        return
    quality, preset = libjpeg_quality(blocks.quantisation), photoshop_tables().get(digest(blocks.quantisation))
    yield _note(blocks, quality, preset)
    if preset is None:
        return
    yield Finding(
        claim=Claim.EDITED,
        score=0.6,
        basis=Basis.FACT,
        ceiling=Strength.POSSIBLE,
        summary=Text(
            zh=f"照片最后一次保存用的是 Photoshop 的量化表（质量 {preset}）。这不说明改了什么。",
            en=f"the last save used Photoshop's quantisation tables (quality {preset}); not what was changed",
        ),
        measurements={"preset": preset},
        innocent=INNOCENT,
    )


def _note(blocks: Blocks, quality: int | None, preset: str | None) -> Note:
    first = blocks.sampling[0][:2] if len(blocks.sampling) > 1 else None
    sampling = SUBSAMPLING.get(first, str(first)) if first else "gray"
    progressive = blocks.frame is not None and blocks.frame[0] == 2
    optimised = not any(codes == STANDARD_DC for _, codes in blocks.huffman)
    zh, en = _named(quality, preset, measured_encoders().get(digest(blocks.quantisation)))
    return Note(
        summary=Text(
            zh=f"JPEG 编码：{zh}，色度 {sampling}" + ("，渐进式" if progressive else ""),
            en=f"JPEG encoder: {en}; chroma {sampling}" + ("; progressive" if progressive else ""),
        ),
        measurements={
            "libjpeg_quality": quality or "none",
            "tables_digest": digest(blocks.quantisation),
            "chroma": sampling,
            "progressive": progressive,
            "optimised_codes": optimised,
        },
    )


def _named(quality: int | None, preset: str | None, measured: str | None) -> tuple[str, str]:
    if preset:
        return f"Photoshop 质量 {preset}", f"Photoshop, quality {preset}"
    if quality:
        return (
            f"libjpeg 质量 {quality}（许多手机和软件都用）",
            f"libjpeg, quality {quality} (many phones and programs use it)",
        )
    if measured:
        return f"与 {measured} 保存的文件相同的量化表", f"the tables that files of {measured} have"
    return "未知编码器", "unknown encoder"


CHECK = Check(
    id="encoder", title=Text(zh="JPEG 编码器", en="JPEG encoder"), group=Group.FILE, family="encoder", run=encoder
)
