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


def test_the_speed_is_shown_where_it_is_asked_for(capsys):
    with progress_bars(speed=True) as show:
        show('predicting', 1, 8)
        show('predicting', 4, 8)
    (line,) = capsys.readouterr().out.splitlines()
    assert '4/8' in line
    assert '/s' in line


def test_a_total_may_grow(capsys):
    with progress_bars() as show:
        show('a camera', 1, 1)
        show('a camera', 5, 5)
    assert '5/5' in capsys.readouterr().out


def test_names_in_brackets_are_shown_as_they_are(capsys):
    with progress_bars() as show:
        show('[bold] clip [/x]', 1, 1)
    assert capsys.readouterr().out.startswith('[bold] clip [/x]')
