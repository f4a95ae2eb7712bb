"""Prints the table of docs/compatibility.md: differences from eager, of the largest value."""

from collections import defaultdict


def pytest_terminal_summary(terminalreporter):
    rows, ways = defaultdict(dict), {}
    for report in terminalreporter.stats.get('passed', []):
        for name, way, difference in dict(report.user_properties).get('cells', []):
            rows[name][way] = f'{difference:.0e}'
            ways[way] = None
    if not rows:
        return
    terminalreporter.section('largest difference from eager, of the largest value')
    for row in (['', *ways], ['---'] * (len(ways) + 1)):
        terminalreporter.write_line(f'| {" | ".join(row)} |')
    for name, cells in rows.items():
        row = [name, *(cells.get(way, '-') for way in ways)]
        terminalreporter.write_line(f'| {" | ".join(row)} |')
