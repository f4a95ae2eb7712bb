import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_its_configs_exist_and_the_baseline_comes_first():
    spec = importlib.util.spec_from_file_location('demo_tool', ROOT / 'tools' / 'demo.py')
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert list(tool.METHODS) == ['baseline', 'ours']
    assert all(path.is_file() for path in tool.METHODS.values())
