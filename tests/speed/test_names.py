from pathlib import Path

import pytest

from mmseg_scr.speed.names import distinct_names


@pytest.mark.parametrize(
    ('paths', 'names'),
    [
        (['a/x.py', 'b/y.py'], ['x', 'y']),
        (['a/x.py', 'b/x.py', 'b/y.py'], ['a/x', 'b/x', 'y']),
        (['r/a/x.py', 's/a/x.py', 's/b/x.py'], ['r/a/x', 's/a/x', 'b/x']),
        (['x.py', 'b/x.py'], ['x', 'b/x']),
        (['a/x.py', 'a/x.py', 'b/x.py'], ['a/x', 'a/x (2)', 'b/x']),
    ],
)
def test_every_path_has_a_name_of_its_own(paths, names):
    assert distinct_names([Path(path) for path in paths]) == names
