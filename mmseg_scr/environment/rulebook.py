"""The rules themselves: what goes wrong with MMSegmentation 1.x, and the command that mends it."""

from mmseg_scr.environment.rules import Finding, Rule, findings
from mmseg_scr.environment.snapshot import CLASSIC, MODULES, ONEDL, PLUGIN, PRETRAIN, Snapshot

TORCH_STACK = 'torch torchvision'  # in one command, or pip pairs builds that do not fit
ONEDL_STACK = (
    f"{TORCH_STACK} 'onedl-mmcv>=2.3' 'onedl-mmengine>=0.10.12' 'onedl-mmsegmentation>=1.4' "
    "'onedl-mim>=0.5.1' 'timm>=1.0' ftfy regex"
)
# The last that mmcv 2.1 compiles against: it is C++17, later ones want C++20.
CLASSIC_TORCH = "torch==2.13.0 torchvision==0.28.0 'setuptools<82' wheel"
CLASSIC_STACK = "mmcv==2.1.0 mmengine==0.10.7 mmsegmentation==1.2.2 'timm>=1.0' ftfy regex"
BOTH_LINES = ' '.join((*CLASSIC, *ONEDL, *PRETRAIN, 'mmcv-lite'))
REINSTALL_TORCH = f'pip uninstall -y {TORCH_STACK} && pip install {TORCH_STACK}'
REINSTALL_OPENCV = (
    'pip uninstall -y opencv-python opencv-python-headless && pip install opencv-python-headless'
)
ANY_LATER = '999'
# In this order: the first that fails is the cause of the others.
REQUIRED = tuple(module for module in MODULES if module not in ('torchvision', 'mmpretrain'))

RULES = (
    Rule(
        'mixed lines',
        lambda s: s.line == 'mixed',
        'The OneDL and the classic distributions are both installed (onedl-mmsegmentation '
        '{onedl-mmsegmentation}, mmsegmentation {mmsegmentation}; onedl-mmcv {onedl-mmcv}, mmcv '
        '{mmcv}; onedl-mmengine {onedl-mmengine}, mmengine {mmengine}). They share their import '
        'paths, so the one installed last has overwritten files of the other.',
        f'pip uninstall -y {BOTH_LINES} && pip install {ONEDL_STACK}',
    ),
    Rule(
        'no mmseg',
        lambda s: s.line == 'none' and s.fails('mmseg'),
        'Neither line of MMSegmentation is installed ({error of mmseg}).',
        f'pip install {ONEDL_STACK}',
    ),
    Rule(
        'no torch',
        lambda s: not s.has_any('torch') and s.fails('torch'),
        'PyTorch is not installed.',
        f'pip install {TORCH_STACK}',
    ),
    Rule(
        'old torch',
        lambda s: s.between('torch', '0', '2.6' if s.line == 'OneDL' else '2.1'),
        'torch {torch} is too old: at least 2.1 is needed, 2.6 on the OneDL line.',
        f'pip install --upgrade {TORCH_STACK}',
    ),
    Rule(
        'torch built for numpy 1',
        lambda s: s.between('torch', '2', '2.3') and s.between('numpy', '2', ANY_LATER),
        'torch {torch} cannot read arrays of numpy {numpy} ("Numpy is not available").',
        "pip install 'numpy<2'",
    ),
    Rule(
        'torchvision of another torch',
        lambda s: s.has_any('torchvision') and s.fails('torchvision') and not s.fails('torch'),
        'torchvision {torchvision} does not fit torch {torch} ({error of torchvision}), and mmseg '
        'imports it where it is present. Install both in one command, or have no torchvision.',
        REINSTALL_TORCH,
    ),
    Rule(
        'OpenCV without libGL',
        lambda s: s.fails('cv2', 'libGL'),
        'OpenCV wants a library of the desktop that this machine lacks ({error of cv2}).',
        REINSTALL_OPENCV,
    ),
    Rule(
        'no OpenCV',
        lambda s: s.line != 'none' and s.fails('cv2', "No module named 'cv2'"),
        'OpenCV is not installed; mmcv reads images with it.',
        'pip install opencv-python-headless',
    ),
    Rule(
        'incomplete OneDL line',
        lambda s: s.line == 'OneDL' and bool(s.lacks(*ONEDL)),
        'OneDL needs three distributions: onedl-mmcv {onedl-mmcv}, onedl-mmengine '
        '{onedl-mmengine}, onedl-mmsegmentation {onedl-mmsegmentation}.',
        f'pip install {ONEDL_STACK}',
    ),
    Rule(
        'old OneDL line',
        lambda s: (
            s.between('onedl-mmcv', '0', '2.3')
            or s.between('onedl-mmengine', '0', '0.10.12')
            or s.between('onedl-mmsegmentation', '0', '1.4')
        ),
        'onedl-mmcv {onedl-mmcv}, onedl-mmengine {onedl-mmengine} or onedl-mmsegmentation '
        '{onedl-mmsegmentation} is older than what this plugin is tested with.',
        f'pip install --upgrade {ONEDL_STACK}',
    ),
    Rule(
        'mmcv without its operators',
        lambda s: s.line == 'classic' and s.has_any('mmcv-lite'),
        'mmcv-lite {mmcv-lite} lacks mmcv._ext, which classic mmseg imports.',
        'pip uninstall -y mmcv mmcv-lite && pip install --no-build-isolation mmcv==2.1.0',
    ),
    Rule(
        'incomplete classic line',
        lambda s: s.line == 'classic' and bool(s.lacks(*CLASSIC)) and not s.has_any('mmcv-lite'),
        'The classic line needs three distributions: mmcv {mmcv}, mmengine {mmengine}, '
        'mmsegmentation {mmsegmentation}.',
        f'pip install {CLASSIC_TORCH} && pip install --no-build-isolation {CLASSIC_STACK}',
    ),
    Rule(
        'mmsegmentation 0.x',
        lambda s: s.between('mmsegmentation', '0', '1'),
        'mmsegmentation {mmsegmentation} has another configuration format; 1.x is needed.',
        'pip install --upgrade mmengine==0.10.7 mmsegmentation==1.2.2',
    ),
    Rule(
        'mmcv that classic mmseg refuses',
        lambda s: s.between('mmcv', '0', '2') or s.between('mmcv', '2.2', ANY_LATER),
        'mmsegmentation {mmsegmentation} takes mmcv 2.0 or 2.1, not {mmcv} ("MMCV=={mmcv} is used '
        'but incompatible").',
        'pip uninstall -y mmcv && pip install --no-build-isolation mmcv==2.1.0',
    ),
    Rule(
        'setuptools without pkg_resources',
        lambda s: s.line == 'classic' and not s.between('setuptools', '0', '82'),
        'Classic mmengine and openmim import pkg_resources, which setuptools {setuptools} lacks.',
        "pip install 'setuptools<82'",
    ),
    Rule(
        'text packages missing',
        lambda s: (
            s.line != 'none'
            and (s.fails('ftfy', 'No module named') or s.fails('regex', 'No module named'))
        ),
        'mmseg imports ftfy and regex without requiring them everywhere.',
        'pip install ftfy regex',
    ),
    Rule(
        'mim of the classic line',
        lambda s: s.line == 'OneDL' and s.has_any('openmim'),
        'openmim {openmim} does not see OneDL distributions: `mim train -y` would install classic '
        'mmsegmentation over them.',
        "pip uninstall -y openmim onedl-mim && pip install 'onedl-mim>=0.5.1'",
    ),
    Rule(
        'mim of the OneDL line',
        lambda s: s.line == 'classic' and s.has_any('onedl-mim'),
        'onedl-mim {onedl-mim} does not see classic distributions: `mim train -y` would install '
        'onedl-mmsegmentation over them.',
        'pip uninstall -y openmim onedl-mim && pip install openmim==0.3.9',
    ),
    Rule(
        'mmpretrain without torchvision',
        lambda s: s.has_any(*PRETRAIN) and not s.has_any('torchvision'),
        'Backbones of mmpretrain (VAN) need torchvision; MSCAN does not.',
        REINSTALL_TORCH,
        only_notes=True,
    ),
    Rule(
        'no timm',
        lambda s: s.line != 'none' and not s.has_any('timm'),
        'The backbone EfficientNetLite0 is built by timm, which is not installed; nothing else '
        'needs it.',
        "pip install 'timm>=1.0' torchvision",
        only_notes=True,
    ),
    Rule(
        'no mim',
        lambda s: s.line == 'OneDL' and not s.has_any('onedl-mim', 'openmim'),
        '`mim train mmsegmentation CONFIG` is not available; `python tools/train.py CONFIG` is.',
        "pip install 'onedl-mim>=0.5.1'",
        only_notes=True,
    ),
    Rule(
        'mmseg without a distribution',
        lambda s: s.line == 'none' and not s.fails('mmseg'),
        'mmseg is imported from a source tree on PYTHONPATH; mim does not find it.',
        'pip install -e PATH_OF_THAT_SOURCE_TREE',
        only_notes=True,
    ),
    Rule(
        'plugin without a distribution',
        lambda s: not s.has_any(PLUGIN),
        'mmseg_scr is imported from the working directory: configs work from here only.',
        'pip install -e .',
        only_notes=True,
    ),
    Rule(
        'no GPU',
        lambda s: not s.gpus and not s.fails('torch'),
        'torch {torch} sees no GPU. The demo trains on a CPU, the configs of the paper do not.',
        'nvidia-smi',
        only_notes=True,
    ),
)


def diagnose(snapshot: Snapshot) -> list[Finding]:
    """Broken rules; where none explains it, also the first required module that does not import."""
    found = findings(snapshot, RULES)
    unexplained = [module for module in REQUIRED if snapshot.fails(module)]
    if unexplained and all(finding.only_notes for finding in found):
        module = unexplained[0]
        mend = _reinstall(module, snapshot.line)
        found.append(Finding(f'{module} does not import', snapshot.failures[module], mend, False))
    return found


def _reinstall(module: str, line: str) -> str:
    package = module.split('.')[0]
    commands = {
        'torch': REINSTALL_TORCH,
        'cv2': REINSTALL_OPENCV,
        'mmseg_scr': 'pip install --force-reinstall --no-deps -e .',
    }
    if package not in CLASSIC and package != 'mmseg':
        return commands.get(package, f'pip install --force-reinstall --no-deps {package}')
    if line == 'classic':
        return f'pip install --force-reinstall --no-deps --no-build-isolation {CLASSIC_STACK}'
    return f'pip uninstall -y {BOTH_LINES} && pip install {ONEDL_STACK}'
