"""Predictions on anything: pictures, folders, videos and cameras in, a folder of results out.

:class:`Predictor` turns one picture into labels, with any segmentor of mmseg that has a config;
:func:`predict_sources` does it for many and writes files.
"""

from mmseg_scr.prediction.collector import Outcome
from mmseg_scr.prediction.layout import KINDS, Layout
from mmseg_scr.prediction.model import load_model, pick_device
from mmseg_scr.prediction.pictures import read_picture
from mmseg_scr.prediction.predict import Report, predict_sources
from mmseg_scr.prediction.predictor import Prediction, Predictor
from mmseg_scr.prediction.settings import claim_folder
from mmseg_scr.prediction.shipped import load_chosen, load_shipped
from mmseg_scr.prediction.sources import Failure, Source, list_sources

__all__ = [
    'KINDS',
    'Failure',
    'Layout',
    'Outcome',
    'Prediction',
    'Predictor',
    'Report',
    'Source',
    'claim_folder',
    'list_sources',
    'load_chosen',
    'load_model',
    'load_shipped',
    'pick_device',
    'predict_sources',
    'read_picture',
]
