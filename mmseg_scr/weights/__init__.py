"""The small trained models that we ship: a name -> what is known of it, weights, a model to use.

Wherever mmengine loads a checkpoint, ``mmseg_scr://NAME`` stands for the file of that name.
"""

from mmseg_scr.weights.card import ModelCard, list_weights
from mmseg_scr.weights.loading import build_model, load_weights

__all__ = ['ModelCard', 'build_model', 'list_weights', 'load_weights']
