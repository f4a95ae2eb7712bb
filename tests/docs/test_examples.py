"""The committed report is small, and says what the committed records of its runs say."""

from pathlib import Path
from statistics import mean

from mmseg_scr.runs.records import read_records

DOCS = Path(__file__).parents[2] / 'docs'
REPORT = DOCS / 'examples' / 'street_scenes'
TITLES, SEEDS = ('baseline', 'scr-contrast-off'), (0, 1)
LARGEST = 2e6  # bytes


def test_report_is_one_small_file_that_needs_no_other():
    page = (REPORT / 'report.html').read_text()
    assert len(page.encode()) < LARGEST
    assert 'src="data:image' in page
    assert 'src="http' not in page


def test_report_tells_the_scores_of_the_records():
    records = read_records(DOCS / 'results/street_scenes.jsonl')
    scores = {
        title: mean(r.metrics['mIoU'] for r in records if r.title == title and r.seed in SEEDS)
        for title in TITLES
    }
    said = ' and '.join(f'{title} {score:.2f}' for title, score in scores.items())
    for file in ('report.html', 'report.md'):
        assert said in (REPORT / file).read_text()
