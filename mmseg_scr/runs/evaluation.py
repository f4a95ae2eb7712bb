"""Changes to a config that an evaluation from the command line asks for."""

from inspect import isclass
from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmengine.registry import Registry
from mmengine.visualization import LocalVisBackend
from mmseg.evaluation import CityscapesMetric, IoUMetric
from mmseg.models import SegTTAModel
from mmseg.registry import METRICS, MODELS, VISBACKENDS

from mmseg_scr.datasets.configured import datasets_of
from mmseg_scr.metrics import PerImageMetric

METRIC_OF_CLASSES = 'mmseg.ClassIoUMetric'


def list_classes(config: Config) -> None:
    """Have the figures of each class in the metrics, where mmseg's ``IoUMetric`` finds them."""
    for evaluator in evaluators_of(config):
        if _class_of(evaluator, METRICS) is IoUMetric:
            evaluator.type = METRIC_OF_CLASSES


def save_image_table(config: Config, folder: Path) -> None:
    """Have the counts of each image written into ``folder``, where a ``PerImageMetric`` is."""
    for evaluator in evaluators_of(config):
        if _class_of(evaluator, METRICS) is PerImageMetric:
            evaluator.output_dir = str(folder)


def save_predictions(config: Config, folder: str) -> None:
    """Write every prediction as a PNG of class indices into ``folder``.

    Raises:
        ValueError: no evaluator of the config writes predictions.
    """
    writing = [each for each in evaluators_of(config) if _writes_predictions(each)]
    if not writing:
        types = [each.type for each in evaluators_of(config)]
        raise ValueError(
            'predictions (--out) are written by an IoUMetric or a CityscapesMetric, but '
            f"test_evaluator has {types}; add dict(type='IoUMetric') to it"
        )
    for evaluator in writing:
        evaluator.update(output_dir=folder, keep_results=True)


def paint_images(config: Config, folder: str) -> None:
    """Write every image with its prediction over it into ``folder``, inside of the work dir."""
    hooks = config.setdefault('default_hooks', ConfigDict())
    hooks.setdefault('visualization', dict(type='SegVisualizationHook'))
    hooks.visualization.update(draw=True, interval=1)
    visualizer = config.setdefault('visualizer', ConfigDict(type='SegLocalVisualizer'))
    backends = visualizer.get('vis_backends') or []
    local = [each for each in backends if _class_of(each, VISBACKENDS) is LocalVisBackend]
    others = [each for each in backends if each not in local]
    local = local or [ConfigDict(type='LocalVisBackend')]
    # An absolute path wins over the folder that the backend would put it into.
    local[0].img_save_dir = str((Path(config.work_dir) / folder).absolute())
    visualizer.vis_backends = [*local, *others]


def average_augmented(config: Config) -> None:
    """Predict at several scales and flips, and take the mean of the probabilities.

    Raises:
        ValueError: the config does not say how, or mmseg would average wrong numbers: its
            ``SegTTAModel`` takes the sigmoid of a single output once more, above one half always.
    """
    missing = [key for key in ('tta_pipeline', 'tta_model') if not config.get(key)]
    if missing:
        raise ValueError(
            f'the config has no {" and no ".join(missing)}, which say how images are augmented '
            "(--tta): add them, such as tta_model=dict(type='SegTTAModel') and the tta_pipeline of "
            'a data set of mmseg'
        )
    if _averages_as_mmseg(config.tta_model) and _has_single_output(config.model):
        raise ValueError(
            "mmseg's SegTTAModel takes the sigmoid of a single output twice, so that every pixel "
            'would be class 1; test without --tta, set tta_model to a class of yours, or train '
            'with out_channels=2'
        )
    for dataset in datasets_of(config.test_dataloader.dataset):
        dataset.pipeline = config.tta_pipeline
    config.model = dict(**config.tta_model, module=config.model)


def _averages_as_mmseg(model: ConfigDict) -> bool:
    merge = getattr(_class_of(model, MODELS), 'merge_preds', None)
    return merge is SegTTAModel.merge_preds


def _has_single_output(model: ConfigDict) -> bool:
    head = model.get('decode_head') or {}
    head = head[-1] if isinstance(head, list) else head  # of a cascade
    head = head.get('head') or head  # of a wrapped one
    return (head.get('out_channels') or head.get('num_classes')) == 1


def _writes_predictions(evaluator: ConfigDict) -> bool:
    kind = _class_of(evaluator, METRICS)
    return isclass(kind) and issubclass(kind, (IoUMetric, CityscapesMetric))


def _class_of(part: ConfigDict, registry: Registry) -> object:
    """What a config names by its name, with or without a scope, by its path, or as itself."""
    return registry.get(part.type) if isinstance(part.type, str) else part.type


def evaluators_of(config: Config) -> list[ConfigDict]:
    """The metrics of a config's test, maybe none."""
    evaluators = config.get('test_evaluator') or []
    if isinstance(evaluators, dict):
        evaluators = evaluators.get('metrics', evaluators)  # of an Evaluator that is written out
    return [evaluators] if isinstance(evaluators, dict) else [*evaluators]
