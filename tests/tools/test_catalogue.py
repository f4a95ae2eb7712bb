import sys
from pathlib import Path

from builders.tools import load_tool

from mmseg_scr.catalogue import TABLE_HEADER, read_table

ROOT = Path(__file__).parents[2]
CONFIG = 'demo/scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'


def test_tool_fills_the_table_and_keeps_the_page(tmp_path, monkeypatch, capsys):
    tool = load_tool('catalogue.py')
    (tmp_path / '_base_').symlink_to(ROOT / 'configs' / '_base_')
    (tmp_path / 'demo').mkdir()
    (tmp_path / CONFIG).write_text((ROOT / 'configs' / CONFIG).read_text())
    page = tmp_path / 'README.md'
    page.write_text(f'# Configs\n\n{TABLE_HEADER}\n')
    monkeypatch.setattr(tool, 'CONFIGS', tmp_path)
    monkeypatch.setattr(sys, 'argv', ['catalogue.py'])
    tool.main()
    (entry,) = read_table(page.read_text())
    assert (entry.config, entry.size, entry.miou) == (CONFIG, '96x192', '-')
    assert page.read_text().startswith('# Configs\n\n')
    assert capsys.readouterr().out == f'1 configs in {page}\n'
