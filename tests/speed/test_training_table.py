from builders.heads import build_segmentor

from mmseg_scr.hooks.checkpointing import checkpoint_blocks
from mmseg_scr.speed.training_table import TrainingStep, format_training_table, training_table

TINY = dict(embed_dims=[8, 16, 24, 32], depths=[1] * 4, mlp_ratios=[2] * 4)


def test_memory_grows_with_the_batch_and_one_row_stands_for_each():
    steps = training_table(build_segmentor(TINY), [(32, 64), (64, 64)], [1, 2], rounds=1)
    assert [(s.size, s.batch) for s in steps] == [
        ((32, 64), 1),
        ((32, 64), 2),
        ((64, 64), 1),
        ((64, 64), 2),
    ]
    assert steps[0].kept < steps[1].kept < steps[3].kept
    assert all(step.seconds > 0 for step in steps)


def test_a_checkpointed_backbone_keeps_less():
    plain, checkpointed = build_segmentor(TINY), build_segmentor(TINY)
    checkpoint_blocks(checkpointed.backbone)
    (before,), (after,) = (
        training_table(model, [(64, 64)], [2], rounds=1) for model in (plain, checkpointed)
    )
    assert after.kept < before.kept


def test_rows_are_markdown():
    table = format_training_table([TrainingStep((64, 96), 2, 0.5, 12.4)])
    assert table.splitlines()[-1] == '| 64x96 | 2 | 0.50 | 0.25 | 12 |'
