"""Where and with what something was measured."""

import datetime
import os
import platform
from pathlib import Path

import torch

from mmseg_scr.runs.versions import package_versions

CPU_INFO = Path('/proc/cpuinfo')


def describe_machine(device: str, command: str) -> dict[str, object]:
    """Versions, the name of the device, cores, date and the command."""
    on_gpu = torch.device(device).type == 'cuda'
    return {
        'device': torch.cuda.get_device_name(device) if on_gpu else _cpu_name(),
        'cores': os.cpu_count(),
        'system': platform.system(),
        'versions': package_versions(),
        'cuda': torch.version.cuda if on_gpu else None,
        'date': datetime.date.today().isoformat(),
        'command': command,
    }


def _cpu_name() -> str:
    lines = CPU_INFO.read_text().splitlines() if CPU_INFO.is_file() else []
    names = [line.partition(':')[2].strip() for line in lines if line.startswith('model name')]
    return names[0] if names else platform.processor() or platform.machine()
