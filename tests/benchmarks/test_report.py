from builders.outcomes import MACHINE, comparison, growing, outcome

from mmseg_scr.benchmarks import Goal, Outcome, format_outcome, format_report
from mmseg_scr.benchmarks.outcomes import Row


def rows_of(text):
    return [line for line in text.splitlines() if line.startswith('| ')]


def test_row_has_the_time_the_ratio_with_its_interval_and_the_waits():
    rows = rows_of(format_outcome(outcome()))
    assert rows[0] == '| model | time, ms | ratio | waits |'
    assert rows[3] == '| b | 102.0 | 1.020 (0.990-1.040) | 3 |'


def test_heading_says_what_was_run_by_which_clock():
    text = format_outcome(outcome(batch=2, training=True))
    assert '2 images of 64x96; losses and gradients; a clock; 9 rounds.' in text


def test_goals_are_judged_below_the_table():
    assert 'Goal: time of b at most 1.05: **met**.' in format_outcome(outcome())
    small = outcome((0.025, 0.024, 0.026), goals=(Goal('b', 'time', 1 / 50),))
    text = format_outcome(small)
    assert 'Goal: time of b at most 1/50: **missed**.' in text
    assert '0.025 (0.024-0.026), 1/40' in text


def test_parts_are_side_by_side_with_a_dash_where_there_is_none():
    text = format_outcome(outcome())
    assert '| backbone | 80.0 | 90.0 |' in text
    assert '| context | - | 5.0 |' in text


def test_parts_of_a_slot_are_summed_and_compared_with_those_of_the_last():
    parts = [
        {'aligner to stride 8': ms, 'aligner to stride 4': 2 * ms, 'context': 1} for ms in (2, 4)
    ]
    rows = [Row(name, parts=of_row) for name, of_row in zip('ab', parts, strict=True)]
    text = format_outcome(Outcome(comparison(slot='aligner'), tuple(rows)))
    assert '| all of aligner | 6.0 | 12.0 |' in text
    assert '| ratio to b | 0.50 | 1.00 |' in text
    assert 'all of' not in format_outcome(outcome())


def test_what_was_not_measured_is_said_of_a_row_and_of_all():
    partly = Outcome(comparison(), (*outcome().rows[:1], Row('b', note='not measured: no Triton')))
    text = format_outcome(partly)
    assert '| b | - | - | - |' in text
    assert 'b: not measured: no Triton.' in text
    assert 'Goal: time of b at most 1.05: **not measured**.' in text
    assert format_outcome(Outcome(comparison(), note='not measured: late')).endswith('late')


def test_report_begins_with_the_machine_and_ends_with_the_growth():
    text = format_report([outcome(), *growing(1.2)], MACHINE)
    assert text.startswith('a chip; torch 2.0; 2000-01-01; `benchmark`')
    assert '| ms | 64x64 | 128x128 | 256x256 | exponent |' in text
    assert '| SCR-S optimized, context | 16.8 | 268.4 | 4295.0 | 2.000 |' in text
    assert text.endswith('Goal: exponent of SCR-S optimized, decoder at most 1.05: **missed**.')
    assert format_report(growing(1.01), MACHINE).endswith('**met**.')
