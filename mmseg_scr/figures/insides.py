"""What a model does inside for one image, as arrays for figures; what it lacks is absent."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from mmengine.dataset import pseudo_collate
from mmseg.models import BaseSegmentor
from torch import Tensor

from mmseg_scr.figures.models import TrainedModel
from mmseg_scr.figures.scenes import Source, load_sample, picture, sample_name
from mmseg_scr.probes import Inside, attention_map, bare_model, looking_inside, undisturbed

UNARY = '.unary'
GREY = 128  # of pixels that were added at the right and the bottom


class SampleLook:
    """One prepared image that ran through one network as a whole, and the record of it.

    Sliding windows would give a record a window, so that they are left out here: maps cover the
    image that the network was given, padding included.

    Args:
        network: a segmentor in evaluation mode.
        sample: what its test pipeline makes of an image.
    """

    def __init__(self, network: BaseSegmentor, sample: Mapping) -> None:
        network = bare_model(network)
        data = network.data_preprocessor(pseudo_collate([sample]), False)
        with _whole(network), undisturbed(network), looking_inside(network) as inside:
            network(**data, mode='predict')
        self.inside: Inside = inside
        self.name = sample_name(sample)
        self.image = _padded(picture(sample, sample['inputs'].shape[1:]), data['inputs'])

    def steps(self) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Title of an alignment -> coarse, aligned and fine map, (C, h, w) each."""
        return {
            _step_title(path, level.fine, self.image): tuple(
                _array(m) for m in (level.coarse, level.aligned, level.fine)
            )
            for path, level in self.inside.alignments.items()
        }

    def offsets(self) -> dict[str, dict[str, np.ndarray | None]]:
        """Path -> refined and own offsets (2, h, w) and weights (9, h, w), finest last."""
        inside = self.inside
        return {
            path: dict(
                refined=_array(offset),
                own=_array(inside.own_offsets.get(f'{path}.mask')),
                weights=_array(inside.neighbor_weights.get(f'{path}.mask')),
            )
            for path, offset in inside.offsets.items()
        }

    def factors(self) -> dict[str, dict[str, np.ndarray]]:
        """Path -> name of a stage -> (C,) factors."""
        result = {}
        for path, factors in self.inside.channel_factors.items():
            ends = np.cumsum(self.inside.stage_widths[path])[:-1]
            parts = np.split(_array(factors), ends)
            result[path] = {f'stage {i}': part for i, part in enumerate(parts, start=1)}
        return result

    def attention(self, pixel: tuple[int, int]) -> dict[str, dict[str, np.ndarray]]:
        """Path -> title -> (h, w) weights of the pixel (x, y) of the image."""
        height, width = self.image.shape[:2]
        result: dict[str, dict[str, np.ndarray]] = {}
        for path, grid in self.inside.grids.items():
            y, x = pixel[1] * grid[0] // height, pixel[0] * grid[1] // width
            weights = _array(attention_map(self.inside.attentions[path], grid, y, x))
            title = 'shared by all pixels' if path.endswith(UNARY) else 'of this pixel'
            result.setdefault(path.removesuffix(UNARY), {})[title] = weights
        return result


class Look(SampleLook):
    """An image of a model's test set, or a file, that ran through the model.

    Args:
        model: trained.
        source: the image.
    """

    def __init__(self, model: TrainedModel, source: Source) -> None:
        super().__init__(model.network, load_sample(model, source))


@contextmanager
def _whole(network: object) -> Iterator[None]:
    before = network.test_cfg
    network.test_cfg = type(before)(before, mode='whole')
    try:
        yield
    finally:
        network.test_cfg = before


def _step_title(path: str, fine: Tensor, image: np.ndarray) -> str:
    stride = round(image.shape[1] / fine.shape[3])
    return f'to stride {stride}' if '#' not in path else f'to stride {stride} ({path})'


def _array(tensor: Tensor | None) -> np.ndarray | None:
    return None if tensor is None else tensor[0].float().cpu().numpy()


def _padded(image: np.ndarray, inputs: Tensor) -> np.ndarray:
    rows, columns = (a - b for a, b in zip(inputs.shape[2:], image.shape[:2], strict=True))
    return np.pad(image, ((0, max(rows, 0)), (0, max(columns, 0)), (0, 0)), constant_values=GREY)
