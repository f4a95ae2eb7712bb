import re
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from mmengine.config import Config
from packaging.requirements import Requirement
from packaging.version import Version

import mmseg_scr

tomllib = pytest.importorskip('tomllib')

ROOT = Path(__file__).parents[1]
METADATA = tomllib.loads((ROOT / 'pyproject.toml').read_text())
PROJECT = METADATA['project']
METAFILES = yaml.safe_load((ROOT / 'model-index.yml').read_text())['Import']
LINES = re.compile(r'(onedl-)?(mmcv|mmengine|mmsegmentation|mmpretrain)(-lite)?')


def load(metafile):
    return yaml.safe_load((ROOT / metafile).read_text())


def models():
    return [
        pytest.param(metafile, model, id=model['Name'])
        for metafile in METAFILES
        if (ROOT / metafile).is_file()
        for model in load(metafile)['Models']
    ]


def test_version_is_stated_once_and_valid():
    assert PROJECT['dynamic'] == ['version']
    assert 'version' not in PROJECT
    assert str(Version(mmseg_scr.__version__)) == mmseg_scr.__version__


@pytest.mark.parametrize('extra', PROJECT['optional-dependencies'])
def test_extra_parses(extra):
    for line in PROJECT['optional-dependencies'][extra]:
        assert Requirement(line).name


def test_base_install_leaves_the_choice_of_the_line():
    names = [Requirement(line).name for line in PROJECT['dependencies']]
    assert not [name for name in names if LINES.fullmatch(name)]


def test_extra_of_onedl_holds_torch_and_the_line():
    names = {Requirement(line).name for line in PROJECT['optional-dependencies']['onedl']}
    assert {'torch', 'torchvision', 'onedl-mmcv', 'onedl-mmengine', 'onedl-mim'} <= names


def test_mim_finds_the_package_folder_by_the_first_line_of_record():
    info = PROJECT['name'].replace('-', '_') + '-0.dist-info/RECORD'
    assert sorted([info, 'mmseg_scr/.mim/model-index.yml'])[0].startswith('mmseg_scr/')
    assert 'scripts' not in PROJECT


@pytest.mark.parametrize('metafile', METAFILES)
def test_metafile_lists_collections_and_models(metafile):
    content = load(metafile)
    names = [collection['Name'] for collection in content['Collections']]
    assert names
    for model in content['Models']:
        assert model['In Collection'] in names


@pytest.mark.parametrize(('metafile', 'model'), models())
def test_model_of_the_index_has_its_config(metafile, model):
    config = ROOT / model['Config']
    assert config.is_file()
    assert model['Name'] == config.stem
    assert config.parent == (ROOT / metafile).parent
    assert Config.fromfile(config).model.type
    for result in model.get('Results') or []:
        assert {'Task', 'Dataset', 'Metrics'} <= set(result)


@pytest.mark.parametrize('command', ['demo', 'tests'])
def test_readme_has_the_command_that_ci_runs(command):
    readme = (ROOT / 'README.md').read_text()
    fence = re.search(rf'^<!-- command: {command} -->\n+```bash\n(.+?)\n```', readme, re.M | re.S)
    assert fence, f'no bash fence after <!-- command: {command} -->'
    assert "pip install -e '.[onedl,test]'" in fence[1]


NEEDED_TO_BUILD = 77  # setuptools; pyproject.toml asks for it
OLD_SETUPTOOLS = int(version('setuptools').split('.')[0]) < NEEDED_TO_BUILD


def test_wheel_needs_the_setuptools_that_the_project_asks_for():
    (needed,) = (r for r in METADATA['build-system']['requires'] if r.startswith('setuptools'))
    assert needed == f'setuptools>={NEEDED_TO_BUILD}'


@pytest.mark.skipif(OLD_SETUPTOOLS, reason='setuptools is older than the build asks for')
def test_wheel_ships_what_mim_reads_and_leaves_no_trace(tmp_path):
    before = set(ROOT.iterdir())
    command = [sys.executable, '-m', 'pip', 'wheel', str(ROOT), '--no-deps', '--wheel-dir']
    subprocess.run([*command, str(tmp_path), '--no-build-isolation', '--quiet'], check=True)
    (wheel,) = tmp_path.glob('mmsegmentation_scr-*.whl')
    names = set(zipfile.ZipFile(wheel).namelist())
    mim = {name.removeprefix('mmseg_scr/.mim/') for name in names if '/.mim/' in name}
    shipped = {
        str(path.relative_to(ROOT))
        for folder in ('configs', 'tools')
        for path in (ROOT / folder).rglob('*')
        if path.is_file() and path.suffix != '.pyc'
    }
    assert mim == shipped | {'model-index.yml'}
    assert wheel.name.split('-')[1] == mmseg_scr.__version__
    assert not [name for name in names if name.startswith('tests')]
    assert set(ROOT.iterdir()) == before
    assert not (ROOT / 'mmseg_scr' / '.mim').exists()
