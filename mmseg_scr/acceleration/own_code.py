"""Functions whose compiled code is kept with them alone.

torch keeps what it compiled of a function with its code object, the weights inside, and bounds how
much. A method has one code object for all models of its class, so the bound would be met after a
few of them, and nothing would be freed with a model.
"""

from collections.abc import Callable
from types import FunctionType, MethodType
from weakref import finalize

from torch._dynamo.eval_frame import reset_code


def with_own_code(function: Callable) -> Callable:
    """The same function or method, with a copy of its code; another callable is given back."""
    if isinstance(function, MethodType):
        return MethodType(with_own_code(function.__func__), function.__self__)
    if not isinstance(function, FunctionType):
        return function
    own = FunctionType(
        function.__code__.replace(),
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    own.__kwdefaults__ = function.__kwdefaults__
    own.__dict__.update(function.__dict__)
    return own


def forget_with(owner: object, function: Callable) -> None:
    """Free what was compiled of a function of :func:`with_own_code` when ``owner`` goes."""
    code = getattr(function, '__code__', None)
    if code is not None:
        finalize(owner, reset_code, code).atexit = False
