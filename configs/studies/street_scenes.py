# The study on street scenes: the rows of Table I from five seeds, the others from three.
row = '../demo/{}_mscan-nano_1xb4-adamw-2500_street-scenes-96x192.py'.format
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
    dict(config=[row(name) for name in table_1], seeds=[0, 1, 2, 3, 4]),
    dict(config=[row(name) for name in others], seeds=[0, 1, 2]),
]
