"""Loading of label maps with errors that name the file."""

from mmengine import fileio
from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import TRANSFORMS

from mmseg_scr.checks import beyond_a_byte, beyond_a_byte_message
from mmseg_scr.datasets.check_files import check_readable


@TRANSFORMS.register_module()
class LoadNamedAnnotations(LoadAnnotations):
    """mmseg's ``LoadAnnotations``; a label map that cannot be right is named in the error.

    mmseg cuts every value to 8 bits, so that 300 would become class 44. A map of 16 bits whose
    values fit is read like any other. Options are those of ``LoadAnnotations``. Without a
    ``seg_map_path``, as in inference, it does nothing.

    Raises:
        OSError: the label map is missing, damaged or no image.
        ValueError: it holds values that 8 bits cannot.
    """

    def transform(self, results: dict) -> dict:
        """Add ``gt_seg_map`` (H, W) to ``results``."""
        if 'seg_map_path' not in results:
            return results
        path = results['seg_map_path']
        try:
            results = super().transform(results)
        except Exception:
            check_readable(path, backend_args=self.backend_args)
            raise
        lost = beyond_a_byte(fileio.get(path, backend_args=self.backend_args))
        if lost:
            raise ValueError(beyond_a_byte_message(lost, label=path))
        return results
