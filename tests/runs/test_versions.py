import platform
from importlib.metadata import distributions

import mmseg_scr
from mmseg_scr.runs.versions import package_versions


def test_versions_are_those_of_what_is_installed():
    versions = package_versions()
    installed = {(d.metadata['Name'].removeprefix('onedl-'), d.version) for d in distributions()}
    assert ('mmengine', versions['mmengine']) in installed
    assert ('mmsegmentation', versions['mmseg']) in installed
    assert versions['python'] == platform.python_version()
    assert versions['mmseg_scr'] == mmseg_scr.__version__
    assert versions['torch'][0].isdigit()
