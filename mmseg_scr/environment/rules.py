"""What a rule of the environment is, and which of them a snapshot breaks."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mmseg_scr.environment.snapshot import Snapshot


@dataclass(frozen=True)
class Rule:
    """A mistake, how to see it, and how to mend it.

    Attributes:
        name: a few words.
        is_broken: whether a snapshot shows the mistake.
        message: what it leads to; ``{torch}`` is the installed version of torch, ``{error of cv2}``
            the error of importing cv2.
        mend: a shell command.
        only_notes: the environment is usable all the same.
    """

    name: str
    is_broken: Callable[[Snapshot], bool]
    message: str
    mend: str
    only_notes: bool = False


@dataclass(frozen=True)
class Finding:
    """A broken rule, its message filled with the versions and errors of the environment."""

    name: str
    message: str
    mend: str
    only_notes: bool


def findings(snapshot: Snapshot, rules: Sequence[Rule]) -> list[Finding]:
    """The rules that a snapshot breaks, in their order."""
    words = defaultdict(lambda: 'none', snapshot.versions)
    words.update({f'error of {name}': error for name, error in snapshot.failures.items()})
    return [
        Finding(rule.name, rule.message.format_map(words), rule.mend, rule.only_notes)
        for rule in rules
        if rule.is_broken(snapshot)
    ]
