from mmseg_scr.benchmarks import describe_machine
from mmseg_scr.version import __version__


def test_versions_device_date_and_command_are_told():
    machine = describe_machine('cpu', 'benchmark.py all')
    assert machine['device']
    assert machine['versions']['mmseg_scr'] == __version__
    assert machine['command'] == 'benchmark.py all'
    assert len(machine['date']) == len('2000-01-01')
    assert machine['cuda'] is None
