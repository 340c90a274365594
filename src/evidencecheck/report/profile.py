"""A platform as data: kinds, what each needs, entries, wording, deadlines. One TOML file each in `profiles/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Literal

import msgspec

from evidencecheck.model import Claim, Text

DEFAULT = "pdd"
PLACEHOLDERS = frozenset(
    {"order", "count", "place", "when", "other", "kind", "photo", "upload", "statement", "appeal"}
    | {"intervention", "product", "amount", "said", "grounds", "times", "files"}
    | {"order_slot", "chat_slot", "goods_slot", "logistics_slot"}
)

SlotName = Literal["order", "chat", "goods", "logistics"]
LetterName = Literal["appeal", "intervention"]
KindName = Literal["web-image", "edited", "not-our-product"]


class ProfileError(ValueError):
    """There is no such profile, or its file is wrong; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of report. `statements` are templates by claim, plus "compared" and "short"; a plain string is used in
    both languages."""

    name: Text
    needs: Text
    ready: Text  # how the ready picture's file is called
    statements: Mapping[str, str | Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One way to the form, step by step."""

    title: Text
    steps: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One thing the platform asks for when it intervenes, and how to get it."""

    id: SlotName
    title: Text
    add: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A longer text to hand in. A paragraph in which a placeholder has nothing to say is left out; a plain string is
    used in both languages."""

    title: Text
    text: str | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A time limit; unverified ones are shown as such and never computed with."""

    title: Text
    hours: int
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLimits:
    """Size of the ready pictures: width in px, and the most bytes one may have."""

    width_px: int
    max_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything the package needs to know about a platform. `language` "" follows the reader's."""

    name: str
    title: Text
    language: Literal["zh", "en", ""]
    statement_limit: int
    pictures: PictureLimits
    claims: Mapping[Claim, KindName]
    kinds: Mapping[KindName, Kind]
    entries: tuple[Entry, ...]
    slots: tuple[Slot, ...]
    letters: Mapping[LetterName, Letter] = field(default_factory=dict)
    advice: tuple[Text, ...] = ()
    deadlines: tuple[Deadline, ...] = field(default=())
    loaded_as: str = ""  # what `--profile` was given, set when it is loaded


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that ship with the program."""
    folder = resources.files("evidencecheck.report") / "profiles"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load_profile(name: str = DEFAULT) -> Profile:
    """Return a shipped profile by name, or one from a file ending in .toml. Raises ProfileError."""
    if name.endswith(".toml"):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ProfileError(f"{name}: cannot read the profile; check the path and save it as UTF-8") from error
    elif name in profile_names():
        text = (resources.files("evidencecheck.report") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    else:
        known = ", ".join(profile_names())
        raise ProfileError(f"no profile named {name}; there are: {known}, or give the path of a .toml file")
    try:
        profile = replace(msgspec.convert(tomllib.loads(text), Profile), loaded_as=name)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ProfileError(f"profile {name}: {error}") from error
    if unknown := _placeholders(tomllib.loads(text)) - PLACEHOLDERS:
        raise ProfileError(
            f"profile {name}: no placeholder {{{min(unknown)}}}; there are: {', '.join(sorted(PLACEHOLDERS))}"
        )
    if missing := {"web-image", "edited", "not-our-product"} - set(profile.kinds):
        raise ProfileError(f"profile {name}: no [kinds.{min(missing)}]")
    return profile


def _placeholders(value: object) -> set[str]:
    """Return the names in braces in every text of a profile."""
    if isinstance(value, str):
        try:
            return {name for _, name, _, _ in Formatter().parse(value) if name is not None}
        except ValueError as error:
            raise ProfileError(f"a brace without its partner in: {value}") from error
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(_placeholders, parts))
