"""`evidencecheck corpus`, run as a seller runs it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from evidencecheck.cli.corpus import app

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Draw = Callable[..., NDArray[np.uint8]]
Save = Callable[..., Path]


@pytest.fixture
def pictures(tmp_path: Path, draw_scene: Draw, save: Save) -> Path:
    folder = tmp_path / "pictures"
    for number in range(3):
        save(draw_scene(number, 300, 400), folder / f"{number}.jpg")
    return folder


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: bytes
    stderr: bytes


Corpus = Callable[..., Done]


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """Run a verb in this process (its workers are processes as ever): starting Python 60 times takes a minute."""
    monkeypatch.chdir(tmp_path)

    def run(verb: str, *words: object, store: str = "store") -> Done:
        jobs = ("--jobs", 1) if verb in ("add", "import") else ()
        done = CliRunner().invoke(app, [str(word) for word in (verb, *words, *jobs, "--store", tmp_path / store)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Done(done.exit_code, done.stdout_bytes, done.stderr_bytes)

    return run


def listed(corpus: Corpus, *words: object, store: str = "store") -> list[dict[str, Any]]:
    done = corpus("list", "--json", *words, store=store)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_adding_a_folder_twice(pictures: Path, corpus: Corpus) -> None:
    first = corpus("add", "pictures", "--kind", "web", "--source", "https://x.example", "--lang", "en")
    assert (first.returncode, first.stdout) == (0, b""), first.stderr.decode()
    assert b"added 3, updated 0, unchanged 0, failed 0" in first.stderr
    assert (
        b"added 0, updated 0, unchanged 3, failed 0"
        in corpus("add", "pictures", "--kind", "web", "--lang", "en").stderr
    )
    updated = corpus(
        "add", "pictures/1.jpg", "--kind", "web", "--sku", "S1", "--first-seen", "2025/3/4", "--lang", "en"
    )
    assert b"added 0, updated 1, unchanged 0, failed 0" in updated.stderr
    (one,) = listed(corpus, "--sku", "S1")
    assert (one["file"], one["source"]) == (str(Path("pictures/1.jpg")), "https://x.example")
    assert (one["first_seen"], one["first_seen_how"]) == ("2025-03-04", "option")
    assert one["sha256"] == hashlib.sha256((pictures / "1.jpg").read_bytes()).hexdigest()
    assert (one["width"], one["height"]) == (300, 400)
    assert [row["first_seen_how"] for row in listed(corpus)].count("added to the corpus") == 2
    assert listed(corpus, "--kind", "shop") == []


def test_manifest_goes_before_options_and_both_before_what_the_file_says(pictures: Path, corpus: Corpus) -> None:
    for number in range(3):
        zone = f"[ZoneTransfer]\nZoneId=3\nHostUrl=https://found.example/{number}.jpg\n"
        Path(f"{pictures / str(number)}.jpg:Zone.Identifier").write_text(zone, encoding="utf-8")
    rows = "文件,类型,来源,首次发现\n0.jpg,本店,https://told.example,2024-01-02\n1.jpg,,,\nnone.jpg,,,\n"
    (pictures / "list.csv").write_bytes(rows.encode("gb18030"))
    done = corpus("add", "pictures", "--kind", "web", "--manifest", "pictures/list.csv", "--sku", "S", "--lang", "en")
    assert done.returncode == 1
    assert b"list.csv:4: the file of this row is not there" in done.stderr
    assert b"added 3, updated 0, unchanged 0, failed 1" in done.stderr
    first, second, third = sorted(listed(corpus), key=lambda row: str(row["file"]))
    assert (first["kind"], first["source"], first["first_seen_how"]) == ("shop", "https://told.example", "manifest")
    assert (second["kind"], second["source"], second["sku"]) == ("web", "https://found.example/1.jpg", "S")
    assert third["first_seen_how"].startswith("Zone.Identifier")
    corpus("add", "pictures", "--kind", "web", "--source", "https://option.example")
    assert {row["source"] for row in listed(corpus)} == {"https://option.example"}


def test_unreadable_files_are_told_and_the_others_go_on(pictures: Path, corpus: Corpus) -> None:
    (pictures / "broken.jpg").write_bytes((pictures / "0.jpg").read_bytes()[:300])
    (pictures / "a\x1b[31m.png").write_bytes(b"no picture")
    (pictures / "notes.txt").write_text("a sidecar", encoding="utf-8")
    done = corpus("add", "pictures", "--kind", "shop", "--lang", "en")
    assert done.returncode == 1
    assert b"added 3, updated 0, unchanged 0, failed 2" in done.stderr
    assert b"broken.jpg: " in done.stderr
    assert b"\x1b[31m.png" not in done.stderr, "a file name must not steer the terminal"
    assert len(listed(corpus)) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "nowhere", "--kind", "web"), "nowhere"),
        (("add", "pictures"), "--kind"),
        (("add",), "--manifest"),
        (("add", "pictures", "--kind", "stolen"), "web"),
        (("add", "pictures", "--kind", "web", "--first-seen", "soon"), "2025-01-31"),
        (("add", "--manifest", "nowhere.csv"), "nowhere.csv"),
        (("remove", "0123456789abcdef"), "not in the corpus"),
        (("import", "nowhere.zip"), "nowhere.zip"),
        (("import", "pictures/0.jpg"), "0.jpg"),
        (("export", "missing-folder/x.zip"), "missing-folder"),
    ],
)
def test_usage_errors_end_with_2_and_a_remedy(
    pictures: Path, corpus: Corpus, words: tuple[str, ...], said: str
) -> None:
    done = corpus(*words)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_as_a_program_of_its_own(pictures: Path, run_command: Run) -> None:
    added = run_command("corpus", "add", pictures, "--kind", "web", "--store", pictures / "s", "--lang", "en")
    assert (added.returncode, added.stdout) == (0, b"")
    assert b"added 3" in added.stderr
    refused = run_command("corpus", "stats", "--store", "milvus://host:19530/x")
    assert refused.returncode == 2
    assert b"not available in this version" in refused.stderr
    assert b"Traceback" not in refused.stderr


def test_removing_by_id_hash_and_path_leaves_the_files(pictures: Path, corpus: Corpus) -> None:
    corpus("add", "pictures", "--kind", "web")
    by_id, by_hash, by_path = listed(corpus)
    assert corpus("remove", by_id["id"], "--dry-run").returncode == 0
    assert len(listed(corpus)) == 3
    words = (by_id["id"], by_hash["sha256"][:12], Path("pictures") / Path(by_path["file"]).name)
    assert corpus("remove", *words).returncode == 0
    assert listed(corpus) == []
    assert len(list(pictures.iterdir())) == 3
    corpus("add", "pictures", "--kind", "web")
    assert corpus("remove", "pictures").returncode == 0
    assert listed(corpus) == []


def test_verify_tells_files_that_are_gone_or_changed(pictures: Path, corpus: Corpus) -> None:
    corpus("add", "pictures", "--kind", "web")
    good = corpus("verify", "--lang", "en")
    assert (good.returncode, good.stdout) == (0, b"")
    (pictures / "0.jpg").unlink()
    (pictures / "1.jpg").write_bytes(b"something else")
    bad = corpus("verify", "--json")
    assert bad.returncode == 1
    kinds = {Path(row["file"]).name: row["kind"] for row in map(json.loads, bad.stdout.splitlines())}
    assert kinds == {"0.jpg": "missing", "1.jpg": "changed"}


def test_an_addition_killed_half_way_goes_on(tmp_path: Path, draw_scene: Draw, save: Save, corpus: Corpus) -> None:
    for number in range(12):
        save(draw_scene(number, 300, 400), tmp_path / "many" / f"{number}.jpg")
    command = [sys.executable, "-m", "evidencecheck", "corpus", "add", "many", "--kind", "web", "--jobs", "1"]
    process = subprocess.Popen(
        [*command, "--store", "store"], cwd=tmp_path, stderr=subprocess.DEVNULL, start_new_session=os.name == "posix"
    )
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "store").glob("previews/*/*.jpg"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = len(listed(corpus))
    assert 2 <= before < 12
    done = corpus("add", "many", "--kind", "web", "--lang", "en")
    assert f"added {12 - before}, updated 0, unchanged {before}, failed 0" in done.stderr.decode()


def test_a_shard_of_img2dataset(tmp_path: Path, pictures: Path, corpus: Corpus) -> None:
    with tarfile.open(tmp_path / "00000.tar", "w") as shard:
        for number in range(3):
            shard.add(pictures / f"{number}.jpg", f"00000000{number}.jpg")
            record = json.dumps({"url": f"https://img.example/{number}", "key": f"00000000{number}"}).encode()
            entry = tarfile.TarInfo(f"00000000{number}.json")
            entry.size, entry.mtime = len(record), 1_600_000_000
            shard.addfile(entry, io.BytesIO(record))
    assert corpus("add", "00000.tar", "--kind", "web").returncode == 0
    rows = sorted(listed(corpus), key=lambda row: str(row["file"]))
    assert [row["source"] for row in rows] == [f"https://img.example/{number}" for number in range(3)]
    assert rows[0]["file"] == "00000.tar/000000000.jpg"
    assert rows[0]["first_seen_how"] == "img2dataset"
    assert corpus("verify").returncode == 0
    assert b"3" in corpus("add", "00000.tar", "--kind", "web").stderr
    (tmp_path / "00000.tar").write_bytes(b"damaged")
    assert corpus("add", "00000.tar", "--kind", "web").returncode == 1
    assert corpus("verify").returncode == 1


def test_export_and_import(tmp_path: Path, pictures: Path, corpus: Corpus) -> None:
    corpus("add", "pictures", "--kind", "web", "--source", "https://x.example", "--first-seen", "2025-01-02")
    for words in (("all.zip",), ("hashes.zip", "--hashes-only"), ("pdq.csv", "--format", "threatexchange")):
        assert corpus("export", *words).returncode == 0
    for name in ("all.zip", "hashes.zip", "pdq.csv"):
        for counts in (b"added 3, updated 0, unchanged 0", b"added 0, updated 0, unchanged 3"):
            done = corpus("import", name, store=f"of {name}")
            assert done.returncode == 0, done.stderr.decode()
            assert counts in done.stderr
        assert corpus("verify", store=f"of {name}").returncode == 0
    rows = listed(corpus, store="of all.zip")
    assert {row["source"] for row in rows} == {"https://x.example"}
    assert {row["first_seen_how"] for row in rows} == {"option (imported)"}
    hashes = json.loads(corpus("stats", "--json", store="of hashes.zip").stdout)
    assert (hashes["hashes_only"], hashes["preview_bytes"]) == (3, 0)
    assert b"added 0, updated 0" in corpus("import", "all.zip", store="of hashes.zip").stderr
    filled = json.loads(corpus("stats", "--json", store="of hashes.zip").stdout)
    assert filled["hashes_only"] == 0
    assert filled["preview_bytes"] > 0


def test_a_package_with_another_picture_than_it_says(tmp_path: Path, pictures: Path, corpus: Corpus) -> None:
    corpus("add", "pictures/0.jpg", "--kind", "web")
    corpus("export", "good.zip")
    with zipfile.ZipFile(tmp_path / "good.zip") as good, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        lines = good.read("manifest.jsonl")
        name = json.loads(lines)["picture"]
        bad.writestr(name, (pictures / "1.jpg").read_bytes())
        bad.writestr("../evil.jpg", b"x")
        other = json.dumps({**json.loads(lines), "picture": f"pictures/{'0' * 64}"}).encode()
        bad.writestr("manifest.jsonl", lines + b"\n" + other)
    done = corpus("import", "bad.zip", "--lang", "en", store="theirs")
    assert done.returncode == 1
    assert b"bad.zip:1: the picture is not the one described" in done.stderr
    assert b"bad.zip:2: its picture is missing" in done.stderr
    assert listed(corpus, store="theirs") == []
    assert not list(tmp_path.rglob("evil.jpg"))


def test_help_does_not_import_what_it_does_not_need() -> None:
    code = (
        "import sys, evidencecheck.cli.corpus; print([n for n in ('numpy', 'cv2', 'faiss', 'PIL') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
