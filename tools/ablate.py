"""Train configs from several seeds in a queue that can be stopped at any time, and compare them.

python tools/ablate.py CONFIG [CONFIG ...] --seeds 0 1 2 [--iterations N] [--baseline TITLE]
python tools/ablate.py CONFIG --slot aligner [--parts SRM FAM none]       # one method a part
python tools/ablate.py --records FILE [--baseline TITLE]                  # the tables alone

Started again, the same command goes on: finished runs are kept, others resume.
"""

import argparse
import warnings
from pathlib import Path

from mmengine.config import Config, DictAction


def parse_args() -> argparse.Namespace:
    """What to train, on what, and where the records and the tables go."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('configs', nargs='*', type=Path, metavar='CONFIG')
    parser.add_argument('--slot', help='of the one config: aligner, context, classifier, contrast')
    parser.add_argument('--parts', nargs='+', default=[], help='all of the slot by default')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0])
    parser.add_argument('--iterations', type=int, help="of each run; the config's by default")
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='key=value, for all')
    parser.add_argument('--baseline', help='title to compare with; the first by default')
    parser.add_argument('--metrics', nargs='+', default=['mIoU'], help='names, as a test logs them')
    parser.add_argument('--devices', nargs='+', default=['cpu'], help='one run a name at a time')
    parser.add_argument('--records', type=Path, help='a file; DIR/records.jsonl by default')
    parser.add_argument('--out', type=Path, default=Path('work_dirs/ablation'), metavar='DIR')
    args = parser.parse_args()
    for config in args.configs:
        if not config.is_file():
            parser.error(f'config file {str(config)!r} does not exist')
    if args.slot and len(args.configs) != 1:
        parser.error(f'--slot takes one config, got {len(args.configs)}')
    if not args.configs and not args.records:
        parser.error('name configs to train, or --records to read')
    if len(set(args.seeds)) < len(args.seeds):
        parser.error(f'--seeds has one seed twice: {args.seeds}')
    return args


def main() -> None:
    """Run the queue with a progress bar a run, write the tables and print one."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    print('Loading the framework ...', flush=True)
    from mmseg_scr.progress import progress_bars
    from mmseg_scr.runs.ablation import prepare_jobs, write_tables
    from mmseg_scr.runs.queue import run_queue
    from mmseg_scr.runs.records import read_records
    from mmseg_scr.runs.tables import format_markdown

    records_file = args.records or args.out / 'records.jsonl'
    records = read_records(records_file)
    if args.configs:
        configs = {path: Config.fromfile(path) for path in args.configs}
        for config in configs.values():
            config.merge_from_dict(args.cfg_options or {})
        jobs = prepare_jobs(
            configs,
            args.out,
            seeds=args.seeds,
            iterations=args.iterations,
            slot=args.slot,
            parts=args.parts,
        )
        with progress_bars() as show:
            records = run_queue(jobs, records=records_file, devices=args.devices, progress=show)
    if not records:
        raise SystemExit(f'{records_file} has no record')
    baseline = args.baseline or records[0].title
    rows = write_tables(args.out, records, baseline=baseline, metrics=args.metrics)
    print(f'\n{format_markdown(rows, baseline=baseline)}\n\nrecords in {records_file}')
    print(f'tables and figure in {args.out}')


if __name__ == '__main__':
    main()
