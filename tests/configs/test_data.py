"""Data sets and pipelines of every config build and fit its network."""

from builders.configs import LEAVES, decode_heads, each_leaf, train_pipeline
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, TRANSFORMS


@each_leaf
def test_number_of_classes_is_that_of_the_dataset(path):
    config = Config.fromfile(path)
    init_default_scope('mmseg')
    dataset = DATASETS.get(config.val_dataloader.dataset.type)
    assert len(dataset.METAINFO['classes']) == config.num_classes
    heads = [head.get('head', head) for head in decode_heads(config)]
    if 'auxiliary_head' in config.model:
        heads.append(config.model.auxiliary_head)
    assert {head.num_classes for head in heads} == {config.num_classes}


@each_leaf
def test_every_pipeline_builds(path):
    config = Config.fromfile(path)
    init_default_scope('mmseg')
    pipelines = train_pipeline(config), config.test_pipeline, config.tta_pipeline
    built = [TRANSFORMS.build(step) for pipeline in pipelines for step in pipeline]
    assert type(built[-1]).__name__ == 'TestTimeAug'


def test_data_root_can_be_set_from_outside(monkeypatch):
    monkeypatch.setenv('CAMVID_ROOT', 'elsewhere/camvid')
    path = next(p for p in LEAVES if 'camvid' in p.name)
    config = Config.fromfile(path)
    assert config.train_dataloader.dataset.data_root == 'elsewhere/camvid'
    assert config.test_dataloader.dataset.data_root == 'elsewhere/camvid'


def test_train_and_val_are_both_in_the_test_set_submission():
    path = next(p for p in LEAVES if 'trainval' in p.name)
    parts = Config.fromfile(path).train_dataloader.dataset.datasets
    assert [d.data_prefix.img_path for d in parts] == ['leftImg8bit/train', 'leftImg8bit/val']
