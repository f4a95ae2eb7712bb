"""What is compared: subjects, side by side at one size, and what is wanted of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FORMS = ('eager', 'optimized', 'exported', 'onnxruntime')
PRECISIONS = ('fp32', 'bf16', 'fp16')
MEMORY_FORMATS = ('contiguous', 'channels_last')

# Names of what is measured; goals, tables and files use them.
TIME = 'time'
DECODER_TIME = 'time of the decoder'
BACKBONE_TIME = 'time of the backbone'
MEMORY = 'peak memory'
DECODER_MEMORY = 'peak memory of the decoder'
KEPT = 'kept for backward'
OF_A_RUN = frozenset({TIME, MEMORY, KEPT})  # for these the whole model runs


@dataclass(frozen=True)
class Subject:
    """A model as it runs.

    Attributes:
        name: for tables.
        config: file of its config.
        overrides: of the config, as of ``--cfg-options``.
        form: one of ``FORMS``; training is eager.
        precision: one of ``PRECISIONS``; those of two bytes by autocast.
        memory_format: one of ``MEMORY_FORMATS``, of weights and images.
    """

    name: str
    config: Path
    overrides: Mapping[str, object] = field(default_factory=dict)
    form: str = 'eager'
    precision: str = 'fp32'
    memory_format: str = 'contiguous'

    def __post_init__(self) -> None:
        _require('form', self.form, FORMS)
        _require('precision', self.precision, PRECISIONS)
        _require('memory_format', self.memory_format, MEMORY_FORMATS)


@dataclass(frozen=True)
class ContrastTerm:
    """The contrast term alone, on random levels: ours, or the procedure as it was published."""

    name: str
    published: bool = False


@dataclass(frozen=True)
class Goal:
    """The ratio of a quantity of a subject to that of the first subject is to be at most this.

    ``size``: the (H, W) for which alone it was set; None of ratios that hold at any.
    """

    subject: str
    quantity: str
    at_most: float
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Comparison:
    """Subjects that take turns; ratios are to the first.

    Attributes:
        title: for tables.
        subjects: with names of their own.
        size: (H, W) of the images.
        batch: images.
        training: losses and their gradients, without an optimizer, in place of logits.
        threads: of a CPU.
        keep_memory: on a CPU, the process keeps what it frees meanwhile, as after ``optimize``.
        goals: what is wanted.
        quantities: what is measured, of the names above; waits and parts come with the time.
        series: comparisons of one series differ in size alone, and growth is fitted over them.
        slot: ``'aligner'`` or ``'context'``, where subjects differ in it alone: the time of its
            parts is summed and compared with that of the last subject.
        exponents: what is wanted of the growth over a series, once all of it was measured: a limit
            of the exponent in place of the ratio. On the last comparison of the series.
        fixed: fields of it or of its subjects that its title or their names tell.
    """

    title: str
    subjects: tuple[Subject | ContrastTerm, ...]
    size: tuple[int, int]
    batch: int = 1
    training: bool = False
    threads: int = 1
    keep_memory: bool = False
    goals: tuple[Goal, ...] = ()
    quantities: tuple[str, ...] = (TIME, MEMORY, KEPT)
    series: str = ''
    slot: str = ''
    exponents: tuple[Goal, ...] = ()
    fixed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [subject.name for subject in self.subjects]
        if len(names) < 1 or len(names) != len(set(names)):
            raise ValueError(f'{self.title!r} needs subjects with names of their own, got {names}')
        if min(self.batch, self.threads, *self.size) < 1:
            raise ValueError(
                f'size, batch and threads take positive numbers, got {self.size}, {self.batch}, '
                f'{self.threads}'
            )


def _require(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f'{what} is one of {", ".join(known)}, got {value!r}')
