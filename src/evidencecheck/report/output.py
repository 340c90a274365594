"""Everything a run writes, photo by photo: the record, the JSON lines asked for, the pages, the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evidencecheck.model import CaseReport, Level, PhotoReport
from evidencecheck.report.html import HtmlReport
from evidencecheck.report.journal import Journal
from evidencecheck.report.jsonl import encode
from evidencecheck.report.pictures import ReferencePicture


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How a run ended: the report's index, and how many photos reached each level."""

    index: Path
    levels: Mapping[Level, int]
    cases: int
    calibration: str  # name of the table the verdicts rest on; "" when there was no photo
    without_order: tuple[str, ...] = ()  # cases of which no order export says anything


class Output:
    """Writes a run's results as they come. The journal stays the caller's to close."""

    def __init__(self, journal: Journal, html: HtmlReport, jsonl: BinaryIO | None) -> None:
        self.journal = journal
        self._html = html
        self._jsonl = jsonl
        self._levels: Counter[Level] = Counter()
        self._cases = 0
        self._calibration = ""
        self._without_order: list[str] = []

    def add_photo(self, report: PhotoReport) -> None:
        """Write one photo down before the next is looked at."""
        self.journal.add(report)
        self._levels[report.verdict] += 1
        self._calibration = report.calibration
        if self._jsonl:
            self._jsonl.write(encode(report) + b"\n")
            self._jsonl.flush()

    def add_case(self, case: CaseReport, reference_picture: ReferencePicture) -> None:
        """Write the page of an order whose photos have all been added."""
        self._html.add_case(case, reference_picture)
        self._cases += 1
        if case.order is None:
            self._without_order.append(case.case)

    def list_case(self, case: CaseReport) -> None:
        """Put an order into the index whose page and lines an earlier run has written."""
        self._html.list_case(case)

    def publish(self) -> Summary:
        """Write the index over everything so far, and make the record safe; more may follow."""
        self.journal.sync()
        return Summary(
            index=self._html.finish(),
            levels=dict(self._levels),
            cases=self._cases,
            calibration=self._calibration,
            without_order=tuple(self._without_order),
        )

    def finish(self) -> Summary:
        """Write the index, and leave in the record exactly this run's photos."""
        summary = self.publish()
        self.journal.finish()
        return summary
