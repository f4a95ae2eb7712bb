"""Loading of label maps with errors that name the file."""

from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import TRANSFORMS

from mmseg_scr.datasets.check_files import check_readable


@TRANSFORMS.register_module()
class LoadNamedAnnotations(LoadAnnotations):
    """mmseg's ``LoadAnnotations``; a label map that cannot be decoded is named in the error.

    Options are those of ``LoadAnnotations``. Without a ``seg_map_path``, as in inference, it does
    nothing.

    Raises:
        OSError: the label map is missing, damaged or no image.
    """

    def transform(self, results: dict) -> dict:
        """Add ``gt_seg_map`` (H, W) to ``results``."""
        if 'seg_map_path' not in results:
            return results
        try:
            return super().transform(results)
        except Exception:
            check_readable(results['seg_map_path'], backend_args=self.backend_args)
            raise
