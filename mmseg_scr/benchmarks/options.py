"""What a user says of all comparisons."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from mmseg_scr.benchmarks.comparisons import Comparison, ContrastTerm, Subject

OF_SUBJECTS = ('form', 'precision', 'memory_format')
# Goals hold for these however they are chosen, unless a goal names its size; anything else makes
# another comparison of it.
GOALS_STAY = ('size', 'threads')
FLAGS = dict(training='train')  # of the command, where a field has another name


@dataclass(frozen=True)
class Options:
    """Axes of a benchmark, None where the preset decides; see ``Comparison`` and ``Subject``."""

    size: tuple[int, int] | None = None
    batch: int | None = None
    training: bool | None = None
    threads: int | None = None
    keep_memory: bool | None = None
    form: str | None = None
    precision: str | None = None
    memory_format: str | None = None

    @property
    def given(self) -> Mapping[str, object]:
        """Those that are not None."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


def override(comparison: Comparison, options: Options) -> Comparison:
    """A comparison along other axes; goals that then say nothing are dropped.

    Raises:
        ValueError: its title would no longer be true; or another form than eager is to be trained.
    """
    _check(comparison, options)
    changes = dict(options.given)
    of_subjects = {name: changes.pop(name) for name in OF_SUBJECTS if name in changes}
    if any(name not in GOALS_STAY for name in options.given):
        changes |= dict(goals=(), exponents=())
    elif options.size:
        changes['goals'] = tuple(g for g in comparison.goals if g.size in (None, options.size))
    subjects = tuple(_override_subject(s, of_subjects) for s in comparison.subjects)
    return replace(comparison, subjects=subjects, **changes)


def _check(comparison: Comparison, options: Options) -> None:
    if options.training and options.form not in (None, 'eager'):
        raise ValueError(
            f'only eager models are trained; leave out --train or --form {options.form}'
        )
    for name in comparison.fixed:
        value = options.given.get(name)
        if value is not None and any(value != own for own in _values(comparison, name)):
            option = FLAGS.get(name, name.replace('_', '-'))
            raise ValueError(f'{comparison.title!r} has its own {name}; leave out --{option}')


def _values(comparison: Comparison, name: str) -> list[object]:
    holders = comparison.subjects if name in OF_SUBJECTS else [comparison]
    return [getattr(holder, name) for holder in holders]


def _override_subject(
    subject: Subject | ContrastTerm, changes: Mapping[str, str]
) -> Subject | ContrastTerm:
    return subject if isinstance(subject, ContrastTerm) else replace(subject, **changes)
