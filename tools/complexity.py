"""One table of costs for any set of models, by part and beside the published figures.

python tools/complexity.py [CONFIG ...] [--shape H W] [--cfg-options ...] [--out DIR]

Without a config: every published row that there is a config for.
"""

import argparse
from pathlib import Path

from get_flops import count_models


def main() -> None:
    """Print the table, and write it with its pictures if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    files = 'write table.md, table.csv, costs.json, costs_by_part.png and accuracy_cost.png here'
    parser.add_argument('--out', type=Path, metavar='DIR', help=files)
    args, counted = count_models(parser)
    from mmseg_scr.costs import format_report, write_report

    print(format_report(counted))
    if args.out:
        write_report(args.out, counted)


if __name__ == '__main__':
    main()
