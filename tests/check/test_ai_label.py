"""What the file declares about AI is found wherever it stands; words that are no declaration are not."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from html import escape
from typing import Any

import pytest

from evidencecheck.check.ai_label import ai_label
from evidencecheck.model import Claim, Finding, Lab, Strength

TC260 = "http://www.tc260.org.cn/ns/AIGC/1.0/"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
DUBLIN = "http://purl.org/dc/elements/1.1/"
DST = "http://cv.iptc.org/newscodes/digitalsourcetype/"
LABEL = {
    "Label": "1",
    "ContentProducer": "001191110102MACQD9K64010000",
    "ProduceID": "p1",
    "ReservedCode1": "",
    "ContentPropagator": "",
    "PropagateID": "",
    "ReservedCode2": "",
}
TEXT = json.dumps(LABEL)


def findings(files: Any, data: bytes, lab: Lab, name: str = "photo.jpg") -> list[Finding]:
    return [result for result in ai_label(files.exhibit(data, name), lab) if isinstance(result, Finding)]


NATIONAL: dict[str, Callable[[Any], bytes]] = {
    "XMP element": lambda f: f.with_xmp(f"<t:AIGC>{escape(TEXT)}</t:AIGC>", t=TC260),
    "XMP element escaped twice": lambda f: f.with_xmp(f"<t:AIGC>{escape(escape(TEXT))}</t:AIGC>", t=TC260),
    "XMP in another namespace": lambda f: f.with_xmp(
        f"<t:Aigc>{escape(TEXT)}</t:Aigc>", t="http://www.aigc.gov.cn/ns/1.0/"
    ),
    "XMP attribute": lambda f: f.with_xmp("", t=TC260 + f'" t:AIGC="{escape(TEXT)}'),
    "XMP attribute, quotes not escaped": lambda f: f.with_xmp("", t=TC260 + f'" t:AIGC="{TEXT}'),
    "XMP separate properties": lambda f: f.with_xmp("<t:Label>1</t:Label><t:ProduceID>1</t:ProduceID>", t="urn:other"),
    "XMP in WebP": lambda f: f.webp(xmp=f.xmp(f"<t:AIGC>{escape(TEXT)}</t:AIGC>", t=TC260)),
    "PNG text": lambda f: f.png(chunks=[(b"tEXt", b"AIGC\0" + TEXT.encode())]),
    "PNG compressed text": lambda f: f.png(chunks=[(b"zTXt", b"AIGC\0\0" + zlib.compress(TEXT.encode()))]),
    "PNG international text": lambda f: f.png(chunks=[(b"iTXt", b"AIGC\0\0\0\0\0" + TEXT.encode())]),
    "EXIF user comment": lambda f: f.jpeg(
        exif=f.exif(sub={0x9286: b"ASCII\0\0\0" + json.dumps({"AIGC": LABEL}).encode()})
    ),
    "EXIF description, service form": lambda f: f.jpeg(
        exif=f.exif({0x010E: json.dumps({"AIGC": {"ServiceProvider": "x", "ServiceUser": "y", "Time": "z"}})})
    ),
    "EXIF user comment, UTF-16": lambda f: f.jpeg(
        exif=f.exif(sub={0x9286: b"UNICODE\0" + json.dumps({"AIGC": LABEL}).encode("utf-16-be")})
    ),
    "EXIF user comment, UTF-8 called UTF-16": lambda f: f.jpeg(
        exif=f.exif(sub={0x9286: b"UNICODE\0" + json.dumps({"AIGC": LABEL}).encode()})
    ),
    "deep inside other JSON": lambda f: f.jpeg(exif=f.exif({0x010E: json.dumps({"a": {"b": {"AIGC": LABEL}}})})),
    "JSON as a JSON string": lambda f: f.jpeg(exif=f.exif({0x010E: json.dumps({"AIGC": TEXT})})),
    "a JSON string in XMP": lambda f: f.with_xmp(f"<t:AIGC>{escape(json.dumps(TEXT))}</t:AIGC>", t=TC260),
    "lower case, numbers": lambda f: f.with_xmp(
        f"<t:aigc>{escape(json.dumps({'label': 1, 'produceid': 'x'}))}</t:aigc>", t=TC260
    ),
    "Python's quotes": lambda f: f.png(chunks=[(b"tEXt", b"aigc\0" + str(LABEL).encode())]),
    "beside a colour label": lambda f: f.with_xmp(
        "<t:Label>1</t:Label><t:ProduceID>p</t:ProduceID><x:Label>Red</x:Label>",
        t=TC260,
        x="http://ns.adobe.com/xap/1.0/",
    ),
    "JPEG segment with a NUL": lambda f: f.jpeg(segments=[(0xEB, b"AIGC\0" + TEXT.encode())]),
    "JPEG segment": lambda f: f.jpeg(segments=[(0xE9, b"AIGC" + TEXT.encode())]),
}


@pytest.mark.parametrize("place", NATIONAL)
def test_the_national_label_is_found_in_every_place(place: str, files: Any, lab: Lab) -> None:
    found = findings(files, NATIONAL[place](files), lab)
    assert [(f.claim, f.ceiling) for f in found] == [(Claim.AI_GENERATED, Strength.DOCUMENTED)]


def test_the_company_is_named_from_its_code(files: Any, lab: Lab) -> None:
    (found,) = findings(files, NATIONAL["PNG text"](files), lab)
    assert "豆包" in found.summary.zh


@pytest.mark.parametrize(("value", "word"), [("2", "may be"), ("3", "suspected")])
def test_weaker_values_are_worded_weaker_and_stay_possible(value: str, word: str, files: Any, lab: Lab) -> None:
    text = json.dumps(LABEL | {"Label": value})
    (found,) = findings(files, files.with_xmp(f"<t:AIGC>{escape(text)}</t:AIGC>", t=TC260), lab)
    assert word in found.summary.en
    assert found.ceiling is Strength.POSSIBLE


def source_type(files: Any, name: str, kind: str = "") -> bytes:
    data: bytes = files.with_xmp(f"<i:DigitalSource{kind}Type>{DST}{name}</i:DigitalSource{kind}Type>", i=IPTC)
    return data


PARAMETERS = "a parcel\nNegative prompt: x\nSteps: 30, Sampler: DPM++ 2M, CFG scale: 7, Seed: 1, Size: 640x480"
UUID = "4800156b-8880-4786-9056-7ca3da449d8c"
DECLARED: dict[str, tuple[Callable[[Any], bytes], Claim]] = {
    "source type generated": (
        lambda f: f.with_xmp("", i=IPTC + f'" i:DigitalSourceType="{DST}trainedAlgorithmicMedia'),
        Claim.AI_GENERATED,
    ),
    "source type edited": (
        lambda f: source_type(f, "compositeWithTrainedAlgorithmicMedia"),
        Claim.EDITED,
    ),
    "IPTC 2025 field": (lambda f: f.with_xmp("<i:AISystemUsed>X</i:AISystemUsed>", i=IPTC), Claim.AI_GENERATED),
    "Google made": (lambda f: f.with_xmp("<p:Credit>Made with Google AI</p:Credit>", p=PHOTOSHOP), Claim.AI_GENERATED),
    "Google edited": (lambda f: f.with_xmp("<p:Credit>Edited with Google AI</p:Credit>", p=PHOTOSHOP), Claim.EDITED),
    "Apple Clean Up": (lambda f: f.with_xmp("<p:Credit>Apple Photos Clean Up</p:Credit>", p=PHOTOSHOP), Claim.EDITED),
    "IPTC credit": (
        lambda f: f.jpeg(
            segments=[(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\x1a" + b"\x1c\2n\0\x15Edited with Google AI")]
        ),
        Claim.EDITED,
    ),
    "Grok": (
        lambda f: f.jpeg(exif=f.exif({0x010E: "Signature: " + "Ab1+" * 20 + "==", 0x013B: UUID})),
        Claim.AI_GENERATED,
    ),
    "Midjourney": (
        lambda f: f.png(chunks=[(b"tEXt", f"Description\0a cup --v 6.1 --ar 1:1 Job ID: {UUID}".encode())]),
        Claim.AI_GENERATED,
    ),
    "Ideogram": (lambda f: f.jpeg(exif=f.exif({0x010F: "Ideogram AI"})), Claim.AI_GENERATED),
    "Reve": (lambda f: f.jpeg(exif=f.exif({0x0131: "https://reve.com"})), Claim.AI_GENERATED),
    "Luma": (lambda f: f.png(chunks=[(b"tEXt", b"Source\0Luma AI")]), Claim.AI_GENERATED),
    "A1111 in PNG": (lambda f: f.png(chunks=[(b"tEXt", b"parameters\0" + PARAMETERS.encode())]), Claim.AI_GENERATED),
    "A1111 in a comment": (
        lambda f: f.jpeg(exif=f.exif(sub={0x9286: b"UNICODE\0" + PARAMETERS.encode("utf-16-be")})),
        Claim.AI_GENERATED,
    ),
    "ComfyUI in PNG": (
        lambda f: f.png(chunks=[(b"tEXt", b'prompt\0{"3": {"inputs": {"seed": 1}, "class_type": "KSampler"}}')]),
        Claim.AI_GENERATED,
    ),
    "ComfyUI in WebP": (
        lambda f: f.webp(exif=f.exif({0x0110: 'prompt:{"3": {"inputs": {}, "class_type": "KSampler"}}'})),
        Claim.AI_GENERATED,
    ),
    "NovelAI": (lambda f: f.png(chunks=[(b"tEXt", b"Software\0NovelAI")]), Claim.AI_GENERATED),
    "InvokeAI": (lambda f: f.png(chunks=[(b"tEXt", b"sd-metadata\0{}")]), Claim.AI_GENERATED),
    "Fooocus": (lambda f: f.png(chunks=[(b"tEXt", b"fooocus_scheme\0fooocus")]), Claim.AI_GENERATED),
    "Fooocus in EXIF": (
        lambda f: f.jpeg(exif=f.exif({0x9286: '{"prompt": "x"}', 0x927C: "fooocus"})),  # Fooocus writes both to IFD0
        Claim.AI_GENERATED,
    ),
    "Dreamina": (
        lambda f: f.jpeg(exif=f.exif({0x010E: '{"data":{"exportType":"generation","product":"dreamina"}}'})),
        Claim.AI_GENERATED,
    ),
    "credit, another maker": (
        lambda f: f.with_xmp("<p:Credit>Edited with Galaxy AI</p:Credit>", p=PHOTOSHOP), Claim.EDITED),
    "credit, another service": (
        lambda f: f.with_xmp("<p:Credit>Imagined with Meta AI</p:Credit>", p=PHOTOSHOP), Claim.AI_GENERATED),
    "older name of the source type": (lambda f: source_type(f, "trainedAlgorithmicMedia", "file"), Claim.AI_GENERATED),
    "SD.Next": (
        lambda f: f.png(chunks=[(b"tEXt", b"parameters\0a cup\nSteps: 20| Size: 640x480| Sampler: UniPC| Seed: 1")]),
        Claim.AI_GENERATED,
    ),
    "any generator's JSON": (
        lambda f: f.jpeg(exif=f.exif(sub={0x9286: b'ASCII\0\0\0{"prompt":"x","seed":1,"steps":20,"cfg_scale":7}'})),
        Claim.AI_GENERATED,
    ),
    "Easy Diffusion": (lambda f: f.png(chunks=[(b"tEXt", b"use_stable_diffusion_model\0sd-v1-4")]), Claim.AI_GENERATED),
    "another generator's name": (lambda f: f.jpeg(exif=f.exif({0x0131: "通义万相".encode()})), Claim.AI_GENERATED),
    "ByteDance declaration": (
        lambda f: f.jpeg(exif=f.exif({0x010E: '{"aigc_info":{"aigc_type":1}}'})),
        Claim.AI_GENERATED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("mark", DECLARED)
def test_every_declaration_is_found(mark: str, files: Any, lab: Lab) -> None:
    make, claim = DECLARED[mark]
    assert [(f.claim, f.ceiling) for f in findings(files, make(files), lab)] == [(claim, Strength.DOCUMENTED)]


def test_an_agencys_keyword_stays_possible(files: Any, lab: Lab) -> None:
    words = "<d:subject><rdf:Bag><rdf:li>cup</rdf:li><rdf:li>Generative AI</rdf:li></rdf:Bag></d:subject>"
    (found,) = findings(files, files.with_xmp(words, d=DUBLIN), lab)
    assert (found.claim, found.ceiling) == (Claim.AI_GENERATED, Strength.POSSIBLE)


def test_a_field_that_tells_not_how_much_says_so(files: Any, lab: Lab) -> None:
    (found,) = findings(files, files.with_xmp("<i:AISystemUsed>X</i:AISystemUsed>", i=IPTC), lab)
    assert "made or edited" in found.summary.en


def test_every_label_is_said_to_be_forgeable_and_nothing_private_is_shown(files: Any, lab: Lab) -> None:
    text = f"{PARAMETERS} for 13812345678"
    for data in (NATIONAL["PNG text"](files), files.png(chunks=[(b"tEXt", b"parameters\0" + text.encode())])):
        (found,) = findings(files, data, lab)
        assert any("forge" in reason.en for reason in found.innocent)
        assert "13812345678" not in str(found)


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_samsungs_ai_edit_is_read_behind_the_picture(
    kind: str, files: Any, lab: Lab, samsung_trailer: Callable[..., bytes]
) -> None:
    trailer = samsung_trailer(
        (0x0A01, "Image_UTC_Data", b"1780000000000"), (0x0D91, "PEg_Info", b'{"editorType":"srvg","genAIType":8}')
    )
    found = findings(files, getattr(files, kind)(after=trailer), lab)
    assert [(f.claim, f.measurements["mark"]) for f in found] == [(Claim.EDITED, "samsung.peg")]


def test_huaweis_ai_edit_is_read_in_its_maker_note(files: Any, lab: Lab) -> None:
    note = b"HUAWEI\0\0" + b"\1\0" + b"\x12\2\4\0\1\0\0\0\1\0\0\0" + b"\0\0\0\0"
    exif = files.exif({0x010F: "HUAWEI"}, {0x927C: note})
    exif.endian = "<"
    found = findings(files, files.jpeg(exif=exif), lab)
    assert [f.measurements["mark"] for f in found] == ["huawei.aiedit"]


QUIET: dict[str, Callable[[Any], bytes]] = {
    "nothing": lambda f: f.jpeg(),
    "the word alone": lambda f: f.with_xmp("<d:title>AIGC conference 2026</d:title>", d=DUBLIN),
    "the word in a comment": lambda f: f.jpeg(segments=[(0xFE, b"AIGC meeting {room 5}")]),
    "a label-like pair in another format": lambda f: f.png(chunks=[(b"tEXt", b'Comment\0{"label": "cup"}')]),
    "screenshot": lambda f: source_type(f, "screenCapture"),
    "camera": lambda f: source_type(f, "digitalCapture"),
    "camera, several frames": lambda f: source_type(f, "computationalCapture"),
    "procedural": lambda f: source_type(f, "algorithmicMedia"),
    "a label that denies": lambda f: f.png(chunks=[(b"tEXt", b"AIGC\0" + json.dumps(LABEL | {"Label": "0"}).encode())]),
    "a colour label": lambda f: f.with_xmp("<x:Label>Red</x:Label>", x="http://ns.adobe.com/xap/1.0/"),
    "a photographer's credit": lambda f: f.with_xmp("<p:Credit>Made with love by Ai Wei</p:Credit>", p=PHOTOSHOP),
    "a phone called like a generator": lambda f: f.jpeg(exif=f.exif({0x010F: "Planet", 0x0110: "Gemini PDA"})),
    "firmware": lambda f: f.jpeg(exif=f.exif({0x0131: "Fluxion 1.0", 0x0110: "Kreations"})),
    "workflow of an office": lambda f: f.png(chunks=[(b"tEXt", b'workflow\0{"step": "scan", "seed": 3}')]),
    "an agency's credit": lambda f: f.with_xmp("<p:Credit>Google AI Research / J. Doe</p:Credit>", p=PHOTOSHOP),
    "not an AI edit": lambda f: f.jpeg(exif=f.exif({0x010E: '{"aigc_info":{"aigc_type":0}}'})),
    "OPPO's flags": lambda f: f.jpeg(exif=f.exif(sub={0x9286: b"ASCII\0\0\0oplus_32"})),
    "a label in the pixel data": lambda f: f.jpeg(after=b"AIGC" + TEXT.encode()),
}  # fmt: skip


@pytest.mark.parametrize("case", QUIET)
def test_silent_on_everything_else(case: str, files: Any, lab: Lab) -> None:
    assert findings(files, QUIET[case](files), lab) == []
