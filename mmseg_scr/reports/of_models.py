"""What was compared: models, data, and in which settings they differ."""

from collections.abc import Sequence

from mmengine.config import Config

from mmseg_scr.datasets.configured import type_name
from mmseg_scr.reports.cache import data_digest
from mmseg_scr.reports.config_differences import config_differences
from mmseg_scr.reports.document import NOTHING, Absent, Section, Table, Text, clean, word
from mmseg_scr.reports.subjects import Subject

LINES = 100  # of differences that are shown


def compared(subjects: Sequence[Subject]) -> Section:
    """The models, the images, the settings."""
    blocks = [_models(subjects), Text(_data(subjects))]
    blocks += [
        Text(f'{s.title}: without a checkpoint, and so left out: seeds {_listed(s.named.without)}.')
        for s in subjects
        if s.named.without
    ]
    return Section('compared', 'What was compared', [*blocks, *_settings(subjects)])


def _models(subjects: Sequence[Subject]) -> Table:
    columns = ['model', 'config', 'checkpoints', 'seeds', 'head', 'crop of training', 'test']
    rows = []
    for subject in subjects:
        config, runs = subject.model.config, subject.named.runs
        first = runs[0].config
        seeds = [seed for seed in subject.seeds if seed is not None]
        files = dict.fromkeys(str(run.checkpoint).rpartition('/')[2] for run in runs)
        cells = [
            subject.title,
            first.name if first else 'of the checkpoint',
            _listed(files),
            _listed(seeds) if seeds else _own_seed(config),
            _kind(config.model),
            _crop(config),
            (config.model.get('test_cfg') or {}).get('mode', 'whole'),
        ]
        rows.append([word(cell) for cell in cells])
    return Table('The models, the baseline first.', columns, rows, texts=frozenset(range(7)))


def _data(subjects: Sequence[Subject]) -> str:
    model, names = subjects[0].model, subjects[0].passes[0].names
    size = len(model.test_set())
    which = f'all {size}' if len(names) == size else f'the first {len(names)} of {size}'
    return clean(
        f'Data: {which} images of the test set, {type(model.dataset).__name__}, '
        f'{len(model.classes)} classes; pixels of label {model.ignore_index} do not count. Digest '
        f'of images and labels: {data_digest(model.dataset, len(names))}.'
    )


def _settings(subjects: Sequence[Subject]) -> list[Table | Absent]:
    found = config_differences([subject.model.config for subject in subjects])
    if not found:
        return [Absent('The configs do not differ, places, names and seeds aside.')]
    left = len(found) - LINES
    rest = f' {left} more are left out.' if left > 0 else ''
    caption = f'Settings in which the configs differ; places, names and seeds are left out.{rest}'
    rows = [[word(path), *map(word, values)] for path, values in found[:LINES]]
    titles = [subject.title for subject in subjects]
    texts = frozenset(range(len(titles) + 1))
    return [Table(caption, ['setting', *titles], rows, texts=texts)]


def _kind(model: Config) -> str:
    heads = model.get('decode_head') or {}
    heads = heads if isinstance(heads, list) else [heads]
    return _listed(type_name(head) if head.get('type') else NOTHING for head in heads)


def _crop(config: Config) -> str:
    processor = config.model.get('data_preprocessor') or config.get('data_preprocessor') or {}
    size = config.get('crop_size') or processor.get('size')
    return 'x'.join(map(str, size)) if isinstance(size, list | tuple) else str(size or NOTHING)


def _own_seed(config: Config) -> str:
    seed = (config.get('randomness') or {}).get('seed')
    return 'not told' if seed is None else str(seed)


def _listed(values) -> str:
    return ', '.join(map(str, values))
