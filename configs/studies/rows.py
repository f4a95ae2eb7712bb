# The rows of both studies, by the beginnings of their configs' names.
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
# The literal form is these three together.
literal_parts = [
    'scr-contrast-off-similarity-dot',
    'scr-contrast-off-factornorm-off',
    'scr-contrast-off-stagenorm-off',
]
# What the field uses instead: docs/field.md.
field = [
    'scr-contrast-off-aligner-carafe',
    'scr-contrast-off-aligner-dysample',
    'scr-contrast-off-aligner-fade',
    'scr-contrast-off-aligner-sapa',
    'scr-contrast-off-aligner-freqfusion',
    'scr-contrast-off-context-hamburger',
    'scr-contrast-off-context-aspp',
    'scr-contrast-off-context-rcm',
    'scr-classifier-ocr',
]
