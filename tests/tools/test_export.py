"""tools/export.py as a command; tests/docs/test_export.py has a model that it has written."""

import json

import pytest
from builders.checkpoints import save_harmful
from builders.tiny_models import CLASSES, save_tiny_model
from builders.tools import call_tool

SIZES = ('--sizes', '1x97x129', '3x64x160')


def run(folder, *arguments, checkpoint='model/weights.pth'):
    files = 'model/config.py', checkpoint, '--format', 'torch_export'
    done = call_tool('export.py', *files, *arguments, folder=folder)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path):
    save_tiny_model(tmp_path / 'model', 'LightHamHead', mode='slide', crop_size=(64, 64), stride=42)
    return tmp_path


@pytest.mark.slow
def test_model_with_random_bases_and_windows_is_written_with_a_line_for_each(folder):
    code, out, errors = run(folder, '--out', 'out/a.pt2', '--output', 'labels', *SIZES)
    assert code == 0, errors
    assert 'The model draws random bases at every call (1 module): the file has one drawing' in out
    assert 'The config predicts in sliding windows: the file has the network for one window' in out
    assert out.count('| ok |') == 2
    names = {path.name for path in (folder / 'out').iterdir()}
    assert names == {'a.pt2', 'a.parity.json', 'a.parity.md'}
    assert (folder / 'out/a.parity.md').read_text().strip() in out
    report = json.loads((folder / 'out/a.parity.json').read_text())
    assert report['passes']
    assert json.loads(report['metadata']['classes']) == list(CLASSES)
    assert len(report['metadata']['checkpoint_sha256']) == 64
    code, _, errors = run(folder, '--out', 'out/a.pt2')
    assert code == 2
    assert 'out/a.parity.json exists; name another file, or give --overwrite' in errors


@pytest.mark.slow
def test_a_file_that_is_not_equal_gets_another_name_and_a_failing_exit_code(folder):
    # Below 33 pixels the last map is one pixel, which the program tells from several.
    code, out, errors = run(folder, '--out', 'a.pt2', '--sizes', '1x97x129', '1x20x20')
    assert code == 1
    assert '| FAILS: Guard failed' in out
    assert 'so it is a.failed.pt2' in errors
    assert not (folder / 'a.pt2').exists()
    assert not json.loads((folder / 'a.failed.parity.json').read_text())['passes']
    assert (folder / 'a.failed.pt2').is_file()


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('--out', 'a.onnx'), "the name of torch_export ends in .pt2, got 'a.onnx'"),
        (('--out', 'a.pt2', '--sizes', '1x20'), "must be BxHxW, as 3x160x224, got '1x20'"),
        (('--out', 'a.pt2', '--example', '1x64x64'), '--example must be 2x2x2 at least'),
        (('--out', 'a.pt2', '--tolerance', 'nan'), '--tolerance must be positive'),
        (('--out', 'a.pt2', '--photo', 'no.jpg'), "No such file or directory: 'no.jpg'"),
        (('--out', 'a.pt2', '--photo', 'model/config.py'), "the photograph 'model/config.py': no"),
    ],
)
def test_bad_input_is_one_message_and_writes_nothing(folder, arguments, message):
    code, _, errors = run(folder, *arguments)
    assert code == 2
    assert message in errors
    assert 'Traceback' not in errors
    assert [path.name for path in folder.iterdir()] == ['model']


def test_a_checkpoint_that_runs_code_is_refused(folder):
    save_harmful(folder / 'bad.pth', folder / 'victim')
    code, _, errors = run(folder, '--out', 'a.pt2', checkpoint='bad.pth')
    assert code == 2
    assert '--trust-checkpoint' in errors
    assert not (folder / 'victim').exists()
    assert 'Traceback' not in errors
