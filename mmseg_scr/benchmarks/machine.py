"""Where and with what something was measured."""

import datetime
import os
import platform

import torch

from mmseg_scr.runs.hardware import hardware_model
from mmseg_scr.runs.versions import package_versions


def describe_machine(device: str, command: str) -> dict[str, object]:
    """Versions, the name of the device, cores, date and the command."""
    on_gpu = torch.device(device).type == 'cuda'
    return {
        'device': hardware_model(device),
        'cores': os.cpu_count(),
        'system': platform.system(),
        'versions': package_versions(),
        'cuda': torch.version.cuda if on_gpu else None,
        'date': datetime.date.today().isoformat(),
        'command': command,
    }
