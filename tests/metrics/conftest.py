import pytest

from mmseg_scr.metrics import class_table


@pytest.fixture
def printed(monkeypatch):
    """What metrics log; mmengine's loggers keep the stream of the test that made them."""
    texts = []
    monkeypatch.setattr(class_table, 'print_log', lambda text, logger: texts.append(text))
    return lambda: '\n'.join(texts)
