"""A trained segmentor as one file that takes any batch, height and width, and its proof.

:func:`export_model` writes an ONNX file, a ``torch.export`` program or an AOTInductor package of
any encoder-decoder of mmseg; :func:`load_program` reads it; :func:`check_parity` compares it with
mmseg's own prediction on pictures of sizes that the export has not seen. :class:`Delivery` does all
three and writes a report.
"""

from mmseg_scr.export.delivery import Delivery
from mmseg_scr.export.deployed import OUTPUTS, Deployed
from mmseg_scr.export.formats import FORMATS, require_packages
from mmseg_scr.export.model import ExportError, export_model
from mmseg_scr.export.parity import Cell, Limits, check_parity
from mmseg_scr.export.programs import Program, load_program
from mmseg_scr.export.random_bases import fix_random_bases
from mmseg_scr.export.report import parity_record, parity_table
from mmseg_scr.export.unseen import SIZES, draw_pictures

__all__ = [
    'FORMATS',
    'OUTPUTS',
    'SIZES',
    'Cell',
    'Delivery',
    'Deployed',
    'ExportError',
    'Limits',
    'Program',
    'check_parity',
    'draw_pictures',
    'export_model',
    'fix_random_bases',
    'load_program',
    'parity_record',
    'parity_table',
    'require_packages',
]
