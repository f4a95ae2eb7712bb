"""Published parameters and GFLOPs of models that this package has configs for.

Source: arXiv 2412.08671, Tables II and IV to VII, which quote those of SegNeXt (arXiv 2209.08575).
"GFLOPs" there are 1e9 multiply-adds. The paper's own rows leave out the products of attention,
those of SegNeXt include the products of its matrix decomposition.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

CITYSCAPES = (1024, 2048)
BDD100K = (720, 1280)
ADE20K = (512, 512)
SCR = 'scr_mscan-{}_{}'
SEGNEXT = 'segnext_mscan-{}_4xb4-adamw-160k_{}'
ON_CITYSCAPES = '4xb4-adam-112k_cityscapes-1024x1024'
BILINEAR = {'model.decode_head.aligner.type': 'Bilinear'}


@dataclass(frozen=True)
class PublishedRow:
    """One published cost, in 1e6 parameters and 1e9 multiply-adds.

    ``config`` is the name of a config file without suffix, ``options`` are overrides of it as of
    ``--cfg-options``, ``shape`` is (H, W) of the image. ``products`` tells whether matrix products
    were counted: such a row compares with the full count, any other with the paper count.
    """

    config: str
    shape: tuple[int, int]
    parameters: float
    macs: float
    options: Mapping[str, object] = field(default_factory=dict)
    products: bool = False


PUBLISHED = (
    PublishedRow(SCR.format('s', ON_CITYSCAPES), CITYSCAPES, 15.49, 137.83),
    PublishedRow(SCR.format('s', ON_CITYSCAPES), CITYSCAPES, 15.21, 122.15, options=BILINEAR),
    PublishedRow(SCR.format('l', ON_CITYSCAPES), CITYSCAPES, 46.7, 411.2),
    PublishedRow(SCR.format('s', '4xb8-adam-131k_bdd100k-720x720'), BDD100K, 15.5, 60.7),
    PublishedRow(SCR.format('s', '4xb8-adam-379k_ade20k-512x512'), ADE20K, 15.5, 17.5),
    PublishedRow(
        SEGNEXT.format('s', 'cityscapes-1024x1024'), CITYSCAPES, 13.9, 124.6, products=True
    ),
    PublishedRow(
        SEGNEXT.format('l', 'cityscapes-1024x1024'), CITYSCAPES, 48.9, 577.5, products=True
    ),
    PublishedRow(SEGNEXT.format('s', 'ade20k-512x512'), ADE20K, 13.9, 15.9, products=True),
)
