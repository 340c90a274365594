"""Platforms as data: the shipped ones are whole, wrong ones are refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidencecheck.model import Claim
from evidencecheck.report.profile import ProfileError, load_profile, profile_names


def test_two_profiles_ship() -> None:
    assert profile_names() == ("generic", "pdd")
    with pytest.raises(ProfileError, match="generic, pdd"):
        load_profile("taobao")


@pytest.mark.parametrize("name", ["pdd", "generic"])
def test_every_claim_has_a_kind_and_every_kind_a_statement(name: str) -> None:
    profile = load_profile(name)
    assert set(profile.claims) == set(Claim)
    assert [slot.id for slot in profile.slots] == ["order", "chat", "goods", "logistics"]
    for claim, kind in profile.claims.items():
        assert {"short"} <= set(profile.kinds[kind].statements)
        assert claim in profile.kinds[kind].statements
    assert not any(deadline.verified for deadline in profile.deadlines)


def test_the_platforms_own_names() -> None:
    profile = load_profile("pdd")
    assert [kind.name.zh for kind in profile.kinds.values()] == ["网图", "PS 图", "非本店商品"]
    assert len(profile.entries) == 5
    assert "反馈虚假售后凭证" in profile.entries[0].steps[1].zh


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{order}", "{orders}", "no placeholder {orders}"),
        ('name = "pdd"', "", "name"),
        ("[claims]", "[claims", "profile"),
        ("[kinds.edited]", "[kinds.painted]", "profile"),
        ('web-image = "web-image"', 'web-image = "stolen"', "stolen"),
        ("{order}的售后照片有", "{order的售后照片有", "brace"),
    ],
)
def test_a_wrong_profile_is_refused_with_the_reason(tmp_path: Path, old: str, new: str, words: str) -> None:
    import evidencecheck.report

    text = (Path(evidencecheck.report.__file__).parent / "profiles/pdd.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ProfileError, match=words.replace("{", r"\{").replace("}", r"\}")):
        load_profile(str(path))


def test_a_missing_profile_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="check the path"):
        load_profile(str(tmp_path / "gone.toml"))
