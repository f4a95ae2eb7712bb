"""A comparison of config files that a user names."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mmseg_scr.benchmarks.comparisons import Comparison, Subject
from mmseg_scr.speed.names import distinct_names

SIZE = (512, 512)


def compare_configs(
    configs: Sequence[Path], *, against: Mapping[str, object] | None = None
) -> Comparison:
    """The models of config files, side by side.

    Args:
        configs: the files; their names are as short as tells them apart.
        against: overrides of a variant of the first, which then comes first.
    """
    names = distinct_names(configs)
    subjects = [Subject(name, path) for name, path in zip(names, configs, strict=True)]
    if against:
        words = ' '.join(f'{key}={value}' for key, value in against.items())
        subjects.insert(0, Subject(f'{names[0]} {words}', configs[0], dict(against)))
    return Comparison('configs', tuple(subjects), SIZE)
