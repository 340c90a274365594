from __future__ import annotations

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencecheck.acquire.names import printable_names

POSIX = sys.platform != "win32"
pytestmark = pytest.mark.skipif(not POSIX, reason="names are bytes on POSIX only")


def shown(*names: bytes) -> list[str]:
    decoded = [os.fsdecode(name) for name in names]
    table = printable_names(decoded)
    return [table[name] for name in decoded]


def test_ordinary_names_stay_as_they_are() -> None:
    plain = ["照片 1.jpg", "emoji 📦👨‍👩‍👧.jpg", "ünïcode.png", "a" * 255]
    assert shown(*(name.encode() for name in plain)) == plain


def test_gbk_bytes_read_as_chinese() -> None:
    assert shown("退款照片.jpg".encode("gbk")) == ["退款照片.jpg"]


def test_a_gbk_name_gives_way_to_a_file_really_called_so() -> None:
    assert shown("照片.jpg".encode("gbk"), "照片.jpg".encode()) == ["\\xd5\\xd5\\xc6\\xac.jpg", "照片.jpg"]


def test_what_would_break_a_line_or_a_terminal_is_escaped() -> None:
    assert shown(b"a\nb\x1b[31m.jpg", "gpj.\u202eexe".encode()) == ["a\\u000ab\\u001b[31m.jpg", "gpj.\\u202eexe"]


def test_an_escape_cannot_be_imitated() -> None:
    names = shown(b"\xff.jpg", b"\\xff.jpg", b"a\n", b"a\\u000a")
    assert len(set(names)) == 4


@given(st.sets(st.binary(min_size=1, max_size=6).filter(lambda name: b"/" not in name and b"\0" not in name)))
def test_names_never_collide_and_are_always_printable_utf8(names: set[bytes]) -> None:
    table = shown(*names)
    assert len(set(table)) == len(names)
    for name in table:
        name.encode("utf-8")
        assert not any(ord(character) < 32 for character in name)
