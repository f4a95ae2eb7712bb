"""The committed report is small, and says what the committed records of its runs say."""

from pathlib import Path

from mmseg_scr.runs.records import read_records

DOCS = Path(__file__).parents[2] / 'docs'
REPORT = DOCS / 'examples' / 'street_scenes'
TITLES, ITERATIONS = ('baseline', 'scr-contrast-off'), 10000
LARGEST = 2e6  # bytes


def test_report_is_one_small_file_that_needs_no_other():
    page = (REPORT / 'report.html').read_text()
    assert len(page.encode()) < LARGEST
    assert 'src="data:image' in page
    assert 'src="http' not in page


def test_report_tells_the_scores_of_the_records():
    records = read_records(DOCS / 'results/shipped.jsonl')
    scores = {r.title: r.metrics['mIoU'] for r in records if r.iterations == ITERATIONS}
    said = ' and '.join(f'{title} {scores[title]:.2f}' for title in TITLES)
    for file in ('report.html', 'report.md'):
        assert said in (REPORT / file).read_text()
