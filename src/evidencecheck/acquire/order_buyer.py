"""A buyer as a keyed hash: HMAC-SHA-256 (RFC 2104) with the store's own key, taken while a row is read.

Equal hashes say that two orders name one buyer; nothing else can be had from them without the key, and with it only by
trying. What is masked ("138****8000") or changes from order to order (privacy numbers with an extension) gives no hash:
better no answer than two strangers taken for one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

# What may name a buyer -> column names, as in order_tables. These cells never leave `buyer_of`.
BUYER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("买家id", "买家编号", "用户id", "buyerid", "userid"),
    "phone": (
        "手机", "手机号", "手机号码", "收货人手机", "收货人手机号", "收件人手机", "联系电话", "收货人电话", "电话",
        "receiverphone", "phone", "mobile",
    ),
    "name": ("收货人", "收货人姓名", "收件人", "收件人姓名", "姓名", "receivername", "receiver"),
    "address": ("详细地址", "收货地址", "收件地址", "收货人地址", "地址", "receiveraddress", "address"),
    "province": ("省", "省份", "province"),
    "city": ("市", "城市", "city"),
    "district": ("区", "区县", "district"),
}  # fmt: skip
BASES = ("id", "phone", "address")  # surest first: `better` compares by it
MOBILE = re.compile(r"(?:\+?86-?)?(1[3-9]\d)-?(\d{4})-?(\d{4})", re.ASCII)
LEAST_ADDRESS = 6  # characters; shorter ones name a town


def buyer_of(cells: Mapping[str, str], key: bytes) -> str:
    """Return "phone:<hash>", "id:<hash>" or "address:<hash>"; "" when the row names nobody for certain."""
    told = {field: "".join(text.split()) for field, text in cells.items()}
    if any(_hidden(text) for text in (told.get("name", ""), told.get("address", ""))):
        told = {field: text for field, text in told.items() if field in {"id", "phone"}}
    if (who := told.get("id", "")) and not _hidden(who):
        return _hash("id", who, key)
    if number := MOBILE.fullmatch(told.get("phone", "")):
        return _hash("phone", "".join(number.groups()), key)
    if told.get("name") and len(told.get("address", "")) >= LEAST_ADDRESS:
        parts = (told.get(field, "") for field in ("name", "province", "city", "district", "address"))
        return _hash("address", " ".join(parts), key)
    return ""


def better(one: str, other: str) -> str | None:
    """Return which of two rows' answers to keep; None when both rest on the same and differ."""
    if one == other:
        return one
    ranks = [BASES.index(each.partition(":")[0]) for each in (one, other)]
    if ranks[0] == ranks[1]:
        return None
    return one if ranks[0] < ranks[1] else other


def _hidden(text: str) -> bool:
    return "*" in text or "＊" in text


def _hash(basis: str, who: str, key: bytes) -> str:
    return f"{basis}:{hmac.new(key, f'{basis} {who}'.encode(), hashlib.sha256).hexdigest()}"
