"""Measure the file group: what is found, false alarms on genuine photos, and time. Other programs: `files_beside.py`.

    python benchmarks/files.py FOLDER [--genuine FOLDER ...]

FOLDER holds `manifest.csv` (file, expect, why; expect is ai, editor, quiet or readable); `--genuine` folders, photos
known to be genuine. Prints a table per kind, the false alarms per check, and processor milliseconds a file without OCR
and C2PA.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from evidencecheck.acquire.container import read_blocks
from evidencecheck.check import run_check
from evidencecheck.check.ai_label import CHECK as AI_LABEL
from evidencecheck.check.clocks import CHECK as CLOCKS
from evidencecheck.check.editor_trace import CHECK as EDITOR_TRACE
from evidencecheck.check.encoder import CHECK as ENCODER
from evidencecheck.check.exif import CHECK as EXIF
from evidencecheck.model import Finding, Settings, Strength

CHECKS = (EXIF, AI_LABEL, EDITOR_TRACE, ENCODER, CLOCKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the checks said of one file."""

    path: Path
    expect: str
    findings: tuple[tuple[str, Finding], ...]
    failed: tuple[str, ...]
    seconds: float

    def good(self) -> bool:
        """Tell whether it was answered as the manifest expects."""
        strong = [f for _, f in self.findings if f.ceiling is not Strength.POSSIBLE]
        match self.expect:
            case "ai":
                return any(f.claim in ("ai-generated", "edited") for f in strong)
            case "editor":
                return any(f.claim == "edited" for _, f in self.findings)
            case "quiet":
                return not strong and not any(f.claim == "ai-generated" for _, f in self.findings)
        return not self.failed


def measure(path: Path, expect: str) -> Measured:
    """Read a file's blocks and run the file checks on it; pixels are not decoded."""
    data = path.read_bytes()
    lab: Any = SimpleNamespace(settings=Settings(), order=None)
    started = time.process_time()
    photo = SimpleNamespace(width=0, height=0, name=path.name)
    exhibit: Any = SimpleNamespace(blocks=read_blocks(data), data=data, photo=photo)
    outcomes = [run_check(check, exhibit, lab).outcome for check in CHECKS]
    return Measured(
        path=path,
        expect=expect,
        findings=tuple((outcome.check, finding) for outcome in outcomes for finding in outcome.findings),
        failed=tuple(outcome.reason for outcome in outcomes if outcome.status == "failed"),
        seconds=time.process_time() - started,
    )


def rows(folder: Path) -> Iterator[tuple[Path, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield folder / row["file"], row["expect"]


def show(results: list[Measured]) -> None:
    kinds: dict[str, list[Measured]] = defaultdict(list)
    for result in results:
        kinds[result.expect].append(result)
    for kind, those in sorted(kinds.items()):
        print(f"{kind:10s} {sum(r.good() for r in those)} of {len(those)}")
    for result in results:
        for reason in result.failed:
            print("FAILED", result.path.name, reason)
    times = sorted(result.seconds * 1000 for result in results)
    high = times[len(times) * 95 // 100]
    print(f"time: median {statistics.median(times):.1f} ms, 95 % {high:.1f}, most {times[-1]:.0f}")


def show_alarms(results: list[Measured]) -> None:
    """False alarms per check and score on genuine photos, with the rule-of-three bound where there are none."""
    alarms: Counter[tuple[str, float]] = Counter()
    for result in results:
        alarms.update({(check, finding.score) for check, finding in result.findings})
        for check, finding in result.findings:
            print(f"  {result.path.name}: {check} {finding.score:.2f} {finding.summary.en[:100]}")
    print(f"genuine photos: {len(results)}; none means a rate below {3 / max(1, len(results)):.4f}")
    for (check, score), count in sorted(alarms.items()):
        print(f"  {check} at {score:.2f}: {count}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--genuine", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    results = [measure(path, expect) for path, expect in rows(args.folder)]
    show(results)
    genuine = [result for result in results if result.expect == "quiet"]
    for folder in args.genuine:
        genuine += [measure(path, "quiet") for path in sorted(folder.rglob("*")) if path.is_file()]
    show_alarms(genuine)


if __name__ == "__main__":
    main()
