"""Photo files made by code, with any metadata, and the exhibits and the bench that checks get."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from evidencecheck.acquire.exhibit import open_exhibit
from evidencecheck.check import Ran, run_check, select_checks
from evidencecheck.model import Exhibit, Lab, Received, Settings, Unreadable
from evidencecheck.store import Store

NOTHING: Mapping[int, object] = {}
XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
sys.path.insert(0, str(Path(__file__).parent))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMaker:
    """Writes small photo files with the metadata asked for."""

    folder: Path
    written: list[Path] = field(default_factory=list)

    def jpeg(
        self,
        *,
        exif: Image.Exif | None = None,
        segments: Sequence[tuple[int, bytes]] = (),
        after: bytes = b"",
        quality: int = 90,
    ) -> bytes:
        """A 64 x 48 JPEG; `segments` are (marker, payload) put behind its first, `after` follows its end."""
        target = io.BytesIO()
        self.picture().save(target, "JPEG", quality=quality, **({"exif": exif} if exif is not None else {}))
        data = target.getvalue()
        extra = b"".join(b"\xff" + bytes([m]) + struct.pack(">H", len(p) + 2) + p for m, p in segments)
        return data[:2] + extra + data[2:] + after

    def png(self, *, chunks: Sequence[tuple[bytes, bytes]] = (), after: bytes = b"") -> bytes:
        """A 64 x 48 PNG with chunks (type, payload) before its pixels."""
        target = io.BytesIO()
        self.picture().save(target, "PNG")
        data = target.getvalue()
        extra = b"".join(struct.pack(">I", len(p)) + k + p + struct.pack(">I", zlib.crc32(k + p)) for k, p in chunks)
        return data[:33] + extra + data[33:] + after

    def webp(self, *, xmp: bytes = b"", exif: Image.Exif | None = None) -> bytes:
        """A 64 x 48 WebP."""
        target = io.BytesIO()
        self.picture().save(target, "WEBP", xmp=xmp, **({"exif": exif} if exif is not None else {}))
        return target.getvalue()

    def with_xmp(self, properties: str, **spaces: str) -> bytes:
        """A JPEG with an XMP packet of these RDF properties."""
        return self.jpeg(segments=[(0xE1, XMP_HEAD + self.xmp(properties, **spaces))])

    def xmp(self, properties: str, **spaces: str) -> bytes:
        """An XMP packet; `spaces` maps prefixes to namespaces."""
        declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
        return (
            f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
            f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<rdf:Description rdf:about="" {declared}>'
            f'{properties}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
        ).encode()

    def exif(self, ifd0: Mapping[int, object] = NOTHING, sub: Mapping[int, object] = NOTHING) -> Image.Exif:
        """EXIF with tags of IFD0 and of the Exif directory."""
        exif = Image.Exif()
        exif.update(ifd0)
        exif.get_ifd(0x8769).update(sub)
        return exif

    def picture(self) -> Image.Image:
        noise = np.random.default_rng(3).integers(60, 200, (6, 8, 3), dtype=np.uint8)
        return Image.fromarray(noise).resize((64, 48), Image.Resampling.BICUBIC)

    def exhibit(self, data: bytes, name: str = "photo.jpg") -> Exhibit:
        """Write the file and open it as the program does."""
        path = self.folder / str(len(self.written)) / name
        path.parent.mkdir()
        path.write_bytes(data)
        self.written.append(path)
        opened = open_exhibit(Received(case="251103-1", name=name, path=path), Settings())
        assert not isinstance(opened, Unreadable), opened.reason
        return opened


@pytest.fixture(scope="session")
def file_maker() -> type[FileMaker]:
    """For fixtures that outlive one test; a test takes `files`."""
    return FileMaker


@pytest.fixture
def files(tmp_path: Path) -> FileMaker:
    return FileMaker(folder=tmp_path)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """An empty store and no order."""
    with Store.open(tmp_path_factory.mktemp("store") / "store") as store:
        yield Lab(known=store.known_images())


@pytest.fixture(scope="session")
def credentials() -> ModuleType:
    """The functions of credentials.py, which sign pictures."""
    return import_module("credentials")


@pytest.fixture
def samsung_trailer() -> Callable[..., bytes]:
    def build(*entries: tuple[int, str, bytes]) -> bytes:
        """Samsung's trailer with entries (type, name, value)."""
        blocks = [struct.pack("<HHI", 0, kind, len(name)) + name.encode() + value for kind, name, value in entries]
        body, directory = b"".join(blocks), b""
        back = len(body)
        for (kind, _, _), block in zip(entries, blocks, strict=True):
            directory += struct.pack("<HHII", 0, kind, back, len(block))
            back -= len(block)
        directory = b"SEFH" + struct.pack("<II", 107, len(entries)) + directory
        return body + directory + struct.pack("<I", len(directory)) + b"SEFT"

    return build


@pytest.fixture
def look(lab: Lab) -> Callable[[str, Path], Ran]:
    """Return a function that runs the check of an id on a file."""

    def run(check_id: str, path: Path) -> Ran:
        exhibit = open_exhibit(Received(case="c", name=path.name, path=path), Settings())
        assert not isinstance(exhibit, Unreadable)
        return run_check(select_checks(only=[check_id])[0], exhibit, lab)

    return run
