# The forms of CRM at full size: the paper's letter and its parts beside the default.
_base_ = './cityscapes_table_1.py'
row = '../{}_mscan-s_4xb4-adam-112k_cityscapes-1024x1024.py'.format
forms = [
    'scr/scr',
    'ablation/scr-form-literal',
    'ablation/scr-similarity-dot',
    'ablation/scr-stagenorm-off',
    'ablation/scr-factornorm-off',
]
groups = [dict(config=[row(name) for name in forms], seeds=[0, 1])]
