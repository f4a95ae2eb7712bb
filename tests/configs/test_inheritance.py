"""A config is short, inherits little deep, and repeats nothing of its bases."""

import ast

from builders.configs import bases, bases_merged, each_leaf, flat

MAX_LINES = 17
MAX_LINES_OF_AN_ABLATION = 8
MAX_DEPTH = 3


def depth(path):
    return 1 + max((depth(base) for base in bases(path)), default=0)


@each_leaf
def test_is_short_and_flat(path):
    limit = MAX_LINES_OF_AN_ABLATION if path.parent.name == 'ablation' else MAX_LINES
    assert len(path.read_text().splitlines()) <= limit
    assert depth(path) <= MAX_DEPTH


@each_leaf
def test_repeats_nothing_of_its_bases(path):
    merged = bases_merged(path)
    inherited = dict(flat(merged))
    code = ast.parse(path.read_text())
    code.body = [n for n in code.body if getattr(n.targets[0], 'id', '') != '_base_']
    own = {'_base_': merged}
    exec(compile(code, str(path), 'exec'), own)
    del own['__builtins__'], own['_base_']
    repeated = [key for key, value in flat(own) if key in inherited and inherited[key] == value]
    assert not repeated
