"""One training of a queue: a folder that says what to train, and how far it is."""

import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from mmengine.logging import print_log

from mmseg_scr.drafts import Drafts, write_text
from mmseg_scr.runs.records import NewerRecordError, RunRecord, config_digest, read_records
from mmseg_scr.runs.repeatable import repeatable

NAME = re.compile(r'[\w.+-]+')
PROGRESS = 'progress.txt'
SEEDS = range(2**32)  # that numpy takes
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


@dataclass(frozen=True)
class Job:
    """A training to be done in ``folder``, which holds its ``config.py`` of that ``digest``."""

    title: str
    seed: int
    iterations: int
    digest: str
    folder: Path

    @property
    def key(self) -> tuple[str, int, str]:
        """That of its record."""
        return self.title, self.seed, self.digest

    @property
    def config_file(self) -> Path:
        """What to train, whole."""
        return self.folder / 'config.py'

    @property
    def record_file(self) -> Path:
        """There as soon as the run is finished."""
        return self.folder / 'record.json'

    @property
    def log_file(self) -> Path:
        """What the process printed, its errors above all."""
        return self.folder / 'output.log'

    @property
    def iterations_done(self) -> int:
        """As far as the process has reported."""
        return int(self._progress[0])

    @property
    def seconds_spent(self) -> float:
        """By all processes that have worked on it."""
        return self._progress[1]

    def report(self, iterations: int, seconds: float) -> None:
        """Write both down."""
        write_text(self.folder / PROGRESS, f'{iterations} {seconds:.1f}')

    def read_record(self) -> RunRecord | None:
        """Its record; None if the run is not finished.

        A file that does not have it, as a lost machine may leave one, is set aside: the run goes on
        from its last checkpoint.

        Raises:
            NewerRecordError: the file is of a later version of the package.
        """
        if not self.record_file.is_file():
            return None
        try:
            found = read_records(self.record_file)
        except NewerRecordError:
            raise
        except ValueError:
            found = []
        record = next((record for record in found if record.key == self.key), None)
        if record is None:
            self._set_aside()
        return record

    def _set_aside(self) -> None:
        aside = self.record_file.with_suffix('.damaged')
        with suppress(FileNotFoundError):  # another process did so just then
            self.record_file.replace(aside)
        text = f'{self.record_file} is not the record of this run and is kept as {aside.name}; the'
        print_log(f'{text} run goes on from its last checkpoint', 'current', logging.WARNING)

    @property
    def _progress(self) -> tuple[float, float]:
        file = self.folder / PROGRESS
        words = file.read_text().split() if file.is_file() else []
        return tuple(map(float, words)) if len(words) == 2 else (0, 0.0)


def prepare_job(title: str, config: Config, seed: int, out_dir: Path, *, workers: int = 0) -> Job:
    """Write the config of a repeatable training into its folder below ``out_dir``.

    Args:
        title: of the method; with the seed it names the folder.
        config: changed as :func:`mmseg_scr.runs.repeatable.repeatable` says.
        seed: of everything that is drawn.
        out_dir: of the queue.
        workers: as of :func:`mmseg_scr.runs.repeatable.repeatable`.

    Raises:
        ValueError: a title that is no name of a folder, a seed that none draws from, a config that
            does not count iterations, or a folder that holds another experiment.
    """
    if not NAME.fullmatch(title):
        raise ValueError(f'title {title!r} must be letters, digits and . _ + - alone')
    if seed not in SEEDS:
        raise ValueError(f'the seed of {title!r} must be {SEEDS[0]} to {SEEDS[-1]}, got {seed}')
    folder = out_dir / title / f'seed-{seed}'
    config = repeatable(config, f'{title}-{seed}', seed, folder, workers=workers)
    job = Job(title, seed, config.train_cfg.max_iters, config_digest(config), folder)
    file = job.config_file
    if file.is_file():
        if config_digest(Config.fromfile(file)) != job.digest:
            raise ValueError(
                f'{folder} holds another experiment of this title and seed; give another output '
                'folder, or remove this one'
            )
        return job
    drafts = Drafts()
    config.dump(drafts.open(file))
    drafts.commit()
    return job
