"""What a run, or a prediction, ran on."""

import platform
from pathlib import Path

import torch

CPU_INFO = Path('/proc/cpuinfo')


def hardware_model(device: str) -> str:
    """Model of the device, as well as the system tells it."""
    if torch.device(device).type == 'cuda' and torch.cuda.is_available():
        return torch.cuda.get_device_name(device)
    lines = CPU_INFO.read_text().splitlines() if CPU_INFO.is_file() else []
    models = [line.partition(':')[2].strip() for line in lines if line.startswith('model name')]
    return models[0] if models else platform.processor() or platform.machine()
