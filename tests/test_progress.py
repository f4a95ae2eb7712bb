from mmseg_scr.progress import progress_bars


def test_a_bar_for_each_kind_of_work(capsys):
    with progress_bars() as show:
        show('training', 1, 4)
        show('evaluating', 1, 2)
        show('training', 3, 4)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ['training', 'evaluating']
    assert '3/4' in lines[0]
    assert '1/2' in lines[1]
