"""What happens inside a model in one forward pass, by the paths of its modules; nothing changes.

A model without such parts shows nothing, and that is no error.
"""

from mmseg_scr.probes.attention import AttentionRows
from mmseg_scr.probes.attention_map import attention_map
from mmseg_scr.probes.gradients import gradient_norms
from mmseg_scr.probes.inside import Alignment, Anchors, Inside
from mmseg_scr.probes.recording import bare_model, looking_inside
from mmseg_scr.probes.summary import KINDS, summarize
from mmseg_scr.probes.undisturbed import undisturbed

__all__ = [
    'KINDS',
    'Alignment',
    'Anchors',
    'AttentionRows',
    'Inside',
    'attention_map',
    'bare_model',
    'gradient_norms',
    'looking_inside',
    'summarize',
    'undisturbed',
]
