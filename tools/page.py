"""Try a model on a local page: python tools/page.py [--model CONFIG CHECKPOINT | --name NAME].

Drop a picture on the page and see its classes, their shares and the offsets of the model. Without
--model and --name the best model that comes with the package is taken. Only this machine can open
the page, unless --host says otherwise; it needs no network. Ctrl-C ends it.
"""

import argparse
import importlib.util
import os
import sys
import warnings
from tempfile import TemporaryDirectory

from _shared_options import add_predictor_options, check_opacity

INSTALL = "the page needs gradio: pip install 'gradio>=6.31'"
LOOPBACK = ('127.0.0.1', 'localhost', '::1')


def parse_args() -> argparse.Namespace:
    """Which model, and where the page is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_predictor_options(parser)
    parser.add_argument('--host', default=LOOPBACK[0], help='to listen at; this machine by default')
    parser.add_argument('--port', type=int, help='the first free one from 7860 on by default')
    args = parser.parse_args()
    check_opacity(parser, args.opacity)
    if importlib.util.find_spec('gradio') is None:
        parser.error(INSTALL)
    return args


def main() -> int:
    """Serve the page until Ctrl-C; the pictures that were dropped are gone with it."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    os.environ.update(GRADIO_ANALYTICS_ENABLED='False', HF_HUB_OFFLINE='1')  # nobody is told
    with TemporaryDirectory(prefix='page-') as folder:
        os.environ['GRADIO_TEMP_DIR'] = folder
        try:
            run(args)
        except (ValueError, OSError) as error:
            print(f'error: {error}', file=sys.stderr)
            return 2
    return 0


def run(args: argparse.Namespace) -> None:
    """Load the model and serve its page."""
    print('Loading the framework ...', flush=True)
    from mmseg_scr.page import Trial, build_page, serve_page

    name, predictor = load_predictor(args)
    page = build_page(Trial(predictor, args.opacity), name)
    address = serve_page(page, args.host, args.port)
    if args.host not in LOOPBACK:
        print('Everyone who reaches this machine can open the page; it asks for no password.')
    print(f'Open {address} in a browser; Ctrl-C ends the page.', flush=True)
    page.block_thread()


def load_predictor(args: argparse.Namespace) -> tuple:
    """Name and predictor of the model of the command line."""
    from mmseg_scr.prediction import Predictor, load_chosen, pick_device

    device = pick_device(args.device)
    trusted = args.trust_checkpoint
    name, model = load_chosen(args.model, args.name, device=device, trusted=trusted)
    print(f'Model {name} on {device}, {len(model.dataset_meta["classes"])} classes')
    return name, Predictor(model, mode=args.mode)


if __name__ == '__main__':
    sys.exit(main())
