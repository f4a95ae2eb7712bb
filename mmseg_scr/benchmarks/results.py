"""Outcomes as JSON, written again after each, in one step."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from mmseg_scr.benchmarks.goals import judge
from mmseg_scr.benchmarks.outcomes import Outcome
from mmseg_scr.drafts import write_text


class Results:
    """The outcomes so far, and their file.

    Args:
        path: of the file; its folder is made. None writes nothing.
        machine: where and with what, see :func:`~mmseg_scr.benchmarks.machine.describe_machine`.
    """

    def __init__(self, path: Path | None, machine: Mapping[str, object]) -> None:
        self.path = path
        self.machine = dict(machine)
        self.outcomes: list[Outcome] = []

    def add(self, outcome: Outcome) -> None:
        """Take an outcome and write all; what was there before stays until all is written."""
        self.outcomes.append(outcome)
        if self.path is None:
            return
        write_text(self.path, json.dumps(self.as_dict(), indent=2, default=str) + '\n')

    def as_dict(self) -> dict[str, object]:
        """What the file holds: milliseconds, bytes, ratios, and how the goals stand."""
        return {'machine': self.machine, 'comparisons': [_as_dict(o) for o in self.outcomes]}


def _as_dict(outcome: Outcome) -> dict[str, object]:
    content = asdict(outcome)
    for subject in content['comparison']['subjects']:
        if 'config' in subject:
            subject['config'] = subject['config'].name  # not where it lies on this machine
    goals = outcome.comparison.goals
    content['goals'] = [asdict(goal) | {'outcome': judge(goal, outcome)} for goal in goals]
    return content
