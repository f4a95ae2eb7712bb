import subprocess
import sys

import pytest

from mmseg_scr.heap import can_keep_memory

FAULTS = """
import resource
import torch
from mmseg_scr import heap

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(2**25)  # 128 MiB: 32,768 pages
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

for change in (lambda: None, heap.keep_memory):
    change()
    for _ in range(20):  # until there is a block that nothing small stands in
        last = faults()
    print(last)
"""


@pytest.mark.slow
@pytest.mark.skipif(not can_keep_memory(), reason='needs glibc')
def test_kept_memory_is_not_asked_of_the_system_again():
    run = subprocess.run([sys.executable, '-c', FAULTS], capture_output=True, text=True, check=True)
    usual, kept = map(int, run.stdout.split()[-2:])
    assert kept < usual / 10
