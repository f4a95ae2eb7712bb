"""The launch scripts, with programs on PATH that only print how they were called."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / 'tools'
ECHO = (
    '#!/bin/sh\necho "PYTHONPATH=$PYTHONPATH"\necho "$(basename "$0")"\nfor a; do echo "$a"; done\n'
)
SETTINGS = ('NNODES', 'NODE_RANK', 'PORT', 'MASTER_ADDR', 'GPUS', 'GPUS_PER_NODE', 'CPUS_PER_TASK')


@pytest.fixture
def launch(tmp_path):
    """A function that runs a script and returns the finished process."""
    for program in ('python', 'srun'):
        (tmp_path / program).write_text(ECHO)
        (tmp_path / program).chmod(0o755)
    kept = {k: v for k, v in os.environ.items() if k not in (*SETTINGS, 'PYTHONPATH', 'SRUN_ARGS')}

    def run(script, *arguments, **settings):
        path = f'{tmp_path}{os.pathsep}{os.environ["PATH"]}'
        return subprocess.run(
            ['bash', str(TOOLS / script), *arguments],
            env={**kept, 'PATH': path, **settings},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_dist_train_on_one_node(launch):
    done = launch('dist_train.sh', 'a config.py', '8', '--resume', '--cfg-options', 'x="a b"')
    assert done.stdout.splitlines() == [
        f'PYTHONPATH={ROOT}',
        'python',
        *('-m', 'torch.distributed.run', '--nnodes=1', '--node_rank=0'),
        *('--master_addr=127.0.0.1', '--master_port=29500', '--nproc_per_node=8'),
        *(f'{TOOLS}/train.py', 'a config.py', '--launcher', 'pytorch'),
        *('--resume', '--cfg-options', 'x="a b"'),
    ]


def test_dist_test_on_the_second_of_two_nodes(launch):
    nodes = {'NNODES': '2', 'NODE_RANK': '1', 'MASTER_ADDR': '10.0.0.1', 'PORT': '29501'}
    done = launch('dist_test.sh', 'c.py', 'w.pth', '4', '--tta', PYTHONPATH='/mine', **nodes)
    assert done.stdout.splitlines() == [
        f'PYTHONPATH={ROOT}:/mine',
        'python',
        *('-m', 'torch.distributed.run', '--nnodes=2', '--node_rank=1'),
        *('--master_addr=10.0.0.1', '--master_port=29501', '--nproc_per_node=4'),
        *(f'{TOOLS}/test.py', 'c.py', 'w.pth', '--launcher', 'pytorch', '--tta'),
    ]


def test_slurm_train_defaults(launch):
    done = launch('slurm_train.sh', 'gpu', 'scr', 'c.py', '--amp')
    assert done.stdout.splitlines() == [
        f'PYTHONPATH={ROOT}',
        'srun',
        *('--partition=gpu', '--job-name=scr', '--gres=gpu:4', '--ntasks=4'),
        *('--ntasks-per-node=4', '--cpus-per-task=5', '--kill-on-bad-exit=1'),
        *('python', '-u', f'{TOOLS}/train.py', 'c.py', '--launcher', 'slurm', '--amp'),
    ]


def test_slurm_test_with_settings(launch):
    settings = {'GPUS': '2', 'CPUS_PER_TASK': '3', 'SRUN_ARGS': '--time=1:00:00 --exclusive'}
    done = launch('slurm_test.sh', 'gpu', 'scr', 'c.py', 'w.pth', **settings)
    assert done.stdout.splitlines()[2:] == [
        *('--partition=gpu', '--job-name=scr', '--gres=gpu:2', '--ntasks=2'),
        *('--ntasks-per-node=2', '--cpus-per-task=3', '--kill-on-bad-exit=1'),
        *('--time=1:00:00', '--exclusive'),
        *('python', '-u', f'{TOOLS}/test.py', 'c.py', 'w.pth', '--launcher', 'slurm'),
    ]


@pytest.mark.parametrize('script', sorted(path.name for path in TOOLS.glob('*.sh')))
def test_missing_argument_prints_the_usage(launch, script):
    done = launch(script, 'only-one')
    assert done.returncode != 0
    assert f'usage: {script}' in done.stderr
    assert done.stdout == ''
