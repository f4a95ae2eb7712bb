"""Equal random numbers for every test, and the device on which the tests of tensors run.

``python -m pytest tests/ops tests/layers --device cuda`` runs the rooms of :data:`TENSOR_ROOMS` on
a GPU: there, what a test creates without naming a device lies on the one that was asked for, in
float32 without TF32. All other tests stay on the CPU. A test that has to name the device takes the
fixture ``device``; one that only makes sense on a CPU is marked ``cpu_only``, one of what older
torch does not do ``needs_torch``.
"""

import logging
import signal
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.utils import digit_version

TENSOR_ROOMS = ('ops', 'layers', 'aligners', 'contexts', 'losses', 'classifiers', 'decoders')
TESTS = Path(__file__).parent
CPU = torch.device('cpu')
DEVICE = pytest.StashKey[torch.device]()

torch.set_num_threads(1)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Shells start jobs in the background so, and the commands of tests would not hear Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    rooms = ', '.join(TENSOR_ROOMS)
    parser.addoption('--device', default='cpu', help=f'device of the tests of {rooms}, as cuda:1')
    parser.addoption('--compiled', action='store_true', help='also run tests/compiled (minutes)')


def pytest_configure(config):
    config.stash[DEVICE] = usable_device(config.getoption('--device'))
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def usable_device(name):
    """The device of that name, or a usage error that says why there is none."""
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:  # an AssertionError: torch without CUDA
        reason = str(error).splitlines()[0]
        raise pytest.UsageError(f'--device {name} cannot be used here: {reason}') from error
    return device


def device_of(item):
    """Where a test runs: the tests of tensors where the option says, all others on the CPU."""
    is_asked = item.path.is_relative_to(TESTS) and (
        item.path.relative_to(TESTS).parts[0] in TENSOR_ROOMS
    )
    return item.config.stash[DEVICE] if is_asked else CPU


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Run a test and the fixtures that it is the first to ask for, also those of its module."""
    device = device_of(item)
    with nullcontext() if device == CPU else device:
        return (yield)


@pytest.fixture
def device(request):
    """Where the tensors of this test lie when nothing else is said."""
    return device_of(request.node)


@pytest.fixture(autouse=True)
def _same_random_numbers_for_every_test():
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def _no_log_file_that_is_closed():
    """uvicorn, below the page, closes all files of logs; mmengine goes on to write to its own."""
    for logger in MMLogger._instance_dict.values():
        for handler in [*logger.handlers]:
            if isinstance(handler, logging.FileHandler) and handler.stream is None:
                logger.removeHandler(handler)


def pytest_ignore_collect(collection_path, config):
    if collection_path.name == 'compiled' and not config.getoption('compiled'):
        return True
    return None  # not False, which would overrule the options of pytest


def pytest_collection_modifyitems(items):
    without_cuda = pytest.mark.skip(reason='needs a CUDA GPU')
    for item in items:
        if 'gpu' in item.keywords and not torch.cuda.is_available():
            item.add_marker(without_cuda)
        for marker in item.iter_markers('cpu_only'):
            if device_of(item) != CPU:
                item.add_marker(pytest.mark.skip(reason=f'on a CPU only: {marker.args[0]}'))
        for marker in item.iter_markers('needs_torch'):
            version, reason = marker.args
            if digit_version(torch.__version__) < digit_version(version):
                item.add_marker(pytest.mark.skip(reason=f'needs torch {version}: {reason}'))
