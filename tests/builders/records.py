"""Records of runs that nobody made."""

from dataclasses import replace

from mmseg_scr.runs.records import RunRecord

RECORD = RunRecord(
    title='base',
    seed=1,
    digest='base',
    iterations=10,
    parameters=1_500_000,
    macs=2.5,
    metrics={'mIoU': 50.0},
    curves={},
    seconds_per_iteration=0.25,
    device='cpu',
    versions={},
)


def runs(title, values, **changes):
    """A record a value of mIoU, from the seeds 1, 2 and so on."""
    return [
        replace(RECORD, title=title, seed=seed, digest=title, metrics={'mIoU': value}, **changes)
        for seed, value in enumerate(values, start=1)
    ]


STUDY = [*runs('base', [50.0, 52.0, 51.0]), *runs('_better', [51.2, 52.4, 51.9])]
