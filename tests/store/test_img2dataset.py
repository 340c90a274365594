from __future__ import annotations

import io
import json
import tarfile
from datetime import datetime
from pathlib import Path

import pytest

from evidencecheck.store import StoreError
from evidencecheck.store.img2dataset import read_shard, record_beside

pyarrow = pytest.importorskip("pyarrow")
URL = "https://img.example.com/{}.jpg"


def put(shard: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = len(data), 1_600_000_000
    shard.addfile(entry, io.BytesIO(data))


def parquet(path: Path, keys: list[str]) -> None:
    import pyarrow.parquet

    table = pyarrow.table({"key": keys, "url": [URL.format(key) for key in keys], "status": ["success"] * len(keys)})
    pyarrow.parquet.write_table(table, path)


def test_a_shard_gives_each_picture_with_its_record(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "00000.tar", "w") as shard:
        for key in ("000000000", "000000001"):
            put(shard, f"{key}.jpg", f"picture {key}".encode())
            put(shard, f"{key}.json", json.dumps({"url": URL.format(key), "key": key, "caption": "鞋"}).encode())
            put(shard, f"{key}.txt", "鞋".encode())
        put(shard, "000000002.jpg", b"no record")
        put(shard, "000000002.json", b"{")
    members = list(read_shard(tmp_path / "00000.tar", 1000))
    assert [member.name for member in members] == ["000000000.jpg", "000000001.jpg", "000000002.jpg"]
    assert [member.found.source for member in members] == [URL.format("000000000"), URL.format("000000001"), ""]
    assert members[0].data == b"picture 000000000"
    assert (members[0].found.first_seen_how, members[0].found.title) == ("img2dataset", "鞋")
    assert datetime.fromisoformat(members[0].found.first_seen).timestamp() == 1_600_000_000


def test_records_come_from_the_parquet_file_when_the_shard_has_none(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "00000.tar", "w") as shard:
        put(shard, "000000000.jpg", b"picture")
    parquet(tmp_path / "00000.parquet", ["000000000"])
    (member,) = read_shard(tmp_path / "00000.tar", 1000)
    assert member.found.source == URL.format("000000000")


def test_records_of_a_folder_come_from_the_parquet_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "00000").mkdir()
    parquet(tmp_path / "00000.parquet", ["000000007"])
    assert record_beside(tmp_path / "00000" / "000000007.jpg").source == URL.format("000000007")
    assert record_beside(tmp_path / "00000" / "000000008.jpg").source == ""
    assert record_beside(tmp_path / "elsewhere" / "000000007.jpg").source == ""


def test_hostile_shards(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as shard:
        put(shard, "../../evil.jpg", b"x" * 5000)
        link = tarfile.TarInfo("link.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        shard.addfile(link)
        put(shard, "deep.json", b"[" * 60_000)
    (member,) = read_shard(tmp_path / "evil.tar", 1000)
    assert len(member.data) == 1001, "cut off just above the limit"
    assert list(tmp_path.parent.glob("evil.jpg")) == []
    for name, data in (("garbage.tar", b"no archive at all" * 100), ("empty.parquet", b"")):
        (tmp_path / name).write_bytes(data)
    with pytest.raises(StoreError, match=r"garbage\.tar.*damaged"):
        list(read_shard(tmp_path / "garbage.tar", 1000))
    with pytest.raises(StoreError, match=r"empty\.parquet"):
        record_beside(tmp_path / "empty" / "1.jpg")
