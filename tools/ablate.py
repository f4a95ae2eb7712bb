"""Train configs from several seeds in a queue that can be stopped at any time, and compare them.

python tools/ablate.py CONFIG [CONFIG ...] --seeds 0 1 2 [--iterations N] [--baseline TITLE]
python tools/ablate.py CONFIG --slot aligner [--parts SRM FAM none]       # one method a part
python tools/ablate.py --plan FILE [--records FILE]                      # groups of them, in order
python tools/ablate.py --records FILE [--only TITLE ...]                 # the tables alone

Started again, the same command goes on: finished runs are kept, others resume.
"""

import argparse
import warnings
from pathlib import Path

from _shared_options import BY_DEFAULT, add_trust
from mmengine.config import DictAction


def parse_args() -> argparse.Namespace:
    """What to train, on what, and where the records and the tables go."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_runs(parser.add_argument_group('what is trained'))
    add_queue(parser.add_argument_group('how'))
    add_tables(parser.add_argument_group('tables'))
    args = parser.parse_args()
    problem = find_problem(args)
    if problem:
        parser.error(problem)
    args.seeds = args.seeds or [0]
    return args


def add_runs(group: argparse._ArgumentGroup) -> None:
    """Options that say which methods and seeds."""
    group.add_argument('configs', nargs='*', type=Path, metavar='CONFIG')
    group.add_argument('--plan', type=Path, metavar='FILE', help='groups of configs and seeds')
    group.add_argument('--slot', help='of the one config: aligner, context, classifier, contrast')
    group.add_argument('--parts', nargs='+', default=[], help='all of the slot by default')
    group.add_argument('--seeds', nargs='+', type=int, help='0 by default')
    group.add_argument('--iterations', type=int, help="of each run; the config's by default")
    group.add_argument('--cfg-options', nargs='+', action=DictAction, help='key=value, for all')
    add_trust(group)


def add_queue(group: argparse._ArgumentGroup) -> None:
    """Options that say where and how long."""
    devices = 'a run at a time for each name, as cpu cpu; one cpu by default'
    group.add_argument('--devices', nargs='+', default=['cpu'], help=devices)
    group.add_argument(
        '--workers', type=int, default=0, help='processes that load the training data of each run'
    )
    group.add_argument(
        '--stop-after', type=float, metavar='MINUTES', help='end runs in progress then; they resume'
    )
    out = Path('work_dirs/ablation')
    group.add_argument('--out', type=Path, default=out, metavar='DIR', help=BY_DEFAULT)
    records = 'of finished runs; DIR/records.jsonl by default'
    group.add_argument('--records', type=Path, metavar='FILE', help=records)


def add_tables(group: argparse._ArgumentGroup) -> None:
    """Options that say what is shown."""
    group.add_argument('--baseline', metavar='TITLE', help='the first row by default')
    group.add_argument('--only', nargs='+', default=[], metavar='TITLE', help='rows, in order')
    group.add_argument('--metrics', nargs='+', help='names, as a test logs them')


def find_problem(args: argparse.Namespace) -> str | None:
    """What is wrong with the arguments, if anything is."""
    for config in [*args.configs, *filter(None, [args.plan])]:
        if not config.is_file():
            return f'config file {str(config)!r} does not exist'
    if args.plan and (args.configs or args.slot or args.seeds):
        return '--plan says which configs and seeds; give none beside it'
    if args.slot and len(args.configs) != 1:
        return f'--slot takes one config, got {len(args.configs)}'
    if args.parts and not args.slot:
        return '--parts are of a --slot; name it too'
    if not (args.configs or args.plan or args.records):
        return 'name configs to train, or a --plan, or --records to read'
    if args.seeds and len(set(args.seeds)) < len(args.seeds):
        return f'--seeds has one seed twice: {args.seeds}'
    if args.seeds and min(args.seeds) < 0:
        return f'--seeds takes numbers from 0 on, got {min(args.seeds)}'
    if args.workers < 0:
        return f'--workers takes a number of processes, got {args.workers}'
    if args.stop_after is not None and not args.stop_after > 0:
        return f'--stop-after takes minutes above 0, got {args.stop_after}'
    return None


def train(args: argparse.Namespace, records_file: Path) -> list:
    """Run the queue with a progress bar a run; return the records of its finished runs."""
    from mmseg_scr.checks.checkpoints import only_safe_checkpoints
    from mmseg_scr.progress import progress_bars
    from mmseg_scr.runs.ablation import prepare_jobs
    from mmseg_scr.runs.plan import group_of_configs, group_of_slot, read_plan
    from mmseg_scr.runs.queue import run_queue

    options = args.cfg_options
    if args.plan:
        groups = read_plan(args.plan, options=options)
    elif args.slot:
        config = args.configs[0]
        groups = [group_of_slot(config, args.slot, args.parts, args.seeds, options=options)]
    else:
        groups = [group_of_configs(args.configs, args.seeds, options=options)]
    trusted = args.trust_checkpoint
    configs = [config for group in groups for config in group.methods.values()]
    with only_safe_checkpoints(configs, trusted=trusted), progress_bars() as show:
        sizes = dict(iterations=args.iterations, workers=args.workers)
        jobs = prepare_jobs(groups, args.out, **sizes)
        how = dict(records=records_file, devices=args.devices, trusted=trusted)
        if args.stop_after is not None:
            how['stop_after'] = args.stop_after
        records = run_queue(jobs, progress=show, **how)
    if len(records) < len(jobs):
        print(f'{len(records)} of {len(jobs)} runs are finished; the same command goes on')
    return records


def main() -> None:
    """Train what is asked for, write the tables and print the main one."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    print('Loading the framework ...', flush=True)
    from mmseg_scr.runs.ablation import write_tables
    from mmseg_scr.runs.records import read_records

    records_file = args.records or args.out / 'records.jsonl'
    try:
        has_runs = args.configs or args.plan
        records = train(args, records_file) if has_runs else read_records(records_file)
        if not records:
            raise SystemExit(f'{records_file} has no record')
        baseline = args.baseline or [*args.only, records[0].title][0]
        chosen = dict(baseline=baseline, metrics=args.metrics, only=args.only)
        table = write_tables(args.out, records, **chosen)
    except KeyboardInterrupt:
        raise SystemExit('stopped; the same command goes on') from None
    except (ValueError, OSError, RuntimeError) as error:
        raise SystemExit(f'{type(error).__name__}: {error}') from error
    print(f'\n{table}\n\nrecords in {records_file}')
    print(f'tables and figures in {args.out}')


if __name__ == '__main__':
    main()
