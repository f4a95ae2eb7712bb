"""Published cost and accuracy of methods that this package has no configs for.

These are the methods that have both a mIoU on a validation set and GFLOPs (1e9 multiply-adds) in
Tables IV, VI and VII of arXiv 2412.08671 or in Tables 1 and 3 of FRMSeg. Those with a mIoU on a
test set only, or without GFLOPs, are left out. Numbers are as printed: counted by others.
"""

from dataclasses import dataclass

from mmseg_scr.costs.published import ADE20K, BDD100K, CITYSCAPES, MULTI_SCALE, VAL


@dataclass(frozen=True)
class LiteratureRow:
    """``macs`` in 1e9 are for an image of ``shape`` (H, W); ``miou`` is in percent."""

    method: str
    backbone: str
    dataset: str
    shape: tuple[int, int]
    macs: float
    miou: float
    source: str
    protocol: str = VAL


SQUARE = (1024, 1024)
HALF = (512, 1024)
FRMSEG = 'FRMSeg, Table 1'

LITERATURE = (
    LiteratureRow(
        'SegFormer', 'MiT-B5', 'Cityscapes', CITYSCAPES, 1447.6, 84.0, 'Table IV', MULTI_SCALE
    ),
    LiteratureRow('OneFormer', 'Swin-L', 'Cityscapes', HALF, 543, 84.4, 'Table IV', MULTI_SCALE),
    LiteratureRow('CFT', 'Swin-L', 'Cityscapes', CITYSCAPES, 2130, 84.4, 'Table IV', MULTI_SCALE),
    LiteratureRow('DDP', 'Swin-B', 'Cityscapes', CITYSCAPES, 1357, 83.4, 'Table IV', MULTI_SCALE),
    LiteratureRow('SegFormer', 'MiT-B1', 'Cityscapes', SQUARE, 243.7, 78.5, FRMSEG),
    LiteratureRow('BiAlignNet', 'DFNet2', 'Cityscapes', CITYSCAPES, 108.73, 78.7, FRMSEG),
    LiteratureRow('IFA', 'ResNet-50', 'Cityscapes', SQUARE, 186.9, 78.0, FRMSEG),
    LiteratureRow('DDRNet', 'DDRNet-23', 'Cityscapes', CITYSCAPES, 143.1, 79.5, FRMSEG),
    LiteratureRow('DDRNet', 'DDRNet-39', 'Cityscapes', CITYSCAPES, 281.2, 80.4, FRMSEG),
    LiteratureRow('PIDNet', 'PIDNet-M', 'Cityscapes', CITYSCAPES, 178.1, 79.9, FRMSEG),
    LiteratureRow('SFNet', 'ResNet-18', 'BDD100K', BDD100K, 107.34, 60.6, 'Table VI'),
    LiteratureRow('PFNet', 'ResNet-50', 'BDD100K', BDD100K, 302.1, 62.7, 'Table VI'),
    LiteratureRow('SFNet', 'ResNet-50', 'ADE20K', ADE20K, 83.3, 42.8, 'Table VII'),
    LiteratureRow('SegFormer', 'MiT-B1', 'ADE20K', ADE20K, 30.5, 42.2, 'Table VII'),
    LiteratureRow('PVT', 'PVT-Small', 'ADE20K', ADE20K, 44.5, 39.8, 'Table VII'),
    LiteratureRow('SeMask-T', 'Swin-T', 'ADE20K', ADE20K, 40, 42.0, 'Table VII'),
    LiteratureRow('NRD', 'ResNet-101', 'ADE20K', ADE20K, 49.0, 44.0, 'Table VII'),
    LiteratureRow('RTFormer', 'RTFormer-Base', 'ADE20K', ADE20K, 16.9, 42.1, 'Table VII'),
    LiteratureRow('PRSeg-M', 'ResNet-50', 'ADE20K', ADE20K, 19.2, 41.6, 'Table VII'),
    LiteratureRow('SenFormer', 'ResNet-50', 'ADE20K', ADE20K, 179, 44.4, 'Table VII'),
    LiteratureRow('ICPC', 'ResNet-50', 'ADE20K', ADE20K, 71.1, 45.2, 'Table VII'),
)
