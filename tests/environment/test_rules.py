from mmseg_scr.environment.rules import Finding, Rule, findings
from mmseg_scr.environment.snapshot import Snapshot


def test_message_is_filled_with_versions_and_errors():
    rule = Rule('pair', lambda s: s.has_any('torch'), '{torch}, {mmcv}, {error of cv2}', 'mend it')
    snapshot = Snapshot({'torch': '2.6.0'}, {'cv2': 'ImportError: libGL'})
    assert findings(snapshot, [rule]) == [
        Finding('pair', '2.6.0, none, ImportError: libGL', 'mend it', False)
    ]


def test_rules_that_hold_are_silent():
    rules = [Rule('never', lambda s: False, '', ''), Rule('always', lambda s: True, '', '', True)]
    assert findings(Snapshot({}), rules) == [Finding('always', '', '', True)]
