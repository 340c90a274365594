"""Editors' traces are found, named and kept at possible; firmware is never taken for an editor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evidencecheck.check.editor_trace import editor_trace
from evidencecheck.metadata.marks import load
from evidencecheck.model import Claim, Finding, Lab, MetadataRow, Strength

MM = "http://ns.adobe.com/xap/1.0/mm/"
EVENT = "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
XAP = "http://ns.adobe.com/xap/1.0/"
CRS = "http://ns.adobe.com/camera-raw-settings/1.0/"
HISTORY = '<m:History><rdf:Seq><rdf:li e:action="saved" e:when="2025-01-01T10:00:00"/></rdf:Seq></m:History>'
RETOUCH = b'{"data":{"os":"android","product":"retouch"}}'
LV = '{"data":{"product":"lv"},"source_type":"vicut"}'
IRB = b"Photoshop 3.0\0" + b"8BIM\4\6\0\0\0\0\0\7" + b"\0\5\0\0\0\1\0\0"


def findings(files: Any, data: bytes, lab: Lab) -> list[Finding]:
    return [result for result in editor_trace(files.exhibit(data), lab) if isinstance(result, Finding)]


def software(name: str) -> Callable[[Any], bytes]:
    return lambda f: f.jpeg(exif=f.exif({0x0131: name if name.isascii() else name.encode()}))


ANY_EDITION = ("PhotoTool 3 (Windows)", "SuperPic (Android)", "Magic Photo Editor", "某某修图", "Image Resizer 1")


@pytest.mark.parametrize("name", ANY_EDITION)
def test_an_unknown_editor_is_told_by_its_edition(name: str, files: Any, lab: Lab) -> None:
    (found,) = findings(files, software(name)(files), lab)
    assert found.measurements["mark"] == "sw.edition"


SPEAKS: dict[str, tuple[Callable[[Any], bytes], str]] = {
    "sw.photoshop": (software("Adobe Photoshop CC 2019 (Windows)"), "Photoshop"),
    "sw.lightroom": (software("Adobe Photoshop Lightroom Classic 9.0"), "Lightroom"),
    "sw.psexpress": (software("Adobe Photoshop Express (Android)"), "Express"),
    "sw.gimp": (software("GIMP 2.10.30"), "GIMP"),
    "sw.snapseed": (software("Snapseed 2.0"), "Snapseed"),
    "sw.picsart": (software("PicsArt"), "PicsArt"),
    "sw.meitu": (software("美图秀秀 10.1"), "Meitu"),
    "sw.xingtu": (software("醒图"), "Xingtu"),
    "sw.windowsphotos": (software("Microsoft Windows Photo Viewer 6.1.7600"), "Windows Photos"),
    "sw.macphotos": (software("QuickTime 6.0.2"), "Mac"),
    "sw.web": (software("Photopea"), "online"),
    "sw.metadata": (software("MagicEXIF Metadata Codec 1.02"), "metadata"),
    "sw.canva": (lambda f: f.with_xmp("<x:CreatorTool>Canva (Renderer)</x:CreatorTool>", x=XAP), "Canva"),
    "bytedance.retouch": (lambda f: f.jpeg(exif=f.exif(sub={0x9286: b"ASCII\0\0\0" + RETOUCH})), "Xingtu"),
    "bytedance.lv": (lambda f: f.jpeg(exif=f.exif({0x010E: LV})), "CapCut"),
    "ps.irb": (lambda f: f.jpeg(segments=[(0xED, IRB)]), "Photoshop"),
    "adobe.app14": (lambda f: f.jpeg(segments=[(0xEE, b"Adobe\0d\0\0\0\0\1")]), "APP14"),
    "ducky": (lambda f: f.jpeg(segments=[(0xEC, b"Ducky\0\1\0\4\0\0\0<\0\0")]), "Save for Web"),
    "xmp.history": (lambda f: f.with_xmp(HISTORY, m=MM, e=EVENT), "history"),
    "crs": (lambda f: f.with_xmp("<c:Exposure2012>+0.5</c:Exposure2012>", c=CRS), "Camera Raw"),
}  # fmt: skip


@pytest.mark.parametrize("mark", SPEAKS)
def test_every_trace_is_named(mark: str, files: Any, lab: Lab) -> None:
    make, tool = SPEAKS[mark]
    (found,) = findings(files, make(files), lab)
    assert (found.claim, found.ceiling, found.measurements["mark"]) == (Claim.EDITED, Strength.POSSIBLE, mark)
    assert tool in found.summary.en
    assert found.innocent


def test_samsungs_edit_record_is_read(files: Any, lab: Lab, samsung_trailer: Callable[..., bytes]) -> None:
    after = samsung_trailer((0x0BA1, "PhotoEditor_Re_Edit_Data", b'{"originalPath":"/x","clipInfoValue":"{}"}'))
    (found,) = findings(files, files.jpeg(after=after), lab)
    assert found.measurements["mark"] == "samsung.reedit"


def test_all_traces_are_one_finding_with_a_row_each(files: Any, lab: Lab) -> None:
    data = files.jpeg(exif=files.exif({0x0131: "GIMP 2.10"}), segments=[(0xEE, b"Adobe\0d\0\0\0\0\1")])
    results = list(editor_trace(files.exhibit(data), lab))
    assert sum(isinstance(r, Finding) for r in results) == 1
    assert {r.value for r in results if isinstance(r, MetadataRow)} == {"GIMP 2.10", "(12 bytes)"}


@pytest.mark.parametrize(
    "value",
    ["17.5.1", "HDR+ 1.0.570503588zd", "Ver.1.00u", "G9550ZCU2ARH6", "MIUI/V14.0.1.0", "Optio S4i Ver 1.01",
     "Nikon Transfer 1.1 W", "KNT-AL10 4.0.0.130(C00)", "oplus_32", "snowdrop", "Version1.00", "DSC Version1.0",
     "Android RP1A.200720.012.G9730ZHU6GULA", "MediaTek Camera Application", "bonito-user 10 QP1A.190711.020",
     "ELS-AN00 10.1.0.160(C00E160R5P3)", "Xiaomi 14 OS1.0.11.0.UNCCNXM", "ILCE-7M3 v3.10", "Windows Phone 8.1",
     "S918BXXU3BWK5", "Digital Camera FinePix S5700 Ver1.00", "COOLPIX P900V1.4", "NIKON D850 Ver.1.20", "E-M10 1.4",
     "Ver.1.0 , Lens attached", "QCOM-AA 1", "DSC-RX100M3 v1.10", "PENTAX K-1 Ver. 1.53", "LeicaOS 2.0",
     "HarmonyOS 4.2", "aosp_sailfish", "GT-N7100_XXDLJ2", "OnePlus ONEPLUS A6003", "iOS 17.1", "Image engine 3"],
)  # fmt: skip
def test_firmware_is_not_an_editor(value: str, files: Any, lab: Lab) -> None:
    assert findings(files, software(value)(files), lab) == []


def test_iptc_alone_is_not_photoshop(files: Any, lab: Lab) -> None:
    iptc = b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\x08" + b"\x1c\2x\0\3cup"
    assert findings(files, files.jpeg(segments=[(0xED, iptc)]), lab) == []


def test_silent_on_a_plain_file(files: Any, lab: Lab) -> None:
    assert list(editor_trace(files.exhibit(files.jpeg()), lab)) == []


@pytest.mark.parametrize("table", ["ai", "editors", "firmware"])
def test_tables_load_and_ids_are_unique(table: str) -> None:
    ids = [mark.id for mark in load(table)]
    assert len(ids) == len(set(ids)) > 0
