import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencecheck.report.safe import (
    csp_hash,
    json_for_script,
    last_part,
    mask_orders,
    neutral,
    page_name,
    private,
    shown,
    web_link,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gpj\u202e.exe", "gpj⟨U+202E⟩.exe"),
        ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),
        ("nul\x00", "nul⟨U+0000⟩"),
        ("line\u2028break", "line⟨U+2028⟩break"),
        ("name\udcff", "name⟨0xFF⟩"),
        ("一家人 👨\u200d👩\u200d👧", "一家人 👨\u200d👩\u200d👧"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_characters_that_mislead_become_visible(text: str, expected: str) -> None:
    assert neutral(text) == expected


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_neutral_text_is_plain_unicode_without_reordering(text: str) -> None:
    done = neutral(text)
    done.encode("utf-8")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\x00-\x08]", done)


@pytest.mark.parametrize(
    "number", ["13812345678", "138 1234 5678", "138-1234-5678", "+86 13812345678", "电话13812345678。"]
)
def test_mobile_numbers_are_masked(number: str) -> None:
    assert "138****5678" in private(number)
    assert "1234" not in private(number)


@pytest.mark.parametrize(
    "kept",
    ["251103-13812345678", "mmexport1762089921133.jpg", "YT8813812345678", "a13812345678b" * 4, "2025-11-03 13:45:12"],
)
def test_numbers_that_are_no_phone_numbers_stay(kept: str) -> None:
    assert private(kept) == kept


def test_other_orders_are_masked() -> None:
    assert mask_orders("251021-662810043789/1.jpg") == "251021-…789/1.jpg"


def test_only_the_last_part_of_a_path_is_shown() -> None:
    assert last_part("C:\\Users\\somebody\\mug.jpg") == "mug.jpg"
    assert last_part("/home/somebody/mug.jpg") == "mug.jpg"


@pytest.mark.parametrize(
    "source", ["https://example.com/a?b=1&c=2#d", "http://例子.测试/图.jpg", "HTTPS://EXAMPLE.COM/x"]
)
def test_web_addresses_become_links(source: str) -> None:
    link = web_link(source)
    assert link is not None
    assert link.lower().startswith("http")
    assert link.isascii()


@pytest.mark.parametrize(
    "source",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.com/x",
        "小红书 @某店", "https://", "https://user:secret@example.com", "https://exa\u202emple.com", "https://a b",
        " vbscript:x", "", "http://[::1", "java\nscript:alert(1)", "ftp://example.com",
    ],
)  # fmt: skip
def test_nothing_else_becomes_a_link(source: str) -> None:
    assert web_link(source) is None


def test_a_link_cannot_leave_its_attribute() -> None:
    link = web_link('https://example.com/"><script>alert(1)</script>')
    assert link is not None
    assert not set('"<>') & set(link)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from([*'</script>!-& a\u2028\u2029"\\]']), max_size=40))
def test_json_in_a_script_cannot_end_the_script_and_means_the_same(text: str) -> None:
    made = json_for_script({"text": text})
    assert not set("<>&\u2028\u2029") & set(made)
    assert json.loads(made) == {"text": text}


def test_the_csp_hash_is_the_published_form() -> None:
    # Example of the CSP level 2 specification, section 7.17 ("alert('Hello, world.');").
    assert csp_hash("alert('Hello, world.');") == "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"


def test_order_numbers_name_their_page() -> None:
    assert page_name("251103-482915570312") == "251103-482915570312"


@pytest.mark.parametrize(
    "case",
    [
        "..",
        ".",
        "",
        "con",
        "NUL.txt",
        "a/b",
        "a\\b",
        "订单 1",
        "😀",
        "a\nb",
        "x" * 255,
        "Case",
        "trail.",
        "13812345678",
        "\udcff",
    ],
)
def test_any_other_name_gives_a_safe_file_name(case: str) -> None:
    name = page_name(case)
    assert re.fullmatch(r"[0-9a-z][0-9a-z-]{0,40}-[0-9a-f]{10}", name)
    assert "13812345678" not in name


def test_orders_that_differ_in_case_or_form_get_different_pages() -> None:
    names = [page_name(case) for case in ("case", "Case", "CASE", "cas/e", "cas\\e")]
    assert len({name.lower() for name in names}) == len(names)


def test_shown_is_neutral_and_private() -> None:
    assert shown("\u202e13812345678") == "⟨U+202E⟩138****5678"
