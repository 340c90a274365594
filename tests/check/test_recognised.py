"""The table of what is recognised (docs/recognised.md) is true, row by row, on files made for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evidencecheck.check.ai_label import ai_label
from evidencecheck.check.clocks import clocks
from evidencecheck.check.editor_trace import editor_trace
from evidencecheck.check.encoder import encoder
from evidencecheck.check.exif import exif
from evidencecheck.check.provenance import provenance
from evidencecheck.model import Claim, Exhibit, Finding, Lab, MetadataRow, NotApplicable, Note, Strength

CHECKS = (ai_label, clocks, editor_trace, encoder, exif, provenance)
PAGE = Path(__file__).parents[2] / "docs" / "recognised.md"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
PHOTOSHOP, XAP = "http://ns.adobe.com/photoshop/1.0/", "http://ns.adobe.com/xap/1.0/"
TC260, MM, CRS = "http://www.tc260.org.cn/ns/AIGC/1.0/", XAP + "mm/", "http://ns.adobe.com/camera-raw-settings/1.0/"
EVENT = XAP + "sType/ResourceEvent#"
UUID = "4800156b-8880-4786-9056-7ca3da449d8c"
LABEL = json.dumps({"Label": "1", "ContentProducer": "001191110102MACQD9K64010000", "ProduceID": "p"})
GENERATED, EDITED = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"
OUR_IRB = b"Photoshop 3.0\0" + b"8BIM\4\6\0\0\0\0\0\7" + b"\0\5\0\0\0\1\0\0"

MADE, CHANGED = (Claim.AI_GENERATED, Strength.DOCUMENTED), (Claim.EDITED, Strength.DOCUMENTED)
MAYBE, SAVED = (Claim.EDITED, Strength.POSSIBLE), (Claim.EDITED, Strength.POSSIBLE)
CONTRADICTS = (Claim.CONTRADICTION, Strength.POSSIBLE)

Make = Callable[["Maker"], bytes]
Expected = tuple[Claim, Strength] | str  # a finding, or English words that a note or a row of the table says


class Maker:
    """What a row needs to make its file."""

    def __init__(self, files: Any, credentials: ModuleType, trailer: Callable[..., bytes]) -> None:
        self.files, self.credentials, self.trailer = files, credentials, trailer
        self.authority = credentials.authority()

    def xmp(self, text: str, **spaces: str) -> bytes:
        data: bytes = self.files.with_xmp(text, **spaces)
        return data

    def exif(self, ifd0: dict[int, object], sub: dict[int, object] | None = None) -> bytes:
        data: bytes = self.files.jpeg(exif=self.files.exif(ifd0, sub or {}))
        return data

    def png(self, key: str, value: str) -> bytes:
        data: bytes = self.files.png(chunks=[(b"tEXt", f"{key}\0{value}".encode())])
        return data

    def samsung(self, kind: int, name: str, value: str) -> bytes:
        data: bytes = self.files.jpeg(after=self.trailer((kind, name, value.encode())))
        return data

    def huawei(self, tag: int) -> bytes:
        note = b"HUAWEI\0\0" + b"\1\0" + tag.to_bytes(2, "little") + b"\4\0\1\0\0\0\1\0\0\0" + b"\0\0\0\0"
        exif = self.files.exif({0x010F: "HUAWEI"}, {0x927C: note})
        exif.endian = "<"
        data: bytes = self.files.jpeg(exif=exif)
        return data

    def signed(self, source: str, generator: str, agent: str = "x", action: str = "c2pa.created") -> bytes:
        step = self.credentials.created(source, agent) | {"action": action}
        data: bytes = self.credentials.sign(self.authority, self.files.jpeg(), [step], generator=generator)
        return data


def software(name: str) -> Make:
    return lambda m: m.exif({0x0131: name if name.isascii() else name.encode()})


def source(name: str) -> Make:
    return lambda m: m.xmp(f"<i:DigitalSourceType>http://cv.iptc.org/{name}</i:DigitalSourceType>", i=IPTC)


def field(name: str) -> Make:
    return lambda m: m.xmp(f"<i:{name}>x</i:{name}>", i=IPTC)


def credit(text: str) -> Make:
    return lambda m: m.xmp(f"<p:Credit>{text}</p:Credit>", p=PHOTOSHOP)


def comment(value: object) -> Make:
    return lambda m: m.exif(
        {}, {0x9286: b"ASCII\0\0\0" + (value if isinstance(value, str) else json.dumps(value)).encode()}
    )


def text(key: str, value: str) -> Make:
    return lambda m: m.png(key, value)


def later(m: Maker) -> bytes:
    exif = m.files.exif({}, {0x9003: "2026:06:05 10:00:00"})
    exif.get_ifd(0x8825).update({29: "2026:05:29", 7: (2.0, 0.0, 3.0)})
    data: bytes = m.files.jpeg(exif=exif)
    return data


ROWS: dict[str, tuple[Make, Expected | None]] = {
    "aigc.xmp.element": (lambda m: m.xmp(f"<t:AIGC>{escape(LABEL)}</t:AIGC>", t=TC260), MADE),
    "aigc.xmp.attr": (lambda m: m.xmp("", t=TC260 + f'" t:AIGC="{escape(LABEL)}'), MADE),
    "aigc.xmp.flat": (lambda m: m.xmp("<t:Label>1</t:Label><t:ProduceID>1</t:ProduceID>", t="urn:x"), MADE),
    "aigc.png.text": (text("AIGC", LABEL), MADE),
    "aigc.exif.usercomment": (comment({"AIGC": json.loads(LABEL)}), MADE),
    "aigc.exif.imagedescription": (
        lambda m: m.exif({0x010E: '{"AIGC":{"ServiceProvider":"x","ServiceUser":"y","ContentId":"z"}}'}), MADE),
    "aigc.jpeg.appn": (lambda m: m.files.jpeg(segments=[(0xE9, b"AIGC" + LABEL.encode())]), MADE),
    "aigc.producer.uscc": (text("AIGC", LABEL), "豆包 Doubao"),
    "aigc.keyword.only": (lambda m: m.xmp("<d:title>AIGC conference</d:title>", d="urn:d"), None),
    "iptc.dst.trainedAlgorithmicMedia": (source(GENERATED), MADE),
    "iptc.dst.compositeWithTrainedAlgorithmicMedia": (source(EDITED), CHANGED),
    "iptc.dst.compositeSynthetic": (source("compositeSynthetic"), MAYBE),
    "iptc.dst.algorithmicMedia": (source("algorithmicMedia"), "drawn by a program, not AI"),
    "iptc.dst.algorithmicallyEnhanced": (source("algorithmicallyEnhanced"), "enhanced by software"),
    "iptc.dst.screenCapture": (source("screenCapture"), "it is a screenshot"),
    "iptc.dst.digitalCapture": (source("digitalCapture"), "taken by a camera"),
    "iptc.dst.computationalCapture": (source("computationalCapture"), "taken by a camera"),
    "iptc.dst.composite": (source("composite"), "composed of several pictures"),
    "iptc.dst.humanEdits": (source("humanEdits"), SAVED),
    "iptc.2025.AISystemUsed": (field("AISystemUsed"), MADE),
    "iptc.2025.AISystemVersionUsed": (field("AISystemVersionUsed"), MADE),
    "iptc.2025.AIPromptInformation": (field("AIPromptInformation"), MADE),
    "iptc.2025.AIPromptWriterName": (field("AIPromptWriterName"), MADE),
    "google.made": (credit("Made with Google AI"), MADE),
    "google.edited": (credit("Edited with Google AI"), CHANGED),
    "apple.cleanup": (credit("Apple Photos Clean Up"), CHANGED),
    "apple.imageplayground": (credit("Apple Image Playground"), MADE),
    "samsung.genai.peg": (lambda m: m.samsung(0x0D91, "PEg_Info", '{"editorType":"srvg","genAIType":8}'), CHANGED),
    "samsung.reedit": (lambda m: m.samsung(0x0BA1, "PhotoEditor_Re_Edit_Data", "{}"), SAVED),
    "samsung.origpath": (lambda m: m.samsung(0x0BA1, "Original_Path_Hash_Key", "x"), SAVED),
    "samsung.utc": (lambda m: m.samsung(0x0A01, "Image_UTC_Data", "1780000000000"), "2026-05-28 20:26"),
    "samsung.remaster": (lambda m: m.samsung(0x0BF0, "Remaster_Info", "{}"), MAYBE),
    "samsung.c2pa": (lambda m: m.signed(EDITED, "Galaxy S25 c2pa-rs", "Photo assist", "c2pa.edited"), CHANGED),
    "huawei.aiedit": (lambda m: m.huawei(0x0212), CHANGED),
    "huawei.cloudenh": (lambda m: m.huawei(0x020C), "cloud enhancement"),
    "xiaomi.c2pa": (lambda m: m.signed("digitalCapture", "Xiaomi Gallery"), SAVED),
    "vivo.c2pa": (lambda m: m.signed("digitalCapture", "vivo Albums"), SAVED),
    "huawei.c2pa": (lambda m: m.signed("digitalCapture", "Huawei Camera"), "Huawei Camera"),
    "pixel.c2pa": (lambda m: m.signed(GENERATED, "Pixel Studio"), MADE),
    "openai.c2pa": (lambda m: m.signed("digitalCreation", "ChatGPT", "GPT-4o"), MADE),
    "firefly.c2pa": (lambda m: m.signed("digitalCreation", "Adobe_Firefly"), MADE),
    "photoshop.c2pa.firefly": (lambda m: m.signed(EDITED, "Adobe_Photoshop", "Adobe Firefly", "c2pa.edited"), CHANGED),
    "flux.c2pa": (lambda m: m.signed("digitalCreation", "Black Forest Labs API", "Flux.2"), MADE),
    "volcengine.c2pa": (lambda m: m.signed("digitalCreation", "Dreamina/1.0"), MADE),
    "c2pa.present": (lambda m: m.signed("digitalCapture", "Camera"), "carries content credentials"),
    "grok.sig": (lambda m: m.exif({0x010E: "Signature: " + "Ab1+" * 20 + "==", 0x013B: UUID}), MADE),
    "midjourney.png": (text("Description", f"a cup --v 6.1 --ar 1:1 Job ID: {UUID}"), MADE),
    "ideogram.make": (lambda m: m.exif({0x010F: "Ideogram AI"}), MADE),
    "reve": (software("https://reve.com"), MADE),
    "luma.png": (text("Source", "Luma AI"), MADE),
    "sd.parameters": (text("parameters", "a cup\nSteps: 30, Sampler: DPM++ 2M, CFG scale: 7, Seed: 1"), MADE),
    "comfy.prompt": (text("prompt", '{"3": {"inputs": {}, "class_type": "KSampler"}}'), MADE),
    "novelai": (text("Software", "NovelAI"), MADE),
    "invokeai": (text("invokeai_metadata", "{}"), MADE),
    "fooocus": (text("fooocus_scheme", "fooocus"), MADE),
    "hf.job": (text("hf-job-id", UUID), MADE),
    "bytedance.dreamina.export": (comment({"data": {"exportType": "generation", "product": "dreamina"}}), MADE),
    "bytedance.retouch": (comment({"data": {"os": "android", "product": "retouch"}}), SAVED),
    "bytedance.lv": (comment({"data": {"product": "lv"}}), SAVED),
    "bytedance.aweme.aigc": (comment({"aigc_info": {"aigc_label_type": 2}}), MADE),
    "sw.photoshop": (software("Adobe Photoshop 25.1 (Windows)"), SAVED),
    "sw.lightroom": (software("Adobe Photoshop Lightroom Classic 13.0"), SAVED),
    "sw.psexpress": (software("Adobe Photoshop Express (Android)"), SAVED),
    "sw.gimp": (software("GIMP 2.10.36"), SAVED),
    "sw.snapseed": (software("Snapseed 2.0"), SAVED),
    "sw.picsart": (software("PicsArt"), SAVED),
    "sw.canva": (lambda m: m.xmp("<x:CreatorTool>Canva (Renderer)</x:CreatorTool>", x=XAP), SAVED),
    "sw.meitu": (software("美图秀秀"), SAVED),
    "sw.wakeup_xingtu": (software("醒图"), SAVED),
    "sw.paintnet": (software("paint.net 5.0"), SAVED),
    "sw.acdsee": (software("ACD Systems Digital Imaging"), SAVED),
    "sw.windowsphotos": (software("Microsoft Windows Photo Viewer 10.0"), SAVED),
    "sw.macphotos": (software("Photos 5.0"), SAVED),
    "sw.polarr": (software("Polarr Photo Editor"), SAVED),
    "sw.vsco": (software("VSCO"), SAVED),
    "sw.facetune": (software("Facetune2"), SAVED),
    "sw.removebg": (software("remove.bg"), SAVED),
    "sw.exiftoolcomment": (software("ExifTool 12.57"), SAVED),
    "sw.cameraok": (software("17.5.1"), "firmware"),
    "ps.irb": (lambda m: m.files.jpeg(segments=[(0xED, OUR_IRB)]), SAVED),
    "adobe.app14": (lambda m: m.files.jpeg(segments=[(0xEE, b"Adobe\0d\0\0\0\0\1")]), SAVED),
    "ducky.app12": (lambda m: m.files.jpeg(segments=[(0xEC, b"Ducky\0\1\0\4\0\0\0<\0\0")]), SAVED),
    "xmpmm.history": (
        lambda m: m.xmp('<m:History><rdf:Seq><rdf:li e:action="saved"/></rdf:Seq></m:History>', m=MM, e=EVENT), SAVED),
    "crs": (lambda m: m.xmp("<c:Exposure2012>+0.5</c:Exposure2012>", c=CRS), SAVED),
    "dqt.photoshop": (lambda m: m.files.jpeg(quality="high"), SAVED),
    "dqt.ijg": (lambda m: m.files.jpeg(quality=93), "libjpeg, quality 93"),
    "ios.screenshot": (comment("Screenshot"), "it is a screenshot"),
    "wechat.compressed": (lambda m: m.files.jpeg(), "chat apps remove it"),
    "wechat.name": (lambda m: m.exif({}, {0x9003: "2026:05:01 10:00:00"}), "file name (a hint)"),
    "oppo.flag": (comment("oplus_8388608"), "flag of OPPO"),
    "xiaomi.9999": (lambda m: m.exif({}, {0x9999: '{"mirror":false,"sensor_type":"rear"}'}), "Xiaomi's camera"),
    "xiaomi.xmp": (lambda m: m.xmp("<x:X>1</x:X>", x="http://ns.xiaomi.com/photos/1.0/camera/"), "Xiaomi's camera"),
    "oplus.xmp": (lambda m: m.xmp("<o:x>1</o:x>", o="http://ns.oplus.com/photos/1.0/camera/"), "OPPO's camera"),
    "makernote.expected": (lambda m: m.exif({0x010F: "Canon"}), "usually writes"),
    "time.gps": (later, CONTRADICTS),
    "time.modify": (
        lambda m: m.exif({0x0132: "2026:05:02 10:00:00"}, {0x9003: "2026:05:01 10:00:00"}), "saved 2026-05-02 10:00"),
}  # fmt: skip
# What other checks look at, with tests of their own, and what is left alone on purpose; the page says why.
ELSEWHERE = {"thumb.mismatch", "time.before"}
LEFT_ALONE = {
    "dqt.lightroom", "dqt.apple.mismatch", "screen.size", "android.screenshot.name", "pdd.cdn", "whatsapp",
}  # fmt: skip


def said(exhibit: Exhibit, lab: Lab) -> tuple[set[tuple[Claim, Strength]], str]:
    """The findings, and the words of everything that the file checks yield."""
    results = [result for check in CHECKS for result in check(exhibit, lab)]
    words = [r.summary.en for r in results if isinstance(r, Finding | Note)]
    words += [r.reason.en for r in results if isinstance(r, NotApplicable)]
    words += [r.meaning.en for r in results if isinstance(r, MetadataRow)]
    return {(r.claim, r.ceiling) for r in results if isinstance(r, Finding)}, "\n".join(words)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_answered_as_the_page_says(
    row: str, files: Any, lab: Lab, credentials: ModuleType, samsung_trailer: Callable[..., bytes]
) -> None:
    make, expected = ROWS[row]
    exhibit = files.exhibit(make(Maker(files, credentials, samsung_trailer)), "mmexport1777600000000.jpg")
    findings, words = said(exhibit, lab)
    if isinstance(expected, str):
        assert expected in words
        assert all(strength is Strength.POSSIBLE or row == "aigc.producer.uscc" for _, strength in findings)
    elif expected is None:
        assert not findings
    else:
        assert findings >= {expected}
        assert not {f for f in findings if f[1] is Strength.DOCUMENTED} - {expected}


def test_the_page_lists_exactly_these_rows() -> None:
    listed = re.findall(r"^\| `([\w.]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted({*ROWS, *ELSEWHERE, *LEFT_ALONE})
