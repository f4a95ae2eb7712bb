import pytest

from mmseg_scr.costs.literature import LITERATURE
from mmseg_scr.costs.published import DATASETS, MULTI_SCALE


def macs(dataset, backbone, method=None):
    (row,) = (
        row
        for row in LITERATURE
        if (row.dataset, row.backbone) == (dataset, backbone) and method in (None, row.method)
    )
    return row.macs


@pytest.mark.parametrize(
    ('own', 'other', 'stated'),
    [
        (214.82, macs('Cityscapes', 'DDRNet-39'), 0.76),  # FRMSeg, Sec. 3.3
        (17.5, macs('ADE20K', 'ResNet-50', 'ICPC'), 0.25),  # arXiv 2412.08671, Sec. IV-H
        (411.2, macs('Cityscapes', 'Swin-L', 'CFT'), 0.2),  # Sec. IV-F: about 1/5
    ],
)
def test_shares_of_cost_are_those_that_the_papers_state(own, other, stated):
    assert own / other == pytest.approx(stated, abs=0.01)


def test_gains_are_those_that_the_papers_state():
    (sfnet,) = (row for row in LITERATURE if (row.method, row.dataset) == ('SFNet', 'BDD100K'))
    assert 64.9 - sfnet.miou == pytest.approx(4.3)  # FRMSeg, Sec. 3.3


def test_each_method_is_there_once():
    rows = {(row.method, row.backbone, row.dataset, row.protocol) for row in LITERATURE}
    assert len(rows) == len(LITERATURE)
    assert {row.dataset for row in LITERATURE} == set(DATASETS.values())


def test_only_table_four_is_multi_scale():
    assert {row.source for row in LITERATURE if row.protocol == MULTI_SCALE} == {'Table IV'}
    assert all(row.protocol == MULTI_SCALE for row in LITERATURE if row.source == 'Table IV')
