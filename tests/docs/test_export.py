"""The script of docs/export.md, as it is printed, and the words of the page about the tool."""

import ast
import subprocess
import sys

import numpy as np
import pytest
from builders.exported import CLASSES, INSTALL, PALETTE, save_scene, small_model
from docs.pages import ROOT, Page
from PIL import Image

from mmseg_scr.export import FORMATS, OUTPUTS, Deployed, Limits, export_model
from mmseg_scr.export.metadata import describe
from mmseg_scr.export.parity import predict_with_mmseg
from mmseg_scr.export.unseen import draw_pictures

PAGE = Page(ROOT / 'docs/export.md')
SCRIPT = 'predict_onnx.py'
ALONE = {'json', 'sys', 'numpy', 'onnxruntime', 'PIL'}
KINDS = [(True, 'labels'), (False, 'logits')]


@pytest.mark.slow
@pytest.mark.parametrize(('normalize', 'output'), KINDS)
def test_script_predicts_what_mmseg_predicts(normalize, output, tmp_path):
    for name in ('onnx', 'onnxruntime', 'onnxscript'):
        pytest.importorskip(name, reason=INSTALL)
    (command,) = (s.text for s in PAGE.steps if s.text.startswith(f'python {SCRIPT}'))
    _, script, model, photo, result = command.split()
    (tmp_path / script).write_text(PAGE.files[SCRIPT])
    deployed = Deployed(small_model(), normalize=normalize, output=output)
    export_model(deployed, tmp_path / model, 'onnx')
    scene = save_scene(tmp_path / photo)
    done = subprocess.run(
        [sys.executable, script, model, photo, result],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pictures = draw_pictures({}, scene)['photograph']
    expected = deployed.labels(predict_with_mmseg(deployed, pictures))[0].numpy()
    colors = np.asarray(Image.open(tmp_path / result))
    assert (colors == np.array(PALETTE, np.uint8)[expected]).all(-1).mean() >= Limits().agreement
    share = (expected == 0).mean()
    assert f'{CLASSES[0]}: {share:.1%}' in done.stdout


def test_script_imports_nothing_else():
    tree = ast.parse(PAGE.files[SCRIPT])
    names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    names += [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert {name.split('.')[0] for name in names} == ALONE


def test_page_names_every_format_output_and_metadata():
    for name in (*FORMATS, *OUTPUTS, *describe(Deployed(small_model()), {})):
        assert f'`{name}`' in PAGE.text, name
