"""Prints the tables of docs/compatibility.md and docs/export.md."""

from collections import defaultdict

TITLES = {
    'cells': 'largest difference from eager, of the largest value',
    'networks': "files beside mmseg's prediction: worst of all sizes; time of a scene",
}


def pytest_terminal_summary(terminalreporter):
    for kind, title in TITLES.items():
        _print_table(terminalreporter, kind, title)


def _print_table(terminalreporter, kind, title):
    rows, columns = defaultdict(dict), {}
    for report in terminalreporter.stats.get('passed', []):
        for name, column, value in dict(report.user_properties).get(kind, []):
            rows[name][column] = value if isinstance(value, str) else f'{value:.0e}'
            columns[column] = None
    if not rows:
        return
    terminalreporter.section(title)
    for row in (['', *columns], ['---'] * (len(columns) + 1)):
        terminalreporter.write_line(f'| {" | ".join(row)} |')
    for name, cells in rows.items():
        row = [name, *(cells.get(column, '-') for column in columns)]
        terminalreporter.write_line(f'| {" | ".join(row)} |')
