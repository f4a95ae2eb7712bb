"""Every context and aligner outside of eager mode, at sizes that the example did not have.

Takes many minutes and a C++ compiler, so it is no part of the default run;
``python -m pytest tests/compiled --compiled`` prints the table of docs/compatibility.md.
"""

import pytest
import torch
from builders.parts import SLOTS, build_part, part_inputs
from compiled.ways import WAYS, Together

EXAMPLE = (2, (520, 600))
OTHERS = [(2, (360, 480)), (3, (97, 65)), (1, (256, 320)), (1, (720, 1280))]
# Of the largest value. Where a map is sampled, a float32 position is off by 1e-5 pixels of a wide
# map; of the noise that these maps are, eager itself is up to 2.1e-5 from float64.
TOLERANCE = {'context': 1e-5, 'aligner': 6e-5}
GROUPS = {
    'contexts': ('context', [name for name in SLOTS['context'] if name != 'DAPPM']),
    'DAPPM': ('context', ['DAPPM']),
    'aligners': ('aligner', SLOTS['aligner']),
}
# Where a way cannot agree, and why. A cell that begins to work fails its test.
CANNOT = {
    ('DAPPM', 'torch.export'): 'of a small map the largest window leaves one pixel, which the '
    'guards of an export tell from several: it refuses images below 256 pixels a side',
}


@pytest.mark.parametrize('group', GROUPS)
@pytest.mark.parametrize('way', WAYS)
def test_agrees_with_eager_at_other_sizes(group, way, tmp_path, record_property, request):
    if (group, way) in CANNOT:
        reason = CANNOT[group, way]
        request.applymarker(pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True))
    slot, names = GROUPS[group]
    parts = Together({name: build_part(slot, name, scale=0.1) for name in names}).eval()
    differences = dict.fromkeys(names, 0.0)
    with torch.no_grad():
        call = WAYS[way](parts, part_inputs(slot, names[0], *EXAMPLE), tmp_path)
        for shape in (EXAMPLE, *OTHERS):
            inputs = part_inputs(slot, names[0], *shape)
            expected, actual = parts(*inputs), call(*inputs)
            for name in names:
                assert expected[name].std() > 0.01
                difference = (actual[name] - expected[name]).abs().max()
                share = (difference / expected[name].abs().max()).item()
                assert share < TOLERANCE[slot], (name, shape)
                differences[name] = max(differences[name], share)
    record_property('cells', [(name, way, differences[name]) for name in names])
