"""What the runs of a table were made with, in words."""

from collections.abc import Iterable, Sequence

from mmseg_scr.runs.records import RunRecord


def describe_sources(records: Sequence[RunRecord]) -> str:
    """Runs, iterations, seeds, devices and versions of some records."""
    seeds = _listed(sorted({record.seed for record in records}))
    iterations = _listed(sorted({record.iterations for record in records}))
    devices = (
        f'{record.device} ({record.hardware})' if record.hardware else record.device
        for record in records
    )
    versions = (f'{name} {v}' for record in records for name, v in record.versions.items())
    return (
        f'Runs: {len(records)}, of {iterations} iterations each, seeds {seeds}, on '
        f'{_listed(devices)}; {_listed(versions)}.'
    )


def _listed(values: Iterable[object]) -> str:
    return ', '.join(dict.fromkeys(map(str, values)))
