"""Published accuracies of models that this package has configs for, where no cost is compared.

Sources: arXiv 2412.08671 (Table IV), SegNeXt (arXiv 2209.08575), and the table in the README of the
context-aware classifier (arXiv 2303.11633). Accuracies beside costs are in ``published``.
"""

from mmseg_scr.costs.published import ADE20K, CITYSCAPES, SEGNEXT, TEST, PublishedRow

CONTEXT_AWARE = '{}_ade20k-512x512'


def _row(config: str, shape: tuple[int, int], miou: float, source: str) -> PublishedRow:
    return PublishedRow(config, shape, None, None, miou, source)


ACCURACIES = (
    PublishedRow(
        'scr_mscan-l_4xb4-adam-131k_cityscapes-trainval-1024x1024',
        CITYSCAPES,
        None,
        None,
        83.8,
        'Table IV',
        protocol=f'{TEST}, multi-scale',
    ),
    PublishedRow(
        'scr_van-s_4xb4-adam-131k_cityscapes-test-1024x1024',
        CITYSCAPES,
        None,
        None,
        81.5,
        'Sec. IV-F',
        protocol=TEST,
    ),
    *(
        _row(SEGNEXT.format(size, 'cityscapes-1024x1024'), CITYSCAPES, miou, 'SegNeXt')
        for size, miou in (('t', 79.8), ('b', 82.6))
    ),
    *(
        _row(SEGNEXT.format(size, 'ade20k-512x512'), ADE20K, miou, 'SegNeXt')
        for size, miou in (('t', 41.1), ('b', 48.5), ('l', 51.0))
    ),
    *(
        _row(CONTEXT_AWARE.format(network), ADE20K, miou, 'CAC')
        for network, miou in (
            ('fcn-classifier-contextaware_mobilenet-v2_4xb4-sgd-160k', 37.42),
            ('deeplabv3plus-classifier-contextaware_resnet-50_4xb4-sgd-160k', 46.29),
            ('ocrnet-classifier-contextaware_hrnet-w18_4xb4-sgd-160k', 44.53),
            ('upernet-classifier-contextaware_swin-t_4xb4-adamw-160k', 46.91),
            ('upernet-classifier-contextaware_swin-b_8xb2-adamw-160k', 52.46),
            ('upernet-classifier-contextaware_swin-l_8xb2-adamw-160k', 52.75),
        )
    ),
)
