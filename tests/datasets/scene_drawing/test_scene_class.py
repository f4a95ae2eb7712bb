from mmseg.datasets import CityscapesDataset

from mmseg_scr.datasets.scene_drawing import SceneClass


def test_indices_are_those_of_an_array():
    assert [member.value for member in SceneClass] == list(range(10))


def test_order_is_that_of_cityscapes():
    theirs = [
        name.replace('traffic sign', 'sign') for name in CityscapesDataset.METAINFO['classes']
    ]
    ours = [member.name.lower() for member in SceneClass]
    assert ours == [name for name in theirs if name in ours]
