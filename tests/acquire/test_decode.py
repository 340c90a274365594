from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image

from evidencecheck.acquire.decode import Picture, decode, shrink
from evidencecheck.model import Settings, Text

Rgb = NDArray[np.uint8]
ALL = Settings()
UNDO = {  # how a picture must be stored for the orientation tag to set it upright
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
}


@pytest.fixture(scope="module")
def scene(draw_scene: Callable[..., Rgb]) -> Image.Image:
    return Image.fromarray(draw_scene(5, 330, 250))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture(data: bytes, longest_side_px: int | None = None) -> Picture:
    decoded = decode(data, ALL, longest_side_px=longest_side_px)
    assert isinstance(decoded, Picture), decoded
    assert decoded.rgb.dtype == np.uint8
    assert decoded.rgb.ndim == 3
    assert decoded.rgb.shape[2] == 3
    return decoded


def apart(one: Rgb, other: Rgb) -> float:
    """Return the mean absolute difference in gray levels."""
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize(
    ("kind", "options", "name", "tolerance"),
    [
        ("JPEG", {"quality": 95}, "JPEG", 6),
        ("JPEG", {"quality": 95, "progressive": True}, "JPEG", 6),
        ("PNG", {}, "PNG", 0),
        ("WEBP", {"lossless": True}, "WEBP", 0),
        ("WEBP", {"quality": 95}, "WEBP", 6),
        ("TIFF", {}, "TIFF", 0),
        ("TIFF", {"compression": "tiff_lzw"}, "TIFF", 0),
        ("BMP", {}, "BMP", 0),
        ("AVIF", {"quality": 95, "speed": 9}, "AVIF", 6),
    ],
)
def test_every_format_gives_the_same_picture(
    scene: Image.Image, kind: str, options: dict[str, object], name: str, tolerance: float
) -> None:
    decoded = picture(encoded(scene, kind, **options))
    assert (decoded.format, decoded.width, decoded.height) == (name, 330, 250)
    assert apart(decoded.rgb, np.asarray(scene)) <= tolerance


def test_heic(scene: Image.Image) -> None:
    file = io.BytesIO()
    pillow_heif.from_pillow(scene).save(file, quality=95)
    decoded = picture(file.getvalue())
    assert (decoded.format, decoded.width, decoded.height) == ("HEIF", 330, 250)
    assert apart(decoded.rgb, np.asarray(scene)) < 5


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", UNDO)
def test_orientation_is_applied_in_both_decodes(scene: Image.Image, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(UNDO[orientation](scene), kind, exif=exif, **({"speed": 9} if kind == "AVIF" else {}))
    for side, tolerance in ((None, 8), (160, 9)):  # grey levels; JPEG at quality 75, turned wrong it is over 40
        decoded = picture(data, side)
        assert (decoded.width, decoded.height) == (330, 250)
        assert apart(decoded.rgb, shrink(np.asarray(scene), side or 330)) < tolerance


def test_broken_exif_does_not_cost_the_picture(scene: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    data = encoded(scene, "JPEG", exif=exif)
    at = data.index(b"Exif\0\0") + 6
    assert picture(data[:at] + b"\xff" * 12 + data[at + 12 :]).width == 330


def test_reduced_decode_is_the_full_one_made_smaller(draw_scene: Callable[..., Rgb]) -> None:
    data = encoded(Image.fromarray(draw_scene(6, 2500, 1700)), "JPEG", quality=92)
    full, reduced = picture(data), picture(data, 600)
    assert reduced.rgb.shape == (408, 600, 3)
    assert (reduced.width, reduced.height) == (full.width, full.height) == (2500, 1700)
    assert apart(reduced.rgb, shrink(full.rgb, 600)) < 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (8, 8)])
def test_thin_and_tiny_pictures(kind: str, size: tuple[int, int]) -> None:
    data = encoded(Image.new("RGB", size, (10, 200, 30)), kind)
    assert picture(data).rgb.shape == (size[1], size[0], 3)
    reduced = picture(data, 100)
    assert max(reduced.rgb.shape[:2]) == min(100, max(size))
    assert (reduced.width, reduced.height) == size


def gradient(kind: type[np.generic], last: float, first: float = 0) -> NDArray[np.generic]:
    return np.tile(np.linspace(first, last, 64), (16, 1)).astype(kind)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (gradient(np.uint16, 65535), "PNG"),
        (gradient(np.uint16, 65535), "TIFF"),
        (gradient(np.int32, 65535), "TIFF"),
        (gradient(np.int32, 2**30), "TIFF"),
        (gradient(np.float32, 1.0), "TIFF"),
        (gradient(np.float32, 255.0), "TIFF"),
        (gradient(np.float32, -4.5e9, 4.5e9), "TIFF"),
        (gradient(np.uint8, 255), "PNG"),
    ],
)
def test_deep_and_float_values_are_scaled_to_eight_bits(values: NDArray[np.generic], kind: str) -> None:
    gray = picture(encoded(Image.fromarray(values), kind)).rgb[0, :, 1].astype(int)
    wanted = np.linspace(0, 255, 64) if values[0, 0] <= values[0, -1] else np.linspace(255, 0, 64)
    assert np.abs(gray - wanted).max() <= 2


def test_floats_that_are_no_numbers_become_black() -> None:
    values = np.array([[np.nan, np.inf, 1.0, 0.5]], np.float32)
    assert picture(encoded(Image.fromarray(values), "TIFF")).rgb[0, :, 0].tolist() == [0, 0, 255, 128]


def test_cmyk_as_jpeg_programs_write_it_and_as_tiff(scene: Image.Image) -> None:
    wanted = np.asarray(scene.convert("CMYK").convert("RGB"))
    for kind in ("JPEG", "TIFF"):  # Adobe's JPEG stores the inverse
        assert apart(picture(encoded(scene.convert("CMYK"), kind)).rgb, wanted) < 5


def test_transparency_lies_on_white() -> None:
    half = Image.new("RGBA", (4, 1), (0, 0, 0, 128))
    half.putpixel((0, 0), (255, 0, 0, 255))
    half.putpixel((1, 0), (255, 0, 0, 0))
    assert picture(encoded(half, "PNG")).rgb[0].tolist() == [[255, 0, 0], [255, 255, 255], [127] * 3, [127] * 3]
    gray = Image.new("LA", (2, 1), (0, 0))
    assert picture(encoded(gray, "PNG")).rgb[0].tolist() == [[255, 255, 255]] * 2
    palette = Image.new("P", (2, 1), 1)
    palette.putpalette([9, 9, 9, 80, 90, 100])
    palette.putpixel((0, 0), 0)
    assert picture(encoded(palette, "PNG", transparency=0)).rgb[0].tolist() == [[255, 255, 255], [80, 90, 100]]
    keyed = Image.new("RGB", (1, 1), (1, 2, 3))
    assert picture(encoded(keyed, "PNG", transparency=(1, 2, 3))).rgb[0].tolist() == [[255, 255, 255]]


def test_one_bit() -> None:
    bits = Image.new("1", (2, 1))
    bits.putpixel((1, 0), 1)
    for kind in ("PNG", "TIFF", "BMP"):
        assert picture(encoded(bits, kind)).rgb[0].tolist() == [[0, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize(("kind", "name"), [("GIF", "GIF"), ("MPO", "JPEG"), ("WEBP", "WEBP"), ("TIFF", "TIFF")])
def test_the_first_of_several_pictures_counts(kind: str, name: str) -> None:
    first, second = Image.new("RGB", (32, 32), (200, 0, 0)), Image.new("RGB", (32, 32), (0, 0, 200))
    decoded = picture(encoded(first, kind, save_all=True, append_images=[second]))
    assert decoded.format == name
    assert decoded.rgb[:, :, 0].min() > 180


LONG = zlib.compress(b'{"nodes": ["' + b"a prompt " * 500_000 + b'"]}')  # 4.5 MB, as generators' workflows are
EXTRAS = {
    "long text": (b"zTXt", b"workflow\0\0" + LONG),
    "long packet": (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + LONG),
    "much text": (b"tEXt", b"workflow\0" + b"x" * 70_000_000),
    "large profile": (b"iCCP", b"profile\0\0" + LONG),
    "damaged text": (b"zTXt", b"Comment\0\5nothing"),
    "damaged size": (b"pHYs", b"\0"),
}


@pytest.mark.parametrize("end", [False, True])
@pytest.mark.parametrize("extra", EXTRAS)
def test_what_a_png_carries_beside_its_pixels_never_hides_them(scene: Image.Image, extra: str, end: bool) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # only in the EXIF chunk: it must be kept
    data = encoded(scene, "PNG", exif=exif)
    kind, payload = EXTRAS[extra]
    chunk = len(payload).to_bytes(4, "big") + kind + payload + zlib.crc32(kind + payload).to_bytes(4, "big")
    at = len(data) - 12 if end else 33  # before IEND, or behind IHDR
    assert np.array_equal(picture(data[:at] + chunk + data[at:]).rgb, picture(data).rgb)


def test_pixel_limit_is_exact(scene: Image.Image) -> None:
    data = encoded(scene, "PNG")
    assert isinstance(decode(data, Settings(max_pixels=330 * 250)), Picture)
    refused = decode(data, Settings(max_pixels=330 * 250 - 1))
    assert isinstance(refused, Text)
    assert "330×250" in refused.en
    assert "330×250" in refused.zh


def test_pictures_over_pillows_own_limit_are_ours_to_judge(scene: Image.Image, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(scene, "PNG")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(data))
    assert picture(data).width == 330


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("side", [None, 60])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_jpeg_is_no_picture(scene: Image.Image, share: float, side: int | None, progressive: bool) -> None:
    data = encoded(scene, "JPEG", quality=90, progressive=progressive)
    refused = decode(data[: int(len(data) * share)], ALL, longest_side_px=side)
    assert isinstance(refused, Text)
    assert "incomplete" in refused.en


@pytest.mark.parametrize("side", [None, 60])
@pytest.mark.parametrize("options", [{}, {"restart_marker_rows": 1}, {"subsampling": 0}])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_truncated_jpeg_with_a_new_end_is_no_picture(
    scene: Image.Image, mode: str, options: dict[str, object], side: int | None
) -> None:
    data = encoded(scene.convert(mode), "JPEG", quality=90, **options)
    refused = decode(data[: int(len(data) * 0.6)] + b"\xff\xd9", ALL, longest_side_px=side)
    assert isinstance(refused, Text)
    assert "incomplete" in refused.en


@pytest.mark.parametrize("lost", [1, 2])
def test_a_jpeg_that_lost_only_its_end_marker_is_whole(scene: Image.Image, lost: int) -> None:
    data = encoded(scene, "JPEG", quality=90)
    assert np.array_equal(picture(data[:-lost]).rgb, picture(data).rgb)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_photo_that_ends_in_mid_grey_is_whole(scene: Image.Image, mode: str) -> None:
    framed = Image.new("RGB", (360, 280), (128, 128, 128))
    framed.paste(scene)
    data = encoded(framed.convert(mode), "JPEG", quality=90)
    for side in (None, 60):
        assert picture(data, side).width == 360
    assert picture(data + b"\xff\xd8 trailer \xff\xd9").width == 360


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_other_truncated_formats_are_no_pictures(scene: Image.Image, kind: str) -> None:
    data = encoded(scene, kind)
    assert isinstance(decode(data[: len(data) // 2], ALL), Text)


@pytest.mark.parametrize(
    ("head", "name"), [(b"\xff\x0a", "JPEG XL"), (b"\0\0\0\x0cJXL ", "JPEG XL"), (b"\0\0\0\x0cjP  ", "JPEG 2000")]
)
def test_pictures_in_formats_not_read_are_named(head: bytes, name: str) -> None:
    refused = decode(head + bytes(40), ALL)
    assert isinstance(refused, Text)
    assert name in refused.en
    assert "not a photo" not in refused.en


def test_decoding_leaves_pillows_limit_alone(scene: Image.Image) -> None:
    before = Image.MAX_IMAGE_PIXELS
    picture(encoded(scene, "PNG"))
    assert isinstance(decode(b"nothing", ALL), Text)
    assert before == Image.MAX_IMAGE_PIXELS
