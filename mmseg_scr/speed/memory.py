"""The most memory that a run needs at a time, beside what is there before it."""

import gc

import torch
from torch.profiler import ProfilerActivity, profile

from mmseg_scr.speed.clocks import Run

MEMORY = '[memory]'  # name of the profiler's events of the allocator


def peak_bytes(run: Run, device: str = 'cpu') -> int:
    """Run once and return the largest sum of bytes that were allocated and not yet freed.

    Weights and inputs do not count, for they are there before. On a CPU the allocator of torch is
    watched, so that the buffers of compiled code and of workspaces count; memory that other
    libraries allocate themselves, such as onnxruntime or oneDNN's caches, is not seen.

    Args:
        run: called once before too, so that what it allocates for good is there.
        device: where it runs.
    """
    run()
    gc.collect()
    if torch.device(device).type == 'cuda':
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        run()
        torch.cuda.synchronize()
        return torch.cuda.max_memory_allocated() - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        run()
    events = [e for e in profiler.profiler.kineto_results.events() if e.name() == MEMORY]
    current = peak = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        current += event.nbytes()
        peak = max(peak, current)
    return peak
