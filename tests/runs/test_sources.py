from dataclasses import replace

from builders.records import RECORD

from mmseg_scr.runs.sources import describe_sources


def test_everything_is_named_once():
    first = replace(RECORD, versions={'torch': '2'}, hardware='Some CPU')
    records = [replace(first, seed=2), first, replace(first, hardware=None)]
    assert describe_sources(records) == (
        'Runs: 3, of 10 iterations each, seeds 1, 2, on cpu (Some CPU), cpu; torch 2.'
    )
