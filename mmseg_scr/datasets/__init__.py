"""Datasets for mmseg, each entry with image and label paths; what is wrong is said by file name."""

from mmseg_scr.datasets.camvid import CamVidDataset
from mmseg_scr.datasets.check_files import check_pairs, check_readable
from mmseg_scr.datasets.check_folders import check_folders
from mmseg_scr.datasets.check_labels import CheckLabels
from mmseg_scr.datasets.load_annotations import LoadNamedAnnotations
from mmseg_scr.datasets.repeatable_sampler import RepeatableInfiniteSampler
from mmseg_scr.datasets.street_scenes import DrawStreetScene, StreetScenesDataset

__all__ = [
    'CamVidDataset',
    'CheckLabels',
    'DrawStreetScene',
    'LoadNamedAnnotations',
    'RepeatableInfiniteSampler',
    'StreetScenesDataset',
    'check_folders',
    'check_pairs',
    'check_readable',
]
