"""The documentation keeps up with the program: every command, option, check, exit code and picture it must name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from evidencecheck.check import select_checks
from evidencecheck.cli import app
from evidencecheck.cli.exits import ExitCode
from evidencecheck.model import Group, Level

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PAGES = [path for path in ROOT.rglob("*.md") if not {".venv", "node_modules", "build"} & set(path.parts)]
CHECKS = [check.id for check in select_checks((), ())]
PAGE_HEADINGS = ("What it sees", "Example", "Innocent explanations", "Blind spots", "Source", "Measured")


def verbs() -> list[str]:
    """Return every command as it is typed: `screen`, `corpus add`."""
    names = []
    for name, command in commands(typer.main.get_command(app)).items():
        below = commands(command)
        names += [f"{name} {inner}" for inner in below] if below else [name]
    return names


def commands(command: object) -> dict[str, Any]:
    return dict(getattr(command, "commands", {}))


def test_there_are_verbs_and_checks_to_document() -> None:
    assert {"demo", "screen", "corpus add", "package", "doctor"} <= set(verbs())
    assert {"known-photo", "reused", "timeline"} <= set(CHECKS)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
@pytest.mark.parametrize("verb", verbs())
def test_every_verb_is_in_the_readme(verb: str, readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    group, _, inner = verb.partition(" ")
    if inner:
        assert f"{group} {inner}" in text or re.search(rf"`{group} list`.*`{inner}`", text), verb
    else:
        assert f"evidencecheck {group}" in text


@pytest.mark.parametrize("option", ["--orders", "--jsonl", "--fail-level", "--only", "--skip", "--resume", "--lang"])
@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_contract_s_options_are_explained(option: str, readme: Path) -> None:
    screen = commands(typer.main.get_command(app))["screen"]
    assert option in {name for parameter in screen.params for name in parameter.opts}
    assert option in readme.read_text(encoding="utf-8")


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_levels_groups_and_exit_codes_are_explained(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    for word in (*(level.value for level in Level), *(f"`{group.value}`" for group in Group)):
        assert word in text, word
    for code in ExitCode:
        assert re.search(rf"^\| {code.value} \| ", text, re.MULTILINE), code


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_two_lines_to_copy_are_the_same_in_both_readmes(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    lines = re.findall(r"^python -m pip install .*$", text, re.MULTILINE)
    assert [line.rpartition(" && ")[2] for line in lines] == ["evidencecheck demo", "python -m pytest"]
    assert lines == re.findall(r"^python -m pip install .*$", READMES[0].read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("check_id", CHECKS)
def test_every_check_has_its_page_and_its_test(check_id: str) -> None:
    """Law 4: one name for the module, the id, the test and the page."""
    module = check_id.replace("-", "_")
    assert (ROOT / "src" / "evidencecheck" / "check" / f"{module}.py").is_file()
    assert (ROOT / "tests" / "check" / f"test_{module}.py").is_file()
    page = (ROOT / "docs" / "checks" / f"{check_id}.md").read_text(encoding="utf-8")
    for heading in PAGE_HEADINGS:
        assert re.search(rf"^## {heading}$", page, re.MULTILINE), heading
    assert f"checks/{check_id}.md" in (ROOT / "docs" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


def test_every_bundled_picture_has_a_source_and_a_licence() -> None:
    text = (ROOT / "fixtures" / "README.md").read_text(encoding="utf-8")
    cases = ROOT / "fixtures" / "cases"
    for photo in (path for path in cases.rglob("*") if path.is_file()):
        assert photo.parent.name in text, photo
        assert photo.name in text, photo
    manifest = (ROOT / "reference_images" / "manifest.csv").read_text(encoding="utf-8-sig")
    pictures = {path for path in (ROOT / "reference_images").rglob("*") if path.suffix in {".jpg", ".png"}}
    named = {line.partition(",")[0] for line in manifest.splitlines() if "CC0" in line}
    assert named == {path.relative_to(ROOT / "reference_images").as_posix() for path in pictures}
