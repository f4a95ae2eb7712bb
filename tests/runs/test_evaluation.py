from pathlib import Path

from mmengine.config import Config

from mmseg_scr.runs.evaluation import list_classes, paint_images, save_predictions


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
