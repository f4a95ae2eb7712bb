"""What is kept of a finished training: a line of JSON, a few kB, in a file that only grows."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import MISSING, asdict, dataclass, fields, replace
from math import isfinite, nan
from pathlib import Path

from mmengine.config import Config

from mmseg_scr.drafts import Drafts, locked, reach_the_disk
from mmseg_scr.version import __version__

# Keys that say where a run and its data lie, how it was started and what it draws.
NOT_OF_THE_EXPERIMENT = (
    *('work_dir', 'data_root', 'load_from', 'resume', 'launcher'),
    *('experiment_name', 'visualizer', 'randomness', 'run_origin'),
)


class NewerRecordError(ValueError):
    """A record of a later version of the package."""


@dataclass(frozen=True)
class RunRecord:
    """One training of one config from one seed, and what its test said.

    ``digest`` identifies the config without its seed, wherever it lies. ``curves`` are the logged
    scalars, name -> (iterations, values); ``metrics`` are those of the test after the last
    iteration, numbers and, by class, mappings of numbers. A metric without a value is None, as one
    that is not finite becomes in a file; in a curve it is nan. ``macs`` are 1e9 multiply-adds for
    one test image by the paper's count. ``device`` is its kind: runs are compared in pairs only on
    one kind. What lines of earlier versions lack is None: ``hardware`` is the model of the device,
    ``minutes`` are those of all processes that worked on the run, its test included, and
    ``image_counts`` are of :func:`mmseg_scr.runs.image_counts.pack_counts`, where the test has a
    ``PerImageMetric``; ``origin`` is what :func:`mmseg_scr.runs.origin.set_origin` knows of the
    config, and ``config`` the whole of it, by :func:`mmseg_scr.runs.origin.pack_config`;
    ``commit`` is of :func:`mmseg_scr.runs.versions.source_commit`.
    """

    title: str
    seed: int
    digest: str
    iterations: int
    parameters: int
    macs: float
    metrics: dict[str, float | dict[str, float | None] | None]
    curves: dict[str, list[list[float]]]
    seconds_per_iteration: float
    device: str
    versions: dict[str, str]
    hardware: str | None = None
    minutes: float | None = None
    image_counts: dict[str, int | str] | None = None
    origin: dict[str, object] | None = None
    config: str | None = None
    commit: str | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        """What makes two records the same run."""
        return self.title, self.seed, self.digest


def config_digest(config: Config) -> str:
    """Sixteen hexadecimal digits that tell two experiments apart, on any machine."""
    experiment = _of_the_experiment(config.to_dict())
    if start := config.get('load_from'):
        experiment['load_from'] = Path(start).name  # wherever it lies
    text = json.dumps(experiment, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_record(path: Path, record: RunRecord) -> None:
    """Write one record as a file of its own, whole or not at all, also if the machine is lost."""
    line = _line(record)
    drafts = Drafts()
    with drafts.open(path).open('w') as file:
        file.write(line)
        reach_the_disk(file)
    drafts.commit()


def add_records(path: Path, records: Iterable[RunRecord]) -> None:
    """Append those records that the file does not have; several processes may do so at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path), path.open('a+', newline='') as file:  # as its bytes are, which are counted
        file.seek(0)
        text = file.read()
        whole = _without_cut_line(text)
        known = {record.key for record in _parse(whole, str(path))}
        if len(whole) < len(text):
            file.truncate(len(whole.encode()))
        if whole and not whole.endswith('\n'):
            file.write('\n')
        file.writelines(_line(record) for record in records if record.key not in known)
        reach_the_disk(file)


def read_records(path: Path) -> list[RunRecord]:
    """All records of a file, in its order; none if there is no such file.

    A last line that was cut off, as by a lost machine, is left out.

    Raises:
        ValueError: another line is no record, or one of a newer version; its number is named.
    """
    return _parse(_without_cut_line(path.read_text()), str(path)) if path.is_file() else []


def _of_the_experiment(value: object) -> object:
    if isinstance(value, dict):
        items = ((k, v) for k, v in value.items() if k not in NOT_OF_THE_EXPERIMENT)
        return {str(k): _of_the_experiment(v) for k, v in items}
    if isinstance(value, list | tuple):
        return [_of_the_experiment(v) for v in value]
    return value


def _require_known(content: dict, where: str) -> None:
    unknown = sorted(content.keys() - {field.name for field in fields(RunRecord)})
    needed = {field.name for field in fields(RunRecord) if field.default is MISSING}
    if unknown and needed <= content.keys():
        raise NewerRecordError(
            f'{where} has {", ".join(unknown)}, which mmseg_scr {__version__} does not know: it was'
            ' written by a newer version; update the package'
        )


def _line(record: RunRecord) -> str:
    text = json.dumps(_finite(asdict(record)), default=_number, allow_nan=False)
    return text + '\n'


def _finite(value: object) -> object:
    """With None for numbers that JSON does not know, nan and the infinite ones."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _number(value: object) -> float | None:
    return _finite(float(value))  # numpy's


def _with_gaps(curve: list[list[float | None]]) -> list[list[float]]:
    steps, values = curve
    return [steps, [nan if value is None else value for value in values]]


def _without_cut_line(text: str) -> str:
    """The text up to a last line that was cut off: one that has no end and is no JSON."""
    last = text[text.rfind('\n') + 1 :]
    try:
        json.loads(last or '0')
    except ValueError:
        return text.removesuffix(last)
    return text


def _parse(text: str, name: str) -> list[RunRecord]:
    records = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            content = json.loads(line)
            _require_known(content, f'line {number} of {name}')
            record = RunRecord(**content)
            curves = {name: _with_gaps(curve) for name, curve in record.curves.items()}
            records.append(replace(record, curves=curves))
        except NewerRecordError:
            raise
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(
                f'line {number} of {name} is no record of a run: {error}; remove the line, the run '
                'can be repeated'
            ) from error
    return records
