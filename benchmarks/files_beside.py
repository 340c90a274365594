"""The same files by other programs: what each finds, and how many of exiftool's EXIF tags are read here.

    python benchmarks/files_beside.py FOLDER [--authentica PROGRAM]

FOLDER as for `files.py`. Needs exiftool, and for the column "c2pa" the extra `c2pa`: c2patool itself is a Rust program
that PyPI, npm and Debian do not carry, but what it prints for a file is the JSON of the same library. A program counts
when what it prints about the file holds a word that names the mark; a person must still notice it there.
FotoForensics is a website that shows pictures and tags to a person and forbids automatic uploads: it is not asked.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from files import measure, rows

from evidencecheck.acquire.container import read_blocks

GROUPS = ("IFD0", "ExifIFD", "GPS", "InteropIFD", "IFD1")
WORDS = {
    "ai": ("aigc", "trainedalgorithmicmedia", "google ai", "clean up", "genaitype", "signature:", "sampler", "workflow",
           "class_type", "novelai", "invokeai", "fooocus", "dreamina", "hf-job", "sd-metadata", "dream"),
    "editor": ("photoshop", "gimp", "picsart", "quicktime", '"product":"lv"', "retouch", "lightroom", "adobe", "capcut",
               "graphicconverter", "olympus master", "acd systems"),
}  # fmt: skip
Printed = Callable[[Path], str]


def run(*words: str) -> Printed:
    def printed(path: Path) -> str:
        done = subprocess.run([*words, str(path)], capture_output=True, timeout=60, check=False)
        return done.stdout.decode("utf-8", "replace").lower()

    return printed


def c2pa_json(path: Path) -> str:
    import c2pa

    rules = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    try:
        with c2pa.Reader(None, io.BytesIO(path.read_bytes()), context=c2pa.Context.from_dict(rules)) as reader:
            return str(reader.json()).lower()
    except c2pa.C2paError:
        return ""


def show_beside(folder: Path, programs: dict[str, Printed]) -> None:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    for path, expect in rows(folder):
        credentials = any(f.place == "c2pa" for f in read_blocks(path.read_bytes()).fields)
        kinds = [expect] * (expect in WORDS) + ["credentials"] * credentials
        total.update(kinds)
        for kind in kinds:
            found["evidencecheck"][kind] += measure(path, expect).good() if kind in WORDS else 1
        for name, printed in programs.items() if kinds else ():
            said = printed(path)
            for kind in kinds:
                found[name][kind] += any(
                    word in said for word in WORDS.get(kind, ("claim_generator", "claimgenerator"))
                )
    print("files", dict(total))
    for name, counts in found.items():
        print(name, {kind: counts[kind] for kind in total})


def show_recall(folder: Path) -> None:
    """EXIF tags that exiftool lists and that are read here, by format. ThumbnailImage is made of two tags, not one."""
    wanted: Counter[str] = Counter()
    read: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for path, _ in rows(folder):
        if corrupted(folder, path):
            continue
        words = ["exiftool", "-j", "-G1", "-a", "-D", "-n", "-u", *(f"-{group}:all" for group in GROUPS), "-FileType"]
        done = subprocess.run([*words, str(path)], capture_output=True, timeout=60, check=False)
        records = json.loads(done.stdout) if done.stdout else [{}]
        tags = {
            (f"exif:{name.split(':')[0]}", value["id"])
            for name, value in records[0].items()
            if isinstance(value, dict) and name.split(":")[0] in GROUPS and not name.endswith("ThumbnailImage")
        }
        kind = records[0].get("File:FileType") or records[0].get("FileType")
        kind = kind.get("val") if isinstance(kind, dict) else kind
        if tags:
            ours = {(field.place, field.code) for field in read_blocks(path.read_bytes()).fields}
            files[str(kind)] += 1
            wanted[str(kind)] += len(tags)
            read[str(kind)] += len(tags & ours)
    for kind in sorted(wanted):
        print(f"{kind}: {read[kind]} of {wanted[kind]} tags in {files[kind]} files ({read[kind] / wanted[kind]:.1%})")


def corrupted(folder: Path, path: Path) -> bool:
    """Tell whether the manifest says that the file was corrupted on purpose."""
    name = path.relative_to(folder).as_posix()
    lines = (folder / "manifest.csv").read_text(encoding="utf-8").splitlines()
    return any(line.startswith(f"{name},") and "corrupt" in line for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--authentica", default="", help="the program, where it is installed")
    args = parser.parse_args()
    programs: dict[str, Printed] = {"exiftool": run("exiftool", "-j", "-a", "-G1"), "c2pa": c2pa_json}
    if args.authentica:
        programs["authentica"] = run(args.authentica, "meta")
    show_beside(args.folder, programs)
    show_recall(args.folder)


if __name__ == "__main__":
    main()
