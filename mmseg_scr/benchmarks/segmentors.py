"""Segmentors of configs, built without trained weights and made ready to run."""

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.benchmarks.comparisons import OF_A_RUN, Comparison, Subject
from mmseg_scr.benchmarks.contestant import Contestant
from mmseg_scr.benchmarks.forms import change_form
from mmseg_scr.speed.clocks import Run
from mmseg_scr.speed.noise import random_samples

SEED = 0
DTYPES = {'bf16': torch.bfloat16, 'fp16': torch.float16}
LAYOUTS = {'contiguous': torch.contiguous_format, 'channels_last': torch.channels_last}


def make_contestant(subject: Subject, comparison: Comparison, device: str) -> Contestant:
    """Build the model and a random batch, and put them into the subject's form.

    Raises:
        ValueError: a form other than eager is to be trained.
        Exception: whatever building or compiling raises.
    """
    if comparison.training and subject.form != 'eager':
        raise ValueError(f'only eager models are trained here, got the form {subject.form!r}')
    layout = LAYOUTS[subject.memory_format]
    torch.manual_seed(SEED)
    model = build_segmentor(subject).to(device, memory_format=layout)
    images = torch.randn(comparison.batch, 3, *comparison.size, device=device)
    images = images.contiguous(memory_format=layout)
    if comparison.training:
        return _training(model, images, subject.precision)
    return _inference(model, images, subject, runs=OF_A_RUN.intersection(comparison.quantities))


def build_segmentor(subject: Subject) -> nn.Module:
    """The model of a config with random weights; nothing is downloaded."""
    config = Config.fromfile(subject.config)
    config.merge_from_dict(dict(subject.overrides))
    settings = config.model
    settings.pop('pretrained', None)
    settings.backbone.pop('init_cfg', None)
    settings.backbone.pop('pretrained', None)
    settings.test_cfg = dict(mode='whole')  # of windows, a model would be optimised for their size
    init_default_scope('mmseg')
    return revert_sync_batchnorm(MODELS.build(settings))


def random_features(model: nn.Module, images: Tensor) -> list[Tensor]:
    """Random maps of the shapes that an eager decoder gets; the backbone does not run on data."""
    shapes = copy.deepcopy(model).to('meta').extract_feat(images.to('meta'))
    return [torch.empty_like(x, device=images.device).normal_() for x in shapes]


def _inference(model: nn.Module, images: Tensor, subject: Subject, *, runs: bool) -> Contestant:
    model.eval()
    features = None if runs else random_features(model, images)  # not every form can be copied
    form = change_form(subject.form, model, images, subject.precision)
    precision = subject.precision if form.autocast else 'fp32'
    if form.model is None:
        return Contestant(_predicting(form.run, images, precision), note=form.note)
    run = _predicting(lambda: form.model(images, mode='tensor'), images, precision)
    head = form.model.decode_head
    decoder = None
    if not isinstance(head, nn.ModuleList):  # a cascade hands logits from head to head
        extract = _predicting(lambda: form.model.extract_feat(images), images, precision)
        features = extract() if runs else features
        decoder = _predicting(lambda: head.forward(features), images, precision)
    eager = form.model if subject.form == 'eager' else None
    return Contestant(run, decoder, eager=eager, own=form.model, note=form.note)


def _predicting(forward: Run, images: Tensor, precision: str) -> Run:
    @torch.no_grad()
    def run() -> object:
        with _autocast(images, precision):
            return forward()

    return run


def _training(model: nn.Module, images: Tensor, precision: str) -> Contestant:
    model.train()
    samples = random_samples(images, model.num_classes)

    def loss() -> Tensor:
        with _autocast(images, precision):
            terms = model(images, samples, mode='loss')
        total, _ = model.parse_losses(terms)
        return total

    return Contestant(_step(model, loss), loss=loss, own=model)


def _step(model: nn.Module, loss: Callable[[], Tensor]) -> Run:
    def run() -> None:
        loss().backward()
        model.zero_grad()

    return run


def _autocast(images: Tensor, precision: str) -> AbstractContextManager:
    if precision == 'fp32':
        return nullcontext()
    return torch.autocast(images.device.type, dtype=DTYPES[precision])
