"""From the checkpoint of a training to a pair of files that can be shipped, checked on the way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from mmengine.config import Config
from torch import Tensor, nn

from mmseg_scr.datasets.configured import dataset_types
from mmseg_scr.hooks.checkpoint_report import (
    bare_weights,
    compare_state_dicts,
    describe,
    training_only_names,
)
from mmseg_scr.prediction.model import build_network
from mmseg_scr.probes.last_head import classes_of, threshold_of
from mmseg_scr.runs.sample import ignored_label, predict, read_sample, score
from mmseg_scr.runs.versions import package_versions
from mmseg_scr.version import __version__
from mmseg_scr.weights import ModelCard, build_model
from mmseg_scr.weights.card import digest, write_card
from mmseg_scr.weights.config_text import read_config_text
from mmseg_scr.weights.packing import pack

NAME = re.compile(r'\w[\w.-]*')
OWN_PATH = re.compile(
    r"""['"]((?:\{\{\s*\$\w+\s*:\s*)?(?:file://)?(?:/\w|~/|[A-Za-z]:[\\/])[^'"]*)['"]"""
)
PROBE = (2, 3, 128, 256)  # shape of the random images on which both models are compared
LEAST_AGREEMENT = 0.95  # of their classes; rounding alone stays above
MEGABYTE = 10**6


@dataclass(frozen=True)
class About:
    """What no file tells about a model; see :class:`~mmseg_scr.weights.ModelCard`."""

    title: str
    config: str
    command: str
    license: str
    metrics: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Publication:
    """The files of a published model, and how near it is to the one that was trained.

    ``difference`` is the largest of logits on random images, ``spread`` the standard deviation of
    the logits there, ``agreement`` the share of pixels with the same class.
    """

    card: ModelCard
    weights: Path
    difference: float
    spread: float
    agreement: float


def publish(
    checkpoint: Path | str,
    config: Path | str,
    out_dir: Path | str,
    name: str,
    about: About,
    *,
    limit: float,
    sample: int = 0,
) -> Publication:
    """Write ``NAME.pth`` and ``NAME.json``; nothing is left where something is refused.

    Args:
        checkpoint: of mmengine, the best or the last one; read as data.
        config: of its training; environment variables in it stay variables.
        out_dir: gets both files, in place of older ones of that name.
        name: by which the model will be loaded.
        about: what goes into the JSON as it is.
        limit: largest size of the weights' file, in megabytes (1e6 bytes).
        sample: so many first images of the config's test set are scored with what was written; 0
            leaves it out. A score that they do not have, as without any boundary, is left out.

    Raises:
        ValueError: the name is none for a file, checkpoint and config do not belong together, the
            config names paths of this machine, the file is too large, or what was written does not
            predict what the checkpoint does.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f'name {name!r} must be letters, digits and . _ - alone')
    source = torch.load(checkpoint, map_location='cpu', weights_only=True)
    portable = Config.fromfile(config, use_environment_variables=False)
    _check_text(portable.pretty_text, source.get('meta', {}))
    source['state_dict'] = bare_weights(source['state_dict'])
    trained = _trained_model(config, source)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out_dir) as draft_dir:
        draft = Path(draft_dir)
        weights = _write_weights(draft / f'{name}.pth', source, portable.pretty_text, trained)
        _check_size(weights, limit)
        card = _card(name, about, weights, portable, source['meta'])
        done = _check_draft(card, draft, trained, sample)
        for file in sorted(draft.iterdir()):
            file.replace(out_dir / file.name)
    return replace(done, weights=out_dir / weights.name)


def _check_text(text: str, meta: Mapping) -> None:
    """Refuse a config that is not the training's, or that holds paths of this machine."""
    own = sorted(set(OWN_PATH.findall(text)))
    if own:
        raise ValueError(
            f'the config names paths of this machine: {", ".join(own)}; give the config that the '
            'training was started from, with roots that are relative or {{$VARIABLE:default}}'
        )
    if 'cfg' not in meta or 'dataset_meta' not in meta:
        raise ValueError('the checkpoint has no meta of mmengine: cfg and dataset_meta are needed')
    models = [_plain(read_config_text(part)['model']) for part in (text, meta['cfg'])]
    if models[0] != models[1]:
        keys = [k for k in {**models[0], **models[1]} if models[0].get(k) != models[1].get(k)]
        raise ValueError(
            f'the checkpoint was trained with another model than that of the config: {keys} differ '
            f'({[models[1].get(k) for k in keys]} trained, {[models[0].get(k) for k in keys]} '
            'given); write its overrides into a config'
        )


def _plain(value: object) -> object:
    """Lists for tuples, so that a config equals what became of it in a file."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _trained_model(config: Path | str, source: Mapping) -> nn.Module:
    model = build_network(config)
    only_training = training_only_names(model)
    comparison = compare_state_dicts(model.state_dict(), source['state_dict'], only_training)
    if not comparison.fills_model or comparison.unexpected:
        raise ValueError(f'the checkpoint is not one of the config: {describe(comparison)}')
    model.load_state_dict(source['state_dict'], strict=False)
    return model.eval()


def _write_weights(file: Path, source: Mapping, text: str, model: nn.Module) -> Path:
    left_out = training_only_names(model)
    dataset = source['meta']['dataset_meta']
    meta = dict(
        cfg=text,
        dataset_meta=dict(
            classes=tuple(map(str, dataset['classes'])),
            palette=[[int(part) for part in color] for color in dataset['palette']],
        ),
        left_out=left_out,
        mmseg_scr_version=__version__,
    )
    torch.save(dict(meta=meta, state_dict=pack(source['state_dict'], left_out=left_out)), file)
    return file


def _check_size(file: Path, limit: float) -> None:
    size = file.stat().st_size / MEGABYTE
    if size > limit:
        raise ValueError(f'the file would have {size:.2f} MB, more than the limit of {limit:g} MB')


def _card(name: str, about: About, weights: Path, config: Config, meta: Mapping) -> ModelCard:
    return ModelCard(
        name=name,
        title=about.title,
        config=about.config,
        dataset=', '.join(dataset_types(config.train_dataloader.dataset)),
        command=about.command,
        license=about.license,
        metrics=about.metrics,
        sha256=digest(weights),
        bytes=weights.stat().st_size,
        iterations=meta.get('iter'),
        seed=meta.get('seed'),
        versions=package_versions(),
    )


def _check_draft(card: ModelCard, draft: Path, trained: nn.Module, sample: int) -> Publication:
    """Load what was written, compare it, score it, and write its card."""
    write_card(card, draft)
    published = build_model(card.name, folder=draft)
    closeness = _compare(trained, published)
    if sample:
        card = replace(card, sample=_scores(published, sample))
        write_card(card, draft)
    return Publication(card, draft / f'{card.name}.pth', *closeness)


@torch.no_grad()
def _compare(trained: nn.Module, published: nn.Module) -> tuple[float, float, float]:
    """Largest difference of logits, their standard deviation, share of equal classes."""
    images = torch.randn(PROBE, generator=torch.Generator().manual_seed(0))
    ours, theirs = (_logits(model, images) for model in (published, trained))
    threshold = threshold_of(trained)
    same = classes_of(ours, threshold) == classes_of(theirs, threshold)
    agreement = same.float().mean().item()
    difference, spread = (ours - theirs).abs().max().item(), theirs.std().item()
    if not agreement >= LEAST_AGREEMENT:
        raise ValueError(
            f'what was written predicts the class of the checkpoint at {100 * agreement:.1f} % of '
            f'the pixels alone (logits differ by up to {difference:.3g}); half precision is not '
            'enough for these weights'
        )
    return difference, spread, agreement


def _logits(model: nn.Module, images: Tensor) -> Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # SegNeXt's head draws its bases in evaluation too
        return model(images, mode='tensor')


def _scores(model: nn.Module, images: int) -> dict:
    ignored = ignored_label(model.cfg)
    sample = read_sample(model.cfg.test_dataloader.dataset, images, ignore_index=ignored)
    maps = predict(model, sample, progress=lambda *_: None, title='sample')
    scores = {name: value for name, value in score(sample, maps).items() if not isnan(value)}
    return dict(images=len(sample.inputs), metrics=scores)
