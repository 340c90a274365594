"""The completeness gate: what a report of this kind still lacks, and how to add it. Reports are capped: be strict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidencecheck.model import Claim, ReferenceKind, Text
from evidencecheck.report.dossier import Dossier, PhotoEvidence, when, where
from evidencecheck.report.safe import last_part, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing a complete report needs, and how the seller adds it."""

    what: Text
    remedy: Text


def gate_line(lacking: Sequence[Missing], language: str) -> str:
    """Return the gate's word on one kind: "ready", or "incomplete: " and what is missing."""
    if not lacking:
        return "ready"
    parts = [each.what.zh if language == "zh" else each.what.en for each in lacking]
    return "incomplete：" + "；".join(parts) if language == "zh" else "incomplete: " + "; ".join(parts)


def missing(dossier: Dossier) -> tuple[Missing, ...]:
    """Return everything that keeps the dossier from being complete; empty means ready."""
    if not dossier.photos:
        return (_no_finding(dossier),)
    found: list[Missing] = []
    for photo in dossier.photos:
        found += _of_photo(photo, dossier)
    if dossier.kind == "not-our-product" and dossier.shop_photo is None:
        found.append(
            Missing(
                what=Text(zh="没有本店该商品的实物照片", en="no photo of the shop's own real product"),
                remedy=Text(
                    zh="加 --shop-photo 照片；或 corpus add 照片 --kind shop --sku 商家编码，再加 --orders 订单导出",
                    en="add --shop-photo PATH; or corpus add PATH --kind shop --sku ID, and give --orders EXPORT",
                ),
            )
        )
    return tuple(found)


def _of_photo(photo: PhotoEvidence, dossier: Dossier) -> Iterator[Missing]:
    name = shown(photo.selected.report.photo)
    if photo.data is None or photo.rgb is None:
        why = photo.trouble or Text(zh="原图打不开", en="the original does not open")
        yield Missing(
            what=Text(zh=f"{name}：{why.zh}", en=f"{name}: {why.en}"),
            remedy=Text(
                zh="把原图放回原处，或用 --photos 指出它所在的文件夹；文件必须与核查时一模一样",
                en="put the original back, or name its folder with --photos; it must be unchanged since the screening",
            ),
        )
    if any(each.finding.claim is Claim.REUSED for each in photo.selected.exported):
        yield from _of_sequence(photo, name)
    if dossier.kind == "web-image":
        yield from _of_source(photo, name)
    if dossier.kind == "edited" and not any(each.finding.regions for each in photo.selected.exported):
        if any(each.finding.claim is Claim.AI_GENERATED for each in photo.selected.exported):
            return  # the whole picture is meant: there is nothing to circle
        yield Missing(
            what=Text(zh=f"{name}：没有可以圈出的位置", en=f"{name}: there is no place to circle"),
            remedy=Text(zh="换一种类型，或不要为这张照片举报", en="choose another kind, or do not report this photo"),
        )


def _of_sequence(photo: PhotoEvidence, name: str) -> Iterator[Missing]:
    """Of two orders with one photo only the later is reported: the other may be the one that took the photo."""
    reused = [each.finding for each in photo.selected.exported if each.finding.claim is Claim.REUSED]
    if not any(finding.measurements.get("claimed_later") for finding in reused):
        yield Missing(
            what=Text(
                zh=f"{name}：不知道两个订单哪个先申请，本订单的照片可能才是原来的那张",
                en=f"{name}: which order was claimed first is not known; this one's photo may be the original",
            ),
            remedy=Text(
                zh="导出两个订单的售后表（含申请时间），用 --orders 加上重新核查",
                en="export the after-sales of both orders with the time of the claim, and screen again with --orders",
            ),
        )


def _of_source(photo: PhotoEvidence, name: str) -> Iterator[Missing]:
    reference = photo.reference
    if reference is None:
        yield Missing(
            what=Text(zh=f"{name}：没有对上的来源图片", en=f"{name}: no source picture it matches"),
            remedy=Text(
                zh="用 evidencecheck corpus add 加入来源图片后重新核查",
                en="add the source with corpus add, screen again",
            ),
        )
        return
    file = shown(last_part(reference.file))
    kind = "shop" if reference.kind is ReferenceKind.SHOP else "web"
    if reference.id not in photo.known:
        yield Missing(
            what=Text(zh=f"{name}：来源图片 {file} 已不在", en=f"{name}: the source picture {file} is gone"),
            remedy=Text(
                zh=f"把它放回原处，再运行 evidencecheck corpus add {file} --kind {kind}",
                en=f"put it back and run evidencecheck corpus add {file} --kind {kind}",
            ),
        )
    if not where(reference):
        yield Missing(
            what=Text(zh=f"{name}：不知道来源图片 {file} 出自哪里", en=f"{name}: where {file} comes from is not known"),
            remedy=Text(
                zh=f"evidencecheck corpus add {file} --kind {kind} --source 网址（或“App 名 + 账号”），然后重新核查",
                en=f"evidencecheck corpus add {file} --kind {kind} --source URL (or app, account), then screen again",
            ),
        )
    if not when(reference):
        yield Missing(
            what=Text(zh=f"{name}：不知道来源图片 {file} 的时间", en=f"{name}: when {file} was seen is not known"),
            remedy=Text(
                zh=f"evidencecheck corpus add {file} --kind {kind} --first-seen 日期，然后重新核查",
                en=f"evidencecheck corpus add {file} --kind {kind} --first-seen DATE, then screen again",
            ),
        )


def _no_finding(dossier: Dossier) -> Missing:
    if dossier.kind == "not-our-product":
        remedy = Text(
            zh="如果您自己看得出不是本店商品，用 --photo 指出那张照片，并加 --shop-photo",
            en="if you can see that it is not your product, name the photo with --photo and add --shop-photo",
        )
    else:
        remedy = Text(
            zh="看一遍报告；若知道来源图片，用 evidencecheck corpus add 加入后重新核查；否则不要提交这一类型",
            en="read the report; if you know the source picture, add it with corpus add and screen again; otherwise do "
            "not submit this kind",
        )
    return Missing(
        what=Text(
            zh="这个订单没有达到“有力支持”的发现可以归入这一类型（“仅供复核”不能写进投诉）",
            en="no finding at supported or above is filed under this kind (possible is never exported)",
        ),
        remedy=remedy,
    )
