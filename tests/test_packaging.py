import importlib.util
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from mmengine.config import Config
from packaging.requirements import Requirement
from packaging.version import Version

import mmseg_scr
from mmseg_scr.backbones.weights_package import LITE0

tomllib = pytest.importorskip('tomllib')

ROOT = Path(__file__).parents[1]
METADATA = tomllib.loads((ROOT / 'pyproject.toml').read_text())
PROJECT = METADATA['project']
METAFILES = yaml.safe_load((ROOT / 'model-index.yml').read_text())['Import']
CITATION = yaml.safe_load((ROOT / 'CITATION.cff').read_text())
RELATIVE_LINK = re.compile(r'\]\((?!https?:|#)')
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
    assert 'version' in PROJECT['dynamic']
    assert 'version' not in PROJECT
    assert str(Version(mmseg_scr.__version__)) == mmseg_scr.__version__


@pytest.mark.parametrize('extra', PROJECT['optional-dependencies'])
def test_extra_parses(extra):
    for line in PROJECT['optional-dependencies'][extra]:
        assert Requirement(line).name


def test_authors_and_addresses_are_those_of_the_citation():
    assert PROJECT['authors'] == CITATION['authors']
    known = {CITATION[key] for key in ('repository-code', 'url') if key in CITATION}
    assert set(PROJECT.get('urls', {}).values()) == known


def test_page_of_the_package_names_files_in_place_of_links_to_them():
    spec = importlib.util.spec_from_file_location('setup_script', ROOT / 'setup.py')
    setup_script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(setup_script)
    readme = (
        '# A\n\n![x](docs/x.png)\n\n[one](docs/one.md#a), [two](https://two.org), [three](#b)\n'
    )
    assert setup_script.package_page(readme) == (
        f'# A\n\n{setup_script.PAGE_NOTE}'
        'one (`docs/one.md#a`), [two](https://two.org), [three](#b)\n'
    )


def test_base_install_leaves_the_choice_of_the_line():
    names = [Requirement(line).name for line in PROJECT['dependencies']]
    assert not [name for name in names if LINES.fullmatch(name)]


def test_extra_of_onedl_holds_torch_and_the_line():
    names = {Requirement(line).name for line in PROJECT['optional-dependencies']['onedl']}
    assert {'torch', 'torchvision', 'onedl-mmcv', 'onedl-mmengine', 'onedl-mim'} <= names


def test_timm_comes_with_the_line_and_its_weights_by_choice():
    extras = {
        name: {Requirement(line).name for line in lines}
        for name, lines in PROJECT['optional-dependencies'].items()
    }
    assert 'timm' in extras['onedl']
    assert [name for name in extras if LITE0 in extras[name]] == ['weights']
    assert 'weights' not in Requirement(*PROJECT['optional-dependencies']['all']).extras


def test_mim_finds_the_package_folder_by_the_first_line_of_record():
    info = PROJECT['name'].replace('-', '_') + '-0.dist-info/RECORD'
    assert sorted([info, 'mmseg_scr/.mim/model-index.yml'])[0].startswith('mmseg_scr/')
    assert 'scripts' not in PROJECT


@pytest.mark.parametrize('file', ['weights/files/a.pth', 'weights/files/a.json', 'py.typed'])
def test_trained_weights_are_data_of_the_package(file):
    patterns = METADATA['tool']['setuptools']['package-data']['mmseg_scr']
    assert any(Path(file).match(pattern) for pattern in patterns)


def test_git_takes_trained_weights_and_no_other_checkpoints():
    if not (ROOT / '.git').exists():
        pytest.skip('a source archive has no repository')

    def is_ignored(path):
        command = ['git', 'check-ignore', '--quiet', '--no-index', path]
        return subprocess.run(command, cwd=ROOT, check=False).returncode == 0

    assert not is_ignored('mmseg_scr/weights/files/a.pth')
    assert is_ignored('a.pth')


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


with_setuptools = pytest.mark.skipif(
    OLD_SETUPTOOLS, reason='setuptools is older than the build asks for'
)


def build_wheel(source, folder):
    command = [sys.executable, '-m', 'pip', 'wheel', str(source), '--no-deps', '--wheel-dir']
    subprocess.run([*command, str(folder), '--no-build-isolation', '--quiet'], check=True)
    (wheel,) = folder.glob('mmsegmentation_scr-*.whl')
    return wheel


def files_below(*folders):
    """Of the repository, as paths relative to it; nothing that Python or an editor leaves there."""
    return {
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).rglob('*')
        if path.is_file() and path.suffix != '.pyc' and not path.name.startswith('.')
    }


@pytest.fixture(scope='module')
def source_archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp('sdist')
    code = f'from setuptools import build_meta; build_meta.build_sdist({str(folder)!r})'
    subprocess.run([sys.executable, '-c', code], cwd=ROOT, check=True, capture_output=True)
    (archive,) = folder.glob('mmsegmentation_scr-*.tar.gz')
    with tarfile.open(archive) as file:
        file.extractall(folder, filter='data')
    return folder / archive.name.removesuffix('.tar.gz')


@with_setuptools
def test_wheel_ships_what_mim_reads_and_leaves_no_trace(tmp_path):
    before = set(ROOT.iterdir())
    wheel = build_wheel(ROOT, tmp_path)
    names = set(zipfile.ZipFile(wheel).namelist())
    mim = {name.removeprefix('mmseg_scr/.mim/') for name in names if '/.mim/' in name}
    assert mim == files_below('configs', 'tools') | {'model-index.yml'}
    assert wheel.name.split('-')[1] == mmseg_scr.__version__
    assert not [name for name in names if name.startswith('tests')]
    assert set(ROOT.iterdir()) == before
    assert not (ROOT / 'mmseg_scr' / '.mim').exists()


@with_setuptools
def test_source_archive_holds_what_a_contributor_needs(source_archive):
    shipped = {
        str(path.relative_to(source_archive))
        for path in source_archive.rglob('*')
        if path.is_file()
    }
    assert shipped >= files_below('mmseg_scr', 'configs', 'tools', 'docs', 'tests')
    assert shipped >= {'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'CITATION.cff', 'LICENSE'}
    assert shipped >= {'Makefile', 'model-index.yml', 'pyproject.toml', 'setup.py'}


@with_setuptools
def test_wheel_of_the_source_archive_is_complete_typed_and_described(source_archive, tmp_path):
    wheel = zipfile.ZipFile(build_wheel(source_archive, tmp_path))
    names = set(wheel.namelist())
    assert {f'mmseg_scr/.mim/{name}' for name in files_below('configs', 'tools')} <= names
    assert files_below('mmseg_scr') <= names
    assert 'mmseg_scr/py.typed' in names
    (metadata,) = (name for name in names if name.endswith('.dist-info/METADATA'))
    page = wheel.read(metadata).decode()
    assert f'Author: {CITATION["authors"][0]["name"]}' in page
    assert 'Classifier: Typing :: Typed' in page
    assert not RELATIVE_LINK.search(page)
