"""Save chain: whether the photo was saved before its last save, and whether anything of that is left to see.

Pixel checks read marks that saving leaves. A chat app that resizes a photo and saves it at a low quality wipes them
away: then the honest answer of the group is "cannot tell", and this check says so by being blind. Otherwise it notes.

Blind: photos saved once at a low quality by an editor look the same as photos a chat app resized.
Source: DCT histograms on and off the grid: T. Bianchi, A. Piva, IEEE TIFS 7(3), 2012; J. Fridrich et al., IH 2002.
"""

from __future__ import annotations

from collections.abc import Iterator

from evidencecheck.forensics.chain import SaveMarks, save_marks
from evidencecheck.forensics.source import last_save
from evidencecheck.model import Check, CheckResult, Exhibit, Group, Lab, NotApplicable, Note, Text

# what they answer, chain by chain: benchmarks/trace_answers.py (docs/checks/save-chain.md)
SAVED_TWICE = 0.012  # divergence, nats: from here an earlier save on the same grid shows
NOTHING_LEFT = 0.006  # below it nothing of an earlier save shows
LOW_QUALITY = 85  # at most: finer marks do not survive the last save
CHAT_SIDE_PX = 1600  # chat apps send at most so large pictures
OTHER_GRID = 0.15  # edge contrast from which an earlier grid at another place shows
CAMERA_TAGS = (271, 272)  # EXIF Make and Model


def save_chain(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:  # noqa: ARG001 - every check has this signature
    """Yield a note on earlier saves, or say that the traces are gone."""
    save = last_save(exhibit)
    if save is None:
        yield NotApplicable(reason=Text(zh="不是 JPEG 文件", en="not a JPEG file"))
        return
    marks = save_marks(exhibit.gray, save)
    if marks is None:
        yield NotApplicable(reason=Text(zh="照片太小，无法统计", en="too small for statistics"))
        return
    if traces_gone(exhibit, marks):
        yield NotApplicable(
            reason=Text(
                zh="缩小后又重新压缩（像经聊天软件转发），修改痕迹已看不到，无法判断",
                en="recompressed after resizing, as chat apps do: traces of an edit cannot be seen any more",
            ),
            blind=True,
        )
        return
    yield Note(
        summary=_words(marks),
        measurements={
            "quality": marks.quality,
            "double_save_divergence": round(marks.divergence, 4),
            "other_grid": round(marks.other_grid, 3),
        },
    )


def traces_gone(exhibit: Exhibit, marks: SaveMarks) -> bool:
    """Return whether the photo looks resized and saved once at a low quality, with no camera's own data."""
    from_camera = any(field.place == "exif:IFD0" and field.code in CAMERA_TAGS for field in exhibit.blocks.fields)
    low = marks.quality <= LOW_QUALITY and marks.divergence < NOTHING_LEFT and marks.other_grid < OTHER_GRID
    return low and not from_camera and max(exhibit.photo.width, exhibit.photo.height) <= CHAT_SIDE_PX


def _words(marks: SaveMarks) -> Text:
    last = Text(
        zh=f"最后一次保存的 JPEG 质量约 {marks.quality}", en=f"last saved as JPEG at quality about {marks.quality}"
    )
    if marks.divergence >= SAVED_TWICE:
        return Text(zh=f"{last.zh}；之前至少保存过一次。", en=f"{last.en}; saved at least once before")
    if marks.other_grid >= OTHER_GRID:
        return Text(zh=f"{last.zh}；之前保存后又被裁剪过。", en=f"{last.en}; saved before and then cropped")
    return Text(zh=f"{last.zh}；看不到更早的保存。", en=f"{last.en}; no earlier save shows")


CHECK = Check(
    id="save-chain",
    title=Text(zh="保存经过", en="Save chain"),
    group=Group.EDITS,
    family="jpeg",
    run=save_chain,
)
