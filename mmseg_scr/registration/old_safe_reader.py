"""The safe reader of torch 2.5 and older, with a list of further names that it may read.

There ``torch.load(weights_only=True)`` takes a pickle apart by a module that has no such list, or
one without pickled names. :func:`install` puts another module in its place. What it refuses, torch
reports as it does its own refusals.
"""

import _compat_pickle as renamed
import codecs
import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import ClassVar

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

BUILT = (torch.Tensor, OrderedDict, HistoryBuffer, np.ndarray, np.dtype)  # whose state may be set
BYTES = {'_codecs.encode': codecs.encode}  # makes those inside of numpy's values
REFUSED = (*(pickle.NEWOBJ_EX, pickle.INST, pickle.OBJ), *(pickle.EXT1, pickle.EXT2, pickle.EXT4))


def install(pairs: Iterable[tuple[Callable, str]]) -> None:
    """Let torch's safe reader read more.

    Args:
        pairs: objects and their pickled names.
    """
    own = torch._weights_only_unpickler._get_allowed_globals()
    more = {name: value for value, name in pairs}
    torch.serialization._weights_only_unpickler = reader(own | BYTES | more)


def reader(allowed: Mapping[str, object]) -> ModuleType:
    """What torch takes for a ``pickle_module``, that reads and calls what is allowed alone."""
    callables = {id(value) for value in allowed.values()}

    class Unpickler(pickle._Unpickler):
        """Refuses with a RuntimeError, which torch turns into one of its own."""

        dispatch: ClassVar = dict(pickle._Unpickler.dispatch)

        def find_class(self, module: str, name: str) -> object:
            if self.proto < 3:  # names of Python 2
                module, name = renamed.NAME_MAPPING.get((module, name), (module, name))
                module = renamed.IMPORT_MAPPING.get(module, module)
            path = f'{module}.{name}'
            if path not in allowed:
                raise RuntimeError(f'Unsupported class {path}')
            return allowed[path]

        def load_reduce(self) -> None:
            self._require_allowed(self.stack[-2])
            super().load_reduce()

        def load_newobj(self) -> None:
            self._require_allowed(self.stack[-2])
            super().load_newobj()

        def load_build(self) -> None:
            if not isinstance(self.stack[-2], BUILT):
                raise RuntimeError(f'Unsupported state of {type(self.stack[-2])}')
            super().load_build()

        def refuse(self) -> None:
            raise RuntimeError('Unsupported operation')

        dispatch[pickle.REDUCE[0]] = load_reduce
        dispatch[pickle.NEWOBJ[0]] = load_newobj
        dispatch[pickle.BUILD[0]] = load_build
        dispatch.update(dict.fromkeys((operation[0] for operation in REFUSED), refuse))

        @staticmethod
        def _require_allowed(function: object) -> None:
            if id(function) not in callables:
                raise RuntimeError(f'Unsupported call of {function!r}')

    def load(file: object, **options: object) -> object:
        return Unpickler(file, **options).load()

    module = ModuleType('safe_pickle')
    module.Unpickler, module.load = Unpickler, load
    return module
