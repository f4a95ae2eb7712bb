# The study on CamVid: the rows of Table I from three seeds, the others from one.
row = '../camvid/{}_efficientnet-lite0_1xb4-adamw-3300_camvid-256x256.py'.format
table_1 = ['baseline', 'baseline-aligner-srm', 'baseline-context-crm', 'scr-contrast-off', 'scr']
others = [
    'scr-classifier-contextaware',
    'segnext',
    'frmseg',
    'scr-contrast-off-aligner-fam',
    'scr-contrast-off-aligner-alignfa',
    'scr-contrast-off-context-multistage',
    'scr-contrast-off-context-ppm',
    'scr-contrast-off-context-dappm',
    'scr-contrast-off-context-ccam',
    'scr-contrast-off-context-dam',
    'scr-contrast-off-form-literal',
]
groups = [
    dict(config=[row(name) for name in table_1], seeds=[0, 1, 2]),
    dict(config=[row(name) for name in others], seeds=[0]),
]
