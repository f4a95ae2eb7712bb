"""Count every config and write the table in configs/README.md anew: python tools/catalogue.py."""

import argparse
import contextlib
import sys
import warnings
from pathlib import Path

CONFIGS = Path(__file__).parents[1] / 'configs'


def main() -> None:
    """Write the table; the page around it stays as it is."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    warnings.filterwarnings('ignore')
    with contextlib.redirect_stdout(sys.stderr):  # the framework prints while it is imported
        from mmseg_scr.catalogue import README, replace_table
        from mmseg_scr.costs import count_catalogue

        page = CONFIGS / README
        entries = count_catalogue(CONFIGS)
    page.write_text(replace_table(page.read_text(), entries))
    print(f'{len(entries)} configs in {page}')


if __name__ == '__main__':
    main()
