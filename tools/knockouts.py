"""Say what a trained model relies on: its scores without one part at a time.

python tools/knockouts.py CONFIG CHECKPOINT [--limit N] [--out FILE]
python tools/knockouts.py work_dirs/ablation/scr/seed-0
python tools/knockouts.py NAME_OF_A_SHIPPED_ONE

Labels the test set once with the whole model and once without each part: offsets at zero, attention
left out, and so on. Nothing is trained, so this shows what the model relies on, not what a training
without the part would reach: tools/ablate.py does.
"""

import argparse
import json
import warnings
from dataclasses import asdict
from pathlib import Path

from _shared_options import add_test_set_options, check_least


def parse_args() -> argparse.Namespace:
    """Which model, on how many images."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    models = 'CONFIG CHECKPOINT, the work folder of a training, or the name of a shipped model'
    add('model', nargs='+', metavar='MODEL', help=models)
    add_test_set_options(parser)
    add('--out', type=Path, metavar='FILE', help='write the figures here as JSON')
    args = parser.parse_args()
    check_least(parser, args, limit=1)
    args.error = parser.error
    return args


def main() -> None:
    """Print the table, and write its figures if asked to."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    from mmseg_scr import figures
    from mmseg_scr.datasets import check_folders
    from mmseg_scr.drafts import write_text
    from mmseg_scr.progress import progress_bars
    from mmseg_scr.runs.contributions import format_contributions, measure_contributions
    from mmseg_scr.runs.model_description import describe_trained
    from mmseg_scr.runs.sample import read_sample

    try:
        pairs = figures.read_single_runs(args.model)
        if len(pairs) > 1:
            raise ValueError(f'one model is looked at, got {len(pairs)}')
    except (ValueError, FileNotFoundError) as error:
        args.error(str(error))
    options = dict(device=args.device, trusted=args.trust_checkpoint)
    try:
        loaded = figures.load_models(pairs, ['model'], **options)
        with loaded as (trained,), progress_bars() as show:
            check_folders(trained.config, 'test_dataloader')
            dataset, ignored = trained.config.test_dataloader.dataset, trained.ignore_index
            sample = read_sample(dataset, args.limit, ignore_index=ignored)
            found = measure_contributions(trained.network, sample, progress=show)
    except (ValueError, FileNotFoundError) as error:
        raise SystemExit(f'knockouts.py: {error}') from None
    print(f'{len(sample.truth)} images\n\n{format_contributions(found)}')
    if args.out:
        record = describe_trained(*pairs[0], trained.config)
        record |= dict(images=len(sample.truth), parts=[asdict(each) for each in found])
        write_text(args.out, json.dumps(record, indent=1) + '\n')


if __name__ == '__main__':
    main()
