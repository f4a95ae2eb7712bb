from mmseg_scr.checks.classes import (
    absent_classes_message,
    other_counts,
    other_counts_message,
)


def test_only_the_parts_that_differ_are_named():
    counts = dict(head=19, check=3, auxiliary=19)
    wrong = other_counts(counts, 3)
    assert wrong == dict(head=19, auxiliary=19)
    message = other_counts_message(wrong, 3, dataset='Own')
    assert message.startswith('Own has 3 classes in its metainfo, but head=19, auxiliary=19. ')


def test_long_lists_of_absent_classes_are_counted_and_cut():
    message = absent_classes_message([f'c{i}' for i in range(20)], 7, dataset='Own')
    assert message.startswith('20 class(es) of Own occur in none of the 7 training samples so far')
    assert 'c7, .... If' in message
    assert 'c8' not in message
