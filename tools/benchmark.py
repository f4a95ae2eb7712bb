"""Time and memory of models side by side, in runs that take turns in one process.

python tools/benchmark.py CONFIG [CONFIG ...] [--against KEY=VALUE ...] [--train] [--size H W]
python tools/benchmark.py method contrast --out DIR
python tools/benchmark.py all --device cuda --out DIR

Ratios are to the first model of a table. With --against the first config also runs with these
overrides, and ratios are to that variant.
"""

import argparse
import contextlib
import os
import shlex
import sys
import warnings
from pathlib import Path

from _shared_options import check_folder
from mmengine.config import DictAction

os.environ.setdefault('KINETO_LOG_LEVEL', '99')  # torch's profiler says that there is no GPU
NAMES = ('method', 'aligners', 'contexts', 'contrast', 'deploy', 'growth', 'all')
GPU_MINUTES = 7.0  # of all presets, where a command may take eight


def parse_args() -> argparse.Namespace:
    """What is compared, along which axes, and for how long."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('what', nargs='+', metavar='PRESET|CONFIG', help=f'{", ".join(NAMES)}, or config files')
    add(
        '--against',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='also the first config, so changed',
    )
    add('--train', action='store_true', default=None, help='losses and gradients, not inference')
    pixels = 'of the images, 512 512 by default; of presets their own'
    add('--size', '--shape', nargs=2, type=int, metavar=('H', 'W'), help=pixels)
    add('--full-size', action='store_true', help="presets at the papers' sizes on a CPU, too")
    add('--batch', type=int, help='images; 1 of configs')
    add('--form', choices=('eager', 'optimized', 'exported', 'onnxruntime'))
    add('--precision', choices=('fp32', 'bf16', 'fp16'))
    add('--memory-format', choices=('contiguous', 'channels_last'))
    add('--threads', type=int, help='of the CPU; 1 by default')
    keeps = 'the C library keeps freed memory, of all models alike; as after optimize()'
    add('--keep-memory', action='store_true', default=None, help=keeps)
    add('--rounds', type=int, help='at most; 20 by default, 50 on a GPU')
    add('--minutes', type=float, help=f'about; {GPU_MINUTES:g} of all presets on a GPU')
    add('--device', default='cpu')
    add('--out', type=Path, metavar='DIR', help='write results.json, report.md and pictures here')
    args = parser.parse_args()
    check(parser, args)
    return args


def check(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """Refuse what is wrong without the framework."""
    if args.out:
        check_folder(parser, args.out)
    args.presets = [name for name in args.what if name in NAMES]
    args.configs = [Path(name) for name in args.what if name not in NAMES]
    for config in args.configs:
        if not config.is_file():
            parser.error(
                f'config file {str(config)!r} does not exist, and no preset of {", ".join(NAMES)} '
                'has that name'
            )
    if args.full_size and args.configs:
        parser.error('--full-size is of presets; give configs a --size')
    if args.presets and (args.configs or args.against):
        parser.error('presets name their models; leave out configs and --against')
    numbers = [args.batch, args.threads, args.rounds, args.minutes, *(args.size or ())]
    if any(number is not None and number <= 0 for number in numbers):
        parser.error('--size, --batch, --threads, --rounds and --minutes take positive numbers')


def main() -> None:
    """Print a table a comparison, and keep all of them."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    with contextlib.redirect_stdout(sys.stderr):  # the framework prints while it is imported
        from mmseg_scr import benchmarks
        from mmseg_scr.heap import can_keep_memory
        from mmseg_scr.prediction import pick_device
    try:
        pick_device(args.device)
    except ValueError as error:
        raise SystemExit(f'benchmark.py: {error}') from None
    if args.keep_memory and not can_keep_memory():
        raise SystemExit('benchmark.py: --keep-memory needs Linux with glibc; leave it out here')
    on_gpu = args.device.startswith('cuda')
    comparisons = (
        benchmarks.make_presets(args.presets, on_gpu=on_gpu, full_size=args.full_size)
        if args.presets
        else [benchmarks.compare_configs(args.configs, against=args.against or {})]
    )
    try:
        comparisons = [benchmarks.override(c, options_of(args)) for c in comparisons]
    except ValueError as error:
        raise SystemExit(f'benchmark.py: {error}') from None
    minutes = args.minutes or (GPU_MINUTES if on_gpu and 'all' in args.presets else float('inf'))
    budget = benchmarks.Budget(args.rounds or (50 if on_gpu else 20), 60 * minutes)
    machine = benchmarks.describe_machine(args.device, shlex.join(['benchmark.py', *sys.argv[1:]]))
    results = benchmarks.Results(args.out and args.out / 'results.json', machine)
    for outcome in benchmarks.run_comparisons(comparisons, device=args.device, budget=budget):
        results.add(outcome)
        print(benchmarks.format_outcome(outcome), end='\n\n', flush=True)
        if args.out:
            benchmarks.write_report(args.out, results)
    if not any(row.quantities for outcome in results.outcomes for row in outcome.rows):
        raise SystemExit('benchmark.py: nothing was measured; the notes say why')


def options_of(args: argparse.Namespace):
    """The axes that were given."""
    from mmseg_scr.benchmarks import Options

    return Options(
        size=args.size and tuple(args.size),
        batch=args.batch,
        training=args.train,
        threads=args.threads,
        keep_memory=args.keep_memory,
        form=args.form,
        precision=args.precision,
        memory_format=args.memory_format,
    )


if __name__ == '__main__':
    main()
