"""CamVid: driving videos of Cambridge with 11 classes.

Brostow, Fauqueur, Cipolla, "Semantic object classes in video: A high-definition ground truth
database", Pattern Recognition Letters 2009, in the 480x360 form that the SegNet tutorial
distributes. Class names and colours follow that form; the code is this project's own.
"""

from mmengine.fileio import list_from_file
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS

from mmseg_scr.datasets.check_files import check_pairs, check_readable


@DATASETS.register_module()
class CamVidDataset(BaseSegDataset):
    """CamVid in the layout ``images/{train,val}/*.jpg``, ``annotations/{train,val}/*.png``.

    An annotation holds class indices 0-10, and 255 where nothing is labelled. Files are compared
    when the dataset is initialised, so that a wrong path fails before training begins.

    Args:
        img_suffix: end of an image's name.
        seg_map_suffix: end of an annotation's name.
        **kwargs: of ``BaseSegDataset``, ``data_root`` and ``data_prefix`` above all.

    Raises:
        FileNotFoundError: if a folder is missing or empty, or a file lacks its partner.
    """

    METAINFO = dict(
        classes=(
            'sky',
            'building',
            'pole',
            'road',
            'pavement',
            'tree',
            'sign',
            'fence',
            'car',
            'pedestrian',
            'bicyclist',
        ),
        palette=[
            [128, 128, 128],
            [128, 0, 0],
            [192, 192, 128],
            [128, 64, 128],
            [60, 40, 222],
            [128, 128, 0],
            [192, 128, 128],
            [64, 64, 128],
            [64, 0, 128],
            [64, 64, 0],
            [0, 128, 192],
        ],
    )

    def __init__(self, img_suffix: str = '.jpg', seg_map_suffix: str = '.png', **kwargs) -> None:
        super().__init__(img_suffix=img_suffix, seg_map_suffix=seg_map_suffix, **kwargs)

    def load_data_list(self) -> list[dict]:
        """List the samples, after checking that each has both files."""
        names = None
        if self.ann_file:
            names = list_from_file(self.ann_file, backend_args=self.backend_args)
        check_pairs(
            self.data_prefix.get('img_path', ''),
            self.data_prefix.get('seg_map_path'),
            names=names,
            image_suffix=self.img_suffix,
            label_suffix=self.seg_map_suffix,
            backend_args=self.backend_args,
        )
        return super().load_data_list()

    def prepare_data(self, idx: int) -> dict | None:
        """Run the pipeline on a sample; a file that cannot be read is named in the error."""
        try:
            return super().prepare_data(idx)
        except Exception:
            sample = self.get_data_info(idx)
            for path in filter(None, (sample['img_path'], sample.get('seg_map_path'))):
                check_readable(path, backend_args=self.backend_args)
            raise
