import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

import pytest

from evidencecheck.model import Basis, Claim, Finding, Level, ReferenceKind, Status, Strength, Text
from evidencecheck.report import text

PLAIN = Finding(claim=Claim.EDITED, score=0.5, summary=Text(zh="一", en="one"), basis=Basis.MEASURED)


def rated(rate: float | None, basis: Basis = Basis.MEASURED) -> Text:
    return text.rate_in_words(
        Finding(claim=Claim.EDITED, score=0.5, summary=PLAIN.summary, basis=basis, false_alarm_rate=rate)
    )


@pytest.mark.parametrize(
    ("rate", "count"),
    [
        (0.001, "1,000"),
        (0.0004, "2,500"),
        (0.00013, "7,700"),
        (0.02, "50"),
        (0.013, "77"),
        (1e-6, "1,000,000"),
        (0.3, "3"),
    ],
)
def test_a_rate_is_said_as_one_in_so_many(rate: float, count: str) -> None:
    assert rated(rate).en == f"about 1 in {count} honest photos"
    assert count in rated(rate).zh


def test_a_rate_that_is_not_a_number_of_photos_is_said_plainly() -> None:
    assert "none of the honest photos" in rated(0.0).en
    assert "common" in rated(0.7).en
    assert "not measured" in rated(None).en
    assert "fact" in rated(None, Basis.FACT).en


def test_every_value_of_the_vocabulary_has_words_in_both_languages() -> None:
    tables: list[tuple[Mapping[Any, Text], type[Enum]]] = [
        (text.LEVEL_NAMES, Level),
        (text.LEVEL_MEANS, Level),
        (text.LEVEL_DOES_NOT_MEAN, Level),
        (text.CLAIM_NAMES, Claim),
        (text.STRENGTH_NAMES, Strength),
        (text.STATUS_NAMES, Status),
        (text.KIND_NAMES, ReferenceKind),
    ]
    for table, kind in tables:
        assert set(table) == set(kind)
        for words in table.values():
            assert re.search("[\u4e00-\u9fff]", words.zh)
            assert re.fullmatch(r"[\x20-\x7e]+", words.en)


def test_no_word_accuses_or_clears() -> None:
    said = [
        *text.LEVEL_NAMES.values(),
        *text.LEVEL_MEANS.values(),
        *text.CLAIM_NAMES.values(),
        *text.KIND_NAMES.values(),
    ]
    for words in said:
        assert not re.search(r"genuine|authentic|prove|fraud|fake|liar|cheat", words.en, re.IGNORECASE), words.en
        assert not re.search("真的|证明|骗|造假|假图|诈", words.zh), words.zh
    assert "authentic" in text.LEVEL_DOES_NOT_MEAN[Level.NONE].en


def test_sizes_are_given_exactly_too() -> None:
    assert text.file_size(900) == "900 B"
    assert text.file_size(18211) == "17.8 KB (18,211 B)"
    assert text.file_size(3 * 2**20) == "3.0 MB (3,145,728 B)"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2025-10-21T19:02:11+08:00", "2025-10-21 19:02 (UTC+08:00)"),
        ("2025-10-21T19:02:11", "2025-10-21 19:02"),
        ("2025-10-21", "2025-10-21"),
        ("2025-13-41T99:99", "2025-13-41T99:99"),
        ("last week", "last week"),
    ],
)
def test_times_read_like_times_and_anything_else_stays(when: str, said: str) -> None:
    assert text.clock(when) == said


def test_how_a_date_is_known_is_said_in_both_languages() -> None:
    assert (
        text.how_known("Zone.Identifier, on this disk since").zh
        == "Windows 下载记录 (Zone.Identifier)，在本机磁盘上的起始时间"
    )
    assert text.how_known("manifest").zh == "清单表"
    assert text.how_known("told by a friend") == Text(zh="told by a friend", en="told by a friend")
    assert text.how_known("") == Text(zh="", en="")
