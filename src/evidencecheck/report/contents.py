"""What is in a package, by name: which file is which, for the texts that tell the seller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from evidencecheck.model import AttachmentRole, Text
from evidencecheck.report.dossier import Language
from evidencecheck.report.profile import SlotName

MANIFEST = "manifest.json"
TEXT_FILES: dict[str, Text] = {
    "steps": Text(zh="00_提交步骤.txt", en="00_steps.txt"),
    "statement": Text(zh="91_举报说明.txt", en="91_report_text.txt"),
    "appeal": Text(zh="92_维权申诉.txt", en="92_appeal_text.txt"),
    "intervention": Text(zh="93_平台介入说明.txt", en="93_intervention_text.txt"),
    "grounds": Text(zh="95_依据与局限.txt", en="95_grounds_and_limits.txt"),
}
ENCLOSED: dict[AttachmentRole, Text] = {
    AttachmentRole.CHAT: Text(zh="聊天", en="chat"),
    AttachmentRole.ORDER: Text(zh="订单", en="order"),
    AttachmentRole.VIDEO: Text(zh="视频", en="video"),
    AttachmentRole.GOODS: Text(zh="实物", en="goods"),
    AttachmentRole.LOGISTICS: Text(zh="物流", en="parcel"),
    AttachmentRole.STAFF: Text(zh="本店发出", en="sent-by-shop"),
    AttachmentRole.OTHER: Text(zh="其他", en="other"),
}
SLOT_OF: dict[AttachmentRole, SlotName] = {
    AttachmentRole.CHAT: "chat",
    AttachmentRole.STAFF: "chat",
    AttachmentRole.ORDER: "order",
    AttachmentRole.GOODS: "goods",
    AttachmentRole.VIDEO: "goods",
    AttachmentRole.LOGISTICS: "logistics",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFiles:
    """One photo's files in the package; "" for one that is not there."""

    ready: str = ""
    photo: str = ""  # the clean copy, or the original where nothing is redacted
    source: str = ""  # the known picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The package's files by what they are; "" and missing keys are files that are not there."""

    photos: tuple[PhotoFiles, ...] = ()
    shop_photo: str = ""
    timeline: str = ""
    earlier_uses: str = ""
    enclosures: tuple[tuple[AttachmentRole, str], ...] = ()  # by the time they were made
    texts: Mapping[str, str] = field(default_factory=dict)  # name by role, keys of TEXT_FILES

    def enclosed(self, slot: SlotName) -> tuple[str, ...]:
        """Return the seller's own files for one slot."""
        return tuple(name for role, name in self.enclosures if SLOT_OF.get(role) == slot)

    def upload(self, *, with_timeline: bool) -> tuple[str, ...]:
        """Return what is handed in, in this order."""
        shown = [part for files in self.photos for part in (files.ready, files.source)]
        rest = (self.timeline if with_timeline else "", self.shop_photo, self.earlier_uses)
        return tuple(name for name in (*shown, *rest) if name)


def named(text: Text, language: Language) -> str:
    """Return a file's name in the seller's language."""
    return text.zh if language == "zh" else text.en


def listed(names: Iterable[str], language: str) -> str:
    """Return names as a list in a sentence."""
    return ("、" if language == "zh" else ", ").join(names)


def titled(names: Iterable[str], language: str, sellers: Language) -> str:
    """Return names as the platform reads them, which sees pictures without file names: "01 对比图、03 来源图".

    Numbers alone where the names are in the seller's language and the platform's is another.
    """
    stems = (PurePath(name).stem.partition("_") for name in names)
    return listed((number if language != sellers else f"{number} {rest}" for number, _, rest in stems), language)
