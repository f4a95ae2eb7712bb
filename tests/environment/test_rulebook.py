"""Each test spoils one thing of a whole environment and looks at what is found."""

import pytest

from mmseg_scr.environment import Snapshot, diagnose
from mmseg_scr.environment.rulebook import RULES

COMMON = {
    'torch': '2.15.0+cu132',
    'torchvision': '0.29.2',
    'numpy': '2.4.6',
    'timm': '1.0.31',
    'mmsegmentation-scr': '0.1.0',
}
ONEDL = {
    **COMMON,
    'setuptools': '84.2.1',
    'onedl-mmcv': '2.3.6',
    'onedl-mmengine': '0.10.12',
    'onedl-mmsegmentation': '1.4.2',
    'onedl-mim': '0.5.1',
}
CLASSIC = {
    **COMMON,
    'setuptools': '81.0.0',
    'mmcv': '2.1.0',
    'mmengine': '0.10.7',
    'mmsegmentation': '1.2.2',
    'openmim': '0.3.9',
}
GPU = ('NVIDIA H100, 79 GiB',)
NMS = 'RuntimeError: operator torchvision::nms does not exist'
LIBGL = 'ImportError: libGL.so.1: cannot open shared object file'
NO = "ModuleNotFoundError: No module named '{}'"


def without(versions, *names):
    return {name: version for name, version in versions.items() if name not in names}


CASES = {
    'mixed lines': (
        {**ONEDL, 'mmsegmentation': '1.2.2'},
        {},
        'onedl-mmsegmentation 1.4.2, mmsegmentation 1.2.2',
        'pip uninstall -y mmcv mmengine mmsegmentation onedl-mmcv',
    ),
    'no mmseg': (
        COMMON,
        {'mmseg': NO.format('mmseg'), 'mmseg_scr.registration': NO.format('mmseg')},
        "No module named 'mmseg'",
        "pip install torch torchvision 'onedl-mmcv>=2.3'",
    ),
    'no torch': (
        without(ONEDL, 'torch', 'torchvision'),
        {'torch': NO.format('torch')},
        'PyTorch is not installed',
        'pip install torch torchvision',
    ),
    'old torch': (
        {**CLASSIC, 'torch': '1.13.1', 'numpy': '1.26.4'},
        {},
        'torch 1.13.1 is too old',
        'pip install --upgrade torch torchvision',
    ),
    'torch built for numpy 1': (
        {**CLASSIC, 'torch': '2.1.2+cu118', 'numpy': '2.0.1'},
        {},
        'torch 2.1.2+cu118 cannot read arrays of numpy 2.0.1',
        "pip install 'numpy<2'",
    ),
    'torchvision of another torch': (
        ONEDL,
        {'torchvision': NMS, 'mmseg.datasets': NMS},
        'torchvision 0.29.2 does not fit torch 2.15.0',
        'pip uninstall -y torch torchvision && pip install torch torchvision',
    ),
    'OpenCV without libGL': (
        ONEDL,
        {'cv2': LIBGL, 'mmcv': LIBGL},
        'libGL.so.1',
        'opencv-python-headless',
    ),
    'no OpenCV': (
        ONEDL,
        {'cv2': NO.format('cv2'), 'mmcv': NO.format('cv2')},
        'OpenCV is not installed',
        'pip install opencv-python-headless',
    ),
    'incomplete OneDL line': (
        without(ONEDL, 'onedl-mmcv'),
        {'mmcv': NO.format('mmcv')},
        'onedl-mmcv none',
        "'onedl-mmcv>=2.3'",
    ),
    'old OneDL line': (
        {**ONEDL, 'onedl-mmengine': '0.10.9'},
        {},
        'onedl-mmengine 0.10.9',
        'pip install --upgrade',
    ),
    'mmcv without its operators': (
        {**without(CLASSIC, 'mmcv'), 'mmcv-lite': '2.1.0'},
        {'mmseg.models': NO.format('mmcv._ext')},
        'mmcv-lite 2.1.0 lacks mmcv._ext',
        'pip install --no-build-isolation mmcv==2.1.0',
    ),
    'incomplete classic line': (
        without(CLASSIC, 'mmengine'),
        {'mmengine': NO.format('mmengine')},
        'mmengine none',
        'mmengine==0.10.7',
    ),
    'mmsegmentation 0.x': (
        {**CLASSIC, 'mmsegmentation': '0.30.0'},
        {},
        'mmsegmentation 0.30.0',
        'mmsegmentation==1.2.2',
    ),
    'mmcv that classic mmseg refuses': (
        {**CLASSIC, 'mmcv': '2.2.0'},
        {'mmseg': 'AssertionError: MMCV==2.2.0 is used but incompatible'},
        'takes mmcv 2.0 or 2.1, not 2.2.0',
        'mmcv==2.1.0',
    ),
    'setuptools without pkg_resources': (
        {**CLASSIC, 'setuptools': '82.0.1'},
        {},
        'which setuptools 82.0.1 lacks',
        "pip install 'setuptools<82'",
    ),
    'text packages missing': (
        CLASSIC,
        {'ftfy': NO.format('ftfy'), 'mmseg.models': NO.format('ftfy')},
        'mmseg imports ftfy and regex',
        'pip install ftfy regex',
    ),
    'mim of the classic line': (
        {**without(ONEDL, 'onedl-mim'), 'openmim': '0.3.9'},
        {},
        'openmim 0.3.9 does not see OneDL distributions',
        "pip uninstall -y openmim onedl-mim && pip install 'onedl-mim>=0.5.1'",
    ),
    'mim of the OneDL line': (
        {**without(CLASSIC, 'openmim'), 'onedl-mim': '0.5.1'},
        {},
        'onedl-mim 0.5.1 does not see classic distributions',
        'pip uninstall -y openmim onedl-mim && pip install openmim==0.3.9',
    ),
}

NOTES = {
    'no timm': (without(ONEDL, 'timm'), GPU),
    'no mim': (without(ONEDL, 'onedl-mim'), GPU),
    'mmpretrain without torchvision': (
        {**without(ONEDL, 'torchvision'), 'onedl-mmpretrain': '1.3.6'},
        GPU,
    ),
    'mmseg without a distribution': (COMMON, GPU),
    'plugin without a distribution': (without(ONEDL, 'mmsegmentation-scr'), GPU),
    'no GPU': (ONEDL, ()),
}


@pytest.mark.parametrize('versions', [ONEDL, CLASSIC, without(ONEDL, 'torchvision')])
def test_whole_environment_breaks_no_rule(versions):
    assert diagnose(Snapshot(versions, gpus=GPU)) == []


@pytest.mark.parametrize('name', CASES)
def test_error_names_the_cause_and_the_mend(name):
    versions, failures, message, mend = CASES[name]
    (finding,) = diagnose(Snapshot(versions, failures, GPU))
    assert (finding.name, finding.only_notes) == (name, False)
    assert message in finding.message
    assert mend in finding.mend


@pytest.mark.parametrize('name', NOTES)
def test_note_leaves_the_environment_usable(name):
    versions, gpus = NOTES[name]
    (finding,) = diagnose(Snapshot(versions, gpus=gpus))
    assert (finding.name, finding.only_notes) == (name, True)


def test_every_rule_has_a_case():
    assert sorted(rule.name for rule in RULES) == sorted([*CASES, *NOTES])


@pytest.mark.parametrize(
    ('failures', 'versions', 'name', 'mend'),
    [
        (
            {'torch': 'OSError: libcudart.so.12', 'mmseg': 'OSError: libcudart.so.12'},
            ONEDL,
            'torch does not import',
            'pip uninstall -y torch torchvision && pip install torch torchvision',
        ),
        (
            {'mmseg.models': 'ImportError: cannot import name digit_version'},
            CLASSIC,
            'mmseg.models does not import',
            'pip install --force-reinstall --no-deps --no-build-isolation mmcv==2.1.0',
        ),
        (
            {'mmseg.models': 'ImportError: cannot import name digit_version'},
            ONEDL,
            'mmseg.models does not import',
            '&& pip install ',
        ),
        (
            {'mmseg_scr.registration': 'KeyError: SCRHead is already registered'},
            ONEDL,
            'mmseg_scr.registration does not import',
            'pip install --force-reinstall --no-deps -e .',
        ),
        (
            {'regex': 'ImportError: _regex.so'},
            ONEDL,
            'regex does not import',
            'pip install --force-reinstall --no-deps regex',
        ),
    ],
)
def test_failure_that_no_rule_explains_is_told_by_its_first_module(failures, versions, name, mend):
    (finding,) = diagnose(Snapshot(versions, failures, GPU))
    assert (finding.name, finding.message) == (name, next(iter(failures.values())))
    assert mend in finding.mend


def test_optional_modules_may_be_absent():
    failures = {name: NO.format(name) for name in ('torchvision', 'mmpretrain')}
    assert diagnose(Snapshot(without(ONEDL, 'torchvision'), failures, GPU)) == []
