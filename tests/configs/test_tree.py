"""The tree holds a config for every experiment that was promised."""

from builders.configs import CONFIGS, LEAVES
from mmengine.config import Config

RECIPES = {
    'cityscapes-1024x1024': '4xb4-adam-112k_cityscapes-1024x1024',
    'bdd100k-720x720': '4xb8-adam-131k_bdd100k-720x720',
    'ade20k-512x512': '4xb8-adam-379k_ade20k-512x512',
}
STUDIES = CONFIGS / 'studies'


def test_the_tree_holds_the_promised_experiments():
    names = {path.stem for path in LEAVES}
    for recipe in RECIPES.values():
        assert f'scr_van-s_{recipe}' in names
        for aligner in ('bilinear', 'fam', 'alignfa'):
            assert f'scr-aligner-{aligner}_mscan-s_{recipe}' in names
        for context in ('multistage', 'ppm', 'dappm', 'ccam', 'dam'):
            assert f'scr-context-{context}_mscan-s_{recipe}' in names
    for part in ('context-hamburger', 'context-aspp', 'context-rcm', 'classifier-ocr'):
        for data in ('cityscapes-1024x1024', 'ade20k-512x512'):
            assert f'scr-{part}_mscan-s_{RECIPES[data]}' in names
        off = '-contrast-off' if part.startswith('context') else ''
        for recipe in (
            'mscan-nano_1xb4-adamw-2500_street-scenes-96x192',
            'efficientnet-lite0_1xb4-adamw-3300_camvid-256x256',
        ):
            assert f'scr{off}-{part}_{recipe}' in names
    assert 'frmseg_van-s_4xb4-sgd-56k_cityscapes-1024x1024' in names
    assert 'frmseg_van-s_4xb8-sgd-66k_bdd100k-720x720' in names
    for size in 'tsbl':
        assert f'scr_mscan-{size}_4xb4-adam-112k_cityscapes-1024x1024' in names
        assert f'scr_mscan-{size}_4xb8-adam-131k_bdd100k-720x720' in names
        assert f'scr_mscan-{size}_4xb8-adam-379k_ade20k-512x512' in names
        for data in ('cityscapes-1024x1024', 'bdd100k-720x720', 'ade20k-512x512'):
            assert f'segnext_mscan-{size}_4xb4-adamw-160k_{data}' in names
            assert f'scr_mscan-s_4xb4-adamw-160k_{data}' in names
    for method in ('scr', 'segnext'):
        assert f'{method}_mscan-t_1xb4-adamw-1k_camvid-256x256' in names
    for method in (*Config.fromfile(STUDIES / 'rows.py').table_1, 'segnext'):
        assert f'{method}_mscan-t_1xb4-adamw-3300_camvid-256x256' in names
    for method in ('scr', 'baseline'):
        assert f'{method}_mscan-nano_1xb4-adamw-200_street-scenes-96x192' in names
    for method in ('scr-contrast-off', 'baseline'):
        assert f'{method}_mscan-nano_1xb4-adamw-10k_street-scenes-96x192' in names
    for network in (
        'fcn-classifier-contextaware_mobilenet-v2_4xb4-sgd-160k',
        'deeplabv3plus-classifier-contextaware_resnet-50_4xb4-sgd-160k',
        'ocrnet-classifier-contextaware_hrnet-w18_4xb4-sgd-160k',
        'upernet-classifier-contextaware_swin-t_4xb4-adamw-160k',
        'upernet-classifier-contextaware_swin-b_8xb2-adamw-160k',
        'upernet-classifier-contextaware_swin-l_8xb2-adamw-160k',
        'upernet-aligner-srm_resnet-50_4xb4-sgd-160k',
        'upernet-aligner-srm-context-crm_resnet-50_4xb4-sgd-160k',
        'upernet-aligner-srm_swin-t_8xb2-adamw-160k',
        'upernet-aligner-srm_convnext-t_8xb2-adamw-160k',
        'upernet-contrast-pixel_resnet-50_4xb4-sgd-160k',
        'fpn-aligner-srm_resnet-50_4xb4-sgd-160k',
        'segformer-aligner-srm_mit-b1_8xb2-adamw-160k',
        *(f'upernet-aligner-{name}_resnet-50_4xb4-sgd-160k' for name in ('carafe', 'fade', 'sapa')),
        *(
            f'segformer-aligner-{name}_mit-b1_8xb2-adamw-160k'
            for name in ('carafe', 'dysample', 'fade', 'sapa', 'freqfusion')
        ),
    ):
        assert f'{network}_ade20k-512x512' in names
    for method in ('scr', 'segnext'):
        extended = f'{method}-classifier-contextaware'
        assert f'{extended}_mscan-s_4xb4-adamw-160k_cityscapes-1024x1024' in names
        assert f'{extended}_mscan-t_1xb4-adamw-1k_camvid-256x256' in names
