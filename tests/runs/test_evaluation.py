from pathlib import Path

import pytest
import torch
from builders.segmentors import plain_segmentor
from mmengine.config import Config
from mmengine.structures import PixelData
from mmengine.visualization import LocalVisBackend
from mmseg.evaluation import IoUMetric
from mmseg.models import SegTTAModel
from mmseg.structures import SegDataSample

from mmseg_scr.metrics import ClassIoUMetric
from mmseg_scr.runs.evaluation import (
    average_augmented,
    evaluators_of,
    list_classes,
    paint_images,
    save_predictions,
)

SINGLE = dict(type='FCNHead', num_classes=2, out_channels=1)


def test_only_the_metric_of_mmseg_is_replaced_and_keeps_its_options():
    evaluators = [dict(type='IoUMetric', ignore_index=7), dict(type='CityscapesMetric')]
    config = Config(dict(test_evaluator=evaluators))
    list_classes(config)
    save_predictions(config, 'here')
    first, second = config.test_evaluator
    assert (first.type, first.ignore_index) == ('mmseg.ClassIoUMetric', 7)
    assert second.type == 'CityscapesMetric'
    assert first.output_dir == second.output_dir == 'here'
    single = Config(dict(test_evaluator=dict(type='mmseg.IoUMetric')))
    list_classes(single)
    assert single.test_evaluator.type == 'mmseg.ClassIoUMetric'


@pytest.mark.parametrize('metrics', [dict(type='IoUMetric'), [dict(type='IoUMetric')]])
def test_metrics_of_an_evaluator_that_is_written_out_are_found(metrics):
    config = Config(dict(test_evaluator=dict(metrics=metrics)))
    list_classes(config)
    save_predictions(config, 'here')
    (metric,) = evaluators_of(config)
    assert (metric.type, metric.output_dir) == ('mmseg.ClassIoUMetric', 'here')


@pytest.mark.parametrize(
    ('metric', 'average', 'backend'),
    [
        (IoUMetric, SegTTAModel, LocalVisBackend),
        tuple(f'{c.__module__}.{c.__name__}' for c in (IoUMetric, SegTTAModel, LocalVisBackend)),
    ],
    ids=['classes', 'paths'],
)
def test_what_a_config_names_by_class_or_path_is_known(metric, average, backend, tmp_path):
    config = Config(
        dict(
            work_dir=str(tmp_path),
            test_evaluator=dict(type=metric),
            visualizer=dict(vis_backends=[dict(type=backend)]),
            model=dict(decode_head=SINGLE),
            tta_pipeline=[dict(type='TestTimeAug')],
            tta_model=dict(type=average),
        )
    )
    list_classes(config)
    assert config.test_evaluator.type == 'mmseg.ClassIoUMetric'
    paint_images(config, 'shown')
    (local,) = config.visualizer.vis_backends
    assert local.img_save_dir == str(tmp_path / 'shown')
    with pytest.raises(ValueError, match='sigmoid of a single output twice'):
        average_augmented(config)


def test_pictures_go_into_the_work_dir_and_other_backends_stay(tmp_path):
    backends = [dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')]
    config = Config(dict(work_dir='work', default_hooks={}, visualizer=dict(vis_backends=backends)))
    paint_images(config, 'shown')
    local, other = config.visualizer.vis_backends
    assert local.img_save_dir == str(Path('work/shown').absolute())
    assert 'img_save_dir' not in other
    assert config.default_hooks.visualization.draw is True


def test_a_config_without_a_folder_for_pictures_gets_one(tmp_path):
    config = Config(dict(work_dir='work', default_hooks={}, visualizer={}))
    paint_images(config, str(tmp_path))
    (backend,) = config.visualizer.vis_backends
    assert (backend.type, backend.img_save_dir) == ('LocalVisBackend', str(tmp_path))


def test_predictions_that_nobody_would_write_are_refused():
    config = Config(dict(test_evaluator=dict(type='PerImageMetric')))
    with pytest.raises(ValueError, match=r"\(--out\) are written by .* has \['PerImageMetric'\]"):
        save_predictions(config, 'out')
    with pytest.raises(ValueError, match=r'has \[\]'):
        save_predictions(Config(dict(test_evaluator=None)), 'out')


@pytest.mark.parametrize('kind', ['IoUMetric', 'mmseg.ClassIoUMetric', ClassIoUMetric])
def test_predictions_are_written_by_any_iou_metric(kind):
    config = Config(dict(test_evaluator=[dict(type='PerImageMetric'), dict(type=kind)]))
    save_predictions(config, 'out')
    assert 'keep_results' not in config.test_evaluator[0]
    assert config.test_evaluator[1].output_dir == 'out'


def test_augmentation_that_a_config_does_not_describe_is_refused():
    with pytest.raises(ValueError, match='no tta_pipeline, which say'):
        average_augmented(Config(dict(tta_model=dict(type='SegTTAModel'))))
    with pytest.raises(ValueError, match='no tta_pipeline and no tta_model'):
        average_augmented(Config({}))


@pytest.mark.parametrize(
    'head',
    [
        SINGLE,
        [dict(type='FCNHead'), SINGLE],
        dict(type='ContextAwareHead', head=SINGLE),
        dict(type='FCNHead', num_classes=1),
    ],
)
def test_augmentation_that_mmseg_averages_wrongly_is_refused(head):
    settings = dict(
        model=dict(decode_head=head),
        test_dataloader=dict(dataset=dict(pipeline=[])),
        tta_pipeline=[dict(type='TestTimeAug')],
    )
    for kind in ('SegTTAModel', type('Named', (SegTTAModel,), {})):
        with pytest.raises(ValueError, match='sigmoid of a single output twice'):
            average_augmented(Config(settings | dict(tta_model=dict(type=kind))))
    merging = type('Merging', (SegTTAModel,), dict(merge_preds=lambda self, preds: preds))
    average_augmented(Config(settings | dict(tta_model=dict(type=merging))))
    own = Config(settings | dict(tta_model=dict(type='MyTTAModel')))
    average_augmented(own)
    assert own.model.type == 'MyTTAModel'


def test_augmentation_reaches_every_test_set_that_is_joined():
    dataset = dict(type='BaseSegDataset', pipeline=[])
    joined = dict(type='ConcatDataset', datasets=[dataset, dict(type='Wrap', dataset=dataset)])
    pipeline = [dict(type='TestTimeAug')]
    config = Config(
        dict(
            model={},
            test_dataloader=dict(dataset=joined),
            tta_pipeline=pipeline,
            tta_model=dict(type='SegTTAModel'),
        )
    )
    average_augmented(config)
    found = config.test_dataloader.dataset
    assert 'pipeline' not in found
    assert found.datasets[0].pipeline == found.datasets[1].dataset.pipeline == pipeline


def test_mmseg_still_averages_a_single_output_wrongly():
    """When this fails, mmseg is mended, and the refusal can go."""
    model = plain_segmentor()
    model.out_channels, model.decode_head.threshold = 1, 0.3
    nowhere = PixelData(data=torch.zeros(1, 2, 2))  # the probability of class 1
    sample = SegDataSample(seg_logits=nowhere, metainfo=dict(img_path=''))
    (merged,) = SegTTAModel(module=model).merge_preds([[sample]])
    assert merged.pred_sem_seg.data.all()


def test_images_are_painted_without_a_runtime_in_the_config(tmp_path):
    config = Config(dict(work_dir=str(tmp_path)))
    paint_images(config, 'show')
    assert config.default_hooks.visualization.draw
    assert config.visualizer.vis_backends[0].img_save_dir == str(tmp_path / 'show')
