"""Text from files, made harmless to read: control and bidirectional characters become visible, private data is masked.

Escaping for HTML is Jinja's autoescape; this module does what escaping does not. Trojan-source style reordering is
described in Unicode TR 36 and CVE-2021-42574.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

# C0 and C1 controls, bidirectional marks, embeddings, overrides and isolates, line separators, invisible joiners that
# hide text (soft hyphen, zero-width space, word joiner, BOM), tag characters, lone surrogates, noncharacters.
# U+200C/U+200D stay: emoji and several scripts need them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)
# A mainland mobile number standing alone, with or without +86, spaces or hyphens. Not inside longer numbers (order and
# tracking numbers, millisecond clocks in file names) nor inside a hexadecimal digest.
_PHONE = re.compile(r"(?<![\da-fA-F-])(?:\+?86[ -]?)?(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?![\da-fA-F-])")
_ORDER_NUMBER = re.compile(r"(?<!\d)(\d{6}-)\d{3,}(\d{3})(?!\d)")
_RESERVED_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[0-9a-z](?:[0-9a-z._-]{0,78}[0-9a-z])?")


def neutral(text: str) -> str:
    """Return `text` with characters that reorder, hide or break text replaced by a visible code such as "⟨U+202E⟩".

    A byte that was not valid UTF-8 in a file name (surrogate escape) shows as "⟨0xFF⟩".
    """
    return _UNSAFE.sub(_visible, text)


def private(text: str) -> str:
    """Return `text` with mobile phone numbers masked ("138****5678")."""
    return _PHONE.sub(r"\1****\3", text)


def shown(text: str) -> str:
    """Return text from a file or a check as it may stand in the report, before HTML escaping."""
    return private(neutral(text))


def mask_orders(text: str) -> str:
    """Return `text` with order numbers masked ("251103-…789"): another order's number is not for this page."""
    return _ORDER_NUMBER.sub(r"\1…\2", text)


def last_part(path: str) -> str:
    """Return the file name of a path in either notation. Folders are left out: they may name a person."""
    return PurePosixPath(path.replace("\\", "/")).name or path


def web_link(source: str) -> str | None:
    """Return `source` as an address a browser may open, or None unless it is a plain http(s) address with a host."""
    address = source.strip()
    if _UNSAFE.search(address) or re.search(r"\s", address):
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host or parts.username or parts.password:
        return None
    return quote(address, safe="%/:?#[]@!$&'()*+,;=~-._")


def json_for_script(value: object) -> str:
    """Return JSON that can stand inside a `<script type="application/json">` whatever text it carries."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def csp_hash(content: str) -> str:
    """Return the CSP source expression for an inline script or style of exactly this content."""
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def page_name(case: str) -> str:
    """Return a file name without suffix for an order: safe on every system, and different for different orders.

    Plain lower-case names (order numbers are) stay; any other gets ten hexadecimal digits of its SHA-256.
    """
    if _PLAIN_NAME.fullmatch(case) and not _RESERVED_ON_WINDOWS.fullmatch(case) and private(case) == case:
        return case
    digest = hashlib.sha256(case.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    stem = re.sub(r"[^0-9a-z]+", "-", private(case).lower()).strip("-")[:40].strip("-")
    return f"{stem or 'order'}-{digest}"


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:
        return f"⟨0x{code - 0xDC00:02X}⟩"
    return f"⟨U+{code:04X}⟩"
