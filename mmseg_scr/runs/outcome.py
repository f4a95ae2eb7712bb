"""What a finished training says of itself: its record."""

from collections.abc import Mapping

from mmengine.config import Config
from mmengine.runner import Runner

from mmseg_scr.costs import count_costs
from mmseg_scr.metrics import ImageTable
from mmseg_scr.runs.hardware import hardware_model
from mmseg_scr.runs.image_counts import pack_counts
from mmseg_scr.runs.job import Job
from mmseg_scr.runs.origin import KEY, pack_config
from mmseg_scr.runs.records import RunRecord
from mmseg_scr.runs.scalars import read_scalars
from mmseg_scr.runs.versions import package_versions, source_commit

NOT_KEPT = ('time', 'data_time', 'memory', 'iter', 'epoch', 'base_lr')  # of the logged scalars
DIGITS = 6  # that are kept of a logged value


def record_of(
    job: Job, runner: Runner, metrics: Mapping[str, float], *, device: str, minutes: float
) -> RunRecord:
    """The record of a job whose runner has trained and tested.

    Args:
        job: in whose folder the config and the logs lie, and the table of images where the test has
            one.
        runner: still with its model.
        metrics: of the test.
        device: kind of the device.
        minutes: of all processes that worked on the job.
    """
    scalars = read_scalars(job.folder)
    times = sorted(scalars['time'][1])
    cost = count_costs(runner.model, _shape(runner)).total
    images = job.folder / 'per_image.json'
    config = Config.fromfile(job.config_file)
    return RunRecord(
        title=job.title,
        seed=job.seed,
        digest=job.digest,
        iterations=job.iterations,
        parameters=cost.parameters,
        macs=round(cost.paper / 1e9, 4),
        metrics=dict(metrics),
        curves={
            name: [list(steps), [float(f'{value:.{DIGITS}g}') for value in values]]
            for name, (steps, values) in scalars.items()
            if name not in NOT_KEPT
        },
        seconds_per_iteration=times[len(times) // 2],
        device=device,
        versions=package_versions(),
        commit=source_commit(),
        hardware=hardware_model(device),
        minutes=round(minutes, 2),
        image_counts=pack_counts(ImageTable.read_json(images)) if images.is_file() else None,
        origin=config.to_dict().get(KEY),
        config=pack_config(config),
    )


def _shape(runner: Runner) -> tuple[int, int]:
    """Of an image of the test; without a test, of a training crop."""
    has_test = runner._test_dataloader is not None
    loader = runner.test_dataloader if has_test else runner.train_dataloader
    return tuple(loader.dataset[0]['inputs'].shape[-2:])
