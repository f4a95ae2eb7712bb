"""One page that compares trained models: any of mmseg's, on the test set of their configs."""

from mmseg_scr.reports.report import PAGE, TWIN, Settings, write_report

__all__ = ['PAGE', 'TWIN', 'Settings', 'write_report']
