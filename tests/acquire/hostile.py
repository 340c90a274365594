"""Files that no picture program should be sent, made by code: damaged, lying, explosive.

`make_hostile(folder, seed, count)` writes them; the same seed writes the same bytes. Every special file comes first,
the rest are real pictures cut, flipped, zeroed or repeated at random places.
"""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pillow_heif
from PIL import Image

_SIDE = 20_000  # pixels: 400 million, over every sane limit


def make_hostile(folder: Path, seed: int, count: int = 300) -> list[Path]:
    """Write `count` hostile files to `folder` (made if missing) and return their paths in writing order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, (name, data) in zip(range(count), _all(random.Random(seed)), strict=False):  # noqa: S311 - not for secrets
        path = folder / f"{number:03d}-{name}"
        path.write_bytes(data)
        paths.append(path)
    return paths


def _all(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    seeds = pictures()
    yield from special().items()
    while True:
        for name, data in seeds.items():
            for damage in (_cut, _flip, _flip_head, _zero, _repeat, _insert):
                yield f"{damage.__name__.strip('_')}-{name}", damage(data, rng)


@cache
def pictures() -> dict[str, bytes]:
    """Return one small good picture per format and flavour, by file name."""
    rng = random.Random(7)  # noqa: S311 - not for secrets
    small = Image.new("RGB", (12, 9))
    small.putdata([(rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in range(12 * 9)])
    scene = small.resize((160, 120), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0132] = 6, "Maker", "2025:11:03 10:00:00"
    with_exif = exif.tobytes()
    flavours: dict[str, tuple[Image.Image, str, dict[str, object]]] = {
        "plain.jpg": (scene, "JPEG", {"quality": 85, "exif": with_exif}),
        "progressive.jpg": (scene, "JPEG", {"progressive": True}),
        "cmyk.jpg": (scene.convert("CMYK"), "JPEG", {}),
        "pair.jpg": (scene, "MPO", {"save_all": True, "append_images": [scene.rotate(180)]}),
        "plain.png": (scene, "PNG", {}),
        "palette.png": (scene.quantize(16), "PNG", {"transparency": 3}),
        "deep.png": (scene.convert("I;16"), "PNG", {}),
        "lossy.webp": (scene, "WEBP", {"exif": with_exif}),
        "lossless.webp": (scene.convert("RGBA"), "WEBP", {"lossless": True}),
        "plain.gif": (scene, "GIF", {"save_all": True, "append_images": [scene.rotate(90)]}),
        "plain.bmp": (scene, "BMP", {}),
        "lzw.tif": (scene, "TIFF", {"compression": "tiff_lzw"}),
        "jpeg.tif": (scene, "TIFF", {"compression": "jpeg"}),
        "raw.tif": (scene, "TIFF", {}),
        "plain.avif": (scene, "AVIF", {"exif": with_exif, "speed": 9}),
    }
    made = {}
    for name, (image, kind, options) in flavours.items():
        file = io.BytesIO()
        image.save(file, kind, **options)
        made[name] = file.getvalue()
    file = io.BytesIO()
    pillow_heif.from_pillow(scene).save(file, quality=80)
    made["plain.heic"] = file.getvalue()
    return made


@cache
def special() -> dict[str, bytes]:
    """Return the hand-made ones, by file name."""
    seeds = pictures()
    jpeg, png = seeds["plain.jpg"], seeds["plain.png"]
    zeros = zlib.compress(bytes(50_000_000), 9)
    return {
        "empty.jpg": b"",
        "one-byte.jpg": b"\xff",
        "only-markers.jpg": b"\xff\xd8\xff\xd9",
        "makernote.jpg": makernote_bomb(),
        "exif-loop.jpg": _with_exif(jpeg, _tiff([(0x8769, 4, 1, 8)], next_ifd=8)),
        "huge-sof.jpg": _claiming(jpeg, 65_500, 65_500),
        "scans.jpg": scan_bomb(seeds["progressive.jpg"], 3000),
        "half-with-end.jpg": jpeg[: len(jpeg) // 2] + b"\xff\xd9",
        "huge-header.png": png_of(60_000, 60_000, bit_depth=8, colour=2, pixels=b"\0" * 64),
        "real-400mp.png": png_of(_SIDE, _SIDE, bit_depth=1, colour=0, pixels=bytes((_SIDE // 8 + 1) * _SIDE)),
        "iccp-bomb.png": _with_chunk(png, b"iCCP", b"p\0\0" + zeros),
        "ztxt-bomb.png": _with_chunk(png, b"zTXt", b"Comment\0\0" + zeros),
        "itxt-bomb.png": _with_chunk(png, b"iTXt", b"Comment\0\1\0\0\0" + zeros),
        "idat-bomb.png": png_of(8, 8, bit_depth=8, colour=2, pixels=bytes(50_000_000)),
        "chunk-length.png": png[:33] + b"\xff\xff\xff\xffIDAT" + png[41:],
        "real-400mp.tif": _deflated_tiff(_SIDE, _SIDE),
        "ifd-loop.tif": _looping(seeds["raw.tif"]),
        "ifd-self.tif": _tiff([(0x0100, 4, 1, 10), (0x0101, 4, 1, 10), (0x014A, 4, 1, 8)], next_ifd=8),
        "ifd-overlap.tif": _tiff([(tag, 7, 40_000, 8) for tag in range(0x8000, 0x8000 + 4000)], next_ifd=0),
        "ifd-count.tif": b"II*\0\x08\0\0\0\xff\xff" + bytes(40),
        "no-frame.gif": b"GIF89a\x0a\0\x0a\0\0\0\0;",
        "huge-screen.gif": b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x08\x02\0\0\0;",
        "no-end.gif": b"GIF89a\x0a\0\x0a\0\0\0\0!\xff" + b"\xff" * 400,
        "huge.bmp": b"BM"
        + struct.pack("<IHHIIiiHHIIiiII", 70, 0, 0, 54, 40, 2**31 - 1, -(2**31), 1, 24, 0, 0, 0, 0, 0, 0),
        "rle.bmp": b"BM"
        + struct.pack("<IHHIIiiHHIIiiII", 90, 0, 0, 54, 40, 9000, 9000, 1, 8, 1, 0, 0, 0, 2, 2)
        + bytes(20),
        "huge-canvas.webp": b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\xfe\x3f\0\xfe\x3f\0" + bytes(8),
        "no-pixels.webp": b"RIFF\x04\0\0\0WEBP",
        "garbage.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(range(256)) * 8,
        "meta-loop.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + (b"\0\0\0\x08meta" + b"\0\0\0\0") * 200,
        "huge-box.avif": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif\0\0\0\x01mdat" + b"\xff" * 8 + bytes(64),
        "svg.jpg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "entities.jpg": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>',
        "pdf.jpg": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n",
        "eps.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) print\n",
        "zip.jpg": b"PK\x03\x04\x14\0\0\0\0\0" + bytes(40),
        "video.mp4": b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2" + bytes(64),
        "text.txt": "退款凭证\n".encode(),
        "script.html": b"<!DOCTYPE html><script>alert(1)</script>",
        "png-named.jpg": png,
        "jpg-named.png": jpeg,
        "heic-named.jpg": seeds["plain.heic"],
        "jpeg-then-zip.jpg": jpeg + b"PK\x03\x04" + bytes(100),
        "twice.jpg": jpeg + jpeg,
    }


def makernote_bomb() -> bytes:
    """Return a tiny JPEG whose EXIF MakerNote claims four thousand million entries."""
    note = _tiff([(0x927C, 7, 0xFFFFFFFF, 26)], next_ifd=0)
    tiff = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0x8769, 4, 1, 26, 0) + note[8:]
    body = b"Exif\0\0" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xd9"


def scan_bomb(progressive: bytes, times: int) -> bytes:
    """Return a progressive JPEG that repeats its last scan `times` times: each costs a pass over the picture."""
    last = progressive.rindex(b"\xff\xda")
    return progressive[:-2] + progressive[last:-2] * times + b"\xff\xd9"


def png_of(width: int, height: int, *, bit_depth: int, colour: int, pixels: bytes) -> bytes:
    """Return a PNG with this header and these scan lines, whatever they are."""
    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(pixels, 9)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def bmp_of(width: int, height: int, *, bits: int, packing: int) -> bytes:
    """Return a BMP that claims this size and holds next to nothing."""
    sizes = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, 2, 2)
    return b"BM" + struct.pack("<IHHI", 74, 0, 0, 54) + sizes + bytes(20)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _with_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    return png[:33] + _chunk(kind, body) + png[33:]  # after IHDR


def _tiff(entries: list[tuple[int, int, int, int]], *, next_ifd: int) -> bytes:
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + packed + struct.pack("<I", next_ifd)


def _looping(tiff: bytes) -> bytes:
    """Return a TIFF whose first directory names itself as the next."""
    (at,) = struct.unpack_from("<I", tiff, 4)
    end = at + 2 + 12 * struct.unpack_from("<H", tiff, at)[0]
    return tiff[:end] + struct.pack("<I", at) + tiff[end + 4 :]


def _deflated_tiff(width: int, height: int) -> bytes:
    strip = zlib.compress(bytes((width + 7) // 8 * height), 9)
    tags = {
        256: width,
        257: height,
        258: 1,
        259: 8,
        262: 1,
        273: 8 + 2 + 12 * 9 + 4,
        277: 1,
        278: height,
        279: len(strip),
    }
    return _tiff([(tag, 4, 1, value) for tag, value in tags.items()], next_ifd=0) + strip


def _with_exif(jpeg: bytes, tiff: bytes) -> bytes:
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def _claiming(jpeg: bytes, width: int, height: int) -> bytes:
    at = jpeg.index(b"\xff\xc0")
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(1, len(data))]


def _flip(data: bytes, rng: random.Random) -> bytes:
    return _changed(data, rng, range(len(data)), rng.choice((1, 16, 64)))


def _flip_head(data: bytes, rng: random.Random) -> bytes:
    return _changed(data, rng, range(4, min(len(data), 400)), 6)


def _changed(data: bytes, rng: random.Random, places: range, times: int) -> bytes:
    changed = bytearray(data)
    for _ in range(times):
        changed[rng.choice(places)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _zero(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    size = min(len(data) - start, rng.randrange(1, 400))
    return data[:start] + bytes(size) + data[start + size :]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    return data[: start + rng.randrange(1, 2000)] + data[start:]


def _insert(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + rng.randbytes(rng.randrange(1, 200)) + data[start:]
