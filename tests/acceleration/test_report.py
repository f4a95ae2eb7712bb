from mmseg_scr.acceleration import Report, Step

STEPS = (
    Step('fold', True, '9 normalisations are in convolutions', 2e-7, 1.0, 0.9),
    Step('compile', False, 'there is no C++ compiler'),
)


def test_a_report_says_every_step_in_a_line_and_what_came_out():
    report = Report((512, 1024), 'cpu', 'float32', STEPS, (1500.0, 600.0), 0.4, 3e-7, 0.99999)
    assert str(report).splitlines() == [
        'fold taken: 9 normalisations are in convolutions '
        '(time x0.90, largest difference 2e-07, equal classes 100.0000%)',
        'compile refused: there is no C++ compiler',
        '512x1024 on cpu: 1500 -> 600 ms (x0.40), largest difference 3e-07, equal classes 99.9990%',
    ]
    assert report.taken == STEPS[:1]
    assert report.refused == STEPS[1:]
