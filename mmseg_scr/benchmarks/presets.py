"""The comparisons that are known by name: the method, its parts, its growth, its forms.

Sizes are small on a CPU, where a run is to end in minutes, and those of the papers on a GPU.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mmseg_scr.benchmarks.comparisons import (
    DECODER_MEMORY,
    DECODER_TIME,
    KEPT,
    TIME,
    Comparison,
    ContrastTerm,
    Goal,
    Subject,
)
from mmseg_scr.catalogue import find_configs

ON_CITYSCAPES = '_4xb4-adam-112k_cityscapes-1024x1024.py'
SCR = 'scr/scr_mscan-{}' + ON_CITYSCAPES
SEGNEXT = 'segnext/segnext_mscan-{}_4xb4-adamw-160k_cityscapes-1024x1024.py'
ABLATION = 'ablation/scr-{}-{}_mscan-s' + ON_CITYSCAPES
ALIGNERS = {
    **{'bilinear': 'bilinear', 'FAM': 'fam', 'AlignFA': 'alignfa', 'CARAFE': 'carafe'},
    **{'DySample': 'dysample', 'FADE': 'fade', 'SAPA': 'sapa', 'FreqFusion': 'freqfusion'},
}
CONTEXTS = {
    **{'last stage': 'laststage', 'all stages': 'multistage', 'PPM': 'ppm', 'DAPPM': 'dappm'},
    **{'CCAM': 'ccam', 'DAM': 'dam', 'Hamburger': 'hamburger', 'ASPP': 'aspp', 'RCM': 'rcm'},
}
FULL, MIDDLE, SMALL = (1024, 2048), (512, 1024), (256, 512)
LARGEST = (2048, 4096)
CROP, SMALL_CROP = (1024, 1024), (512, 512)
GROWTH = ((512, 512), (512, 1024), (1024, 1024), FULL, (2048, 2048), LARGEST)
SMALL_GROWTH = ((256, 256), SMALL, SMALL_CROP, MIDDLE)
GROWTH_GOAL = (Goal('SCR-S optimized', DECODER_TIME, 1.05),)  # of the exponent; 1 is linear
CHANNELS_LAST = dict(memory_format='channels_last')


def make_presets(
    names: Sequence[str], *, on_gpu: bool = False, full_size: bool = False
) -> list[Comparison]:
    """The comparisons of presets, of eager models first: a run that is out of time has these.

    Args:
        names: of ``PRESETS``, or ``all``.
        on_gpu: the papers' sizes; the goals, which are ratios on a CPU, are then left out.
        full_size: the papers' sizes on a CPU, too.

    Raises:
        KeyError: no such preset.
        FileNotFoundError: this installation has no configs.
    """
    chosen = dict.fromkeys(n for name in names for n in (PRESETS if name == 'all' else [name]))
    full_size = full_size or on_gpu
    comparisons = [comparison for name in chosen for comparison in PRESETS[name](full_size)]
    comparisons.sort(key=_is_slow_to_make)
    return [replace(c, goals=(), exponents=()) for c in comparisons] if on_gpu else comparisons


def _is_slow_to_make(comparison: Comparison) -> bool:
    subjects = (s for s in comparison.subjects if isinstance(s, Subject))
    return any(subject.form != 'eager' for subject in subjects)


def _model(name: str, file: str, **options: object) -> Subject:
    return Subject(name, find_configs() / Path(file), **options)


def _pair(size: str, **options: object) -> tuple[Subject, Subject]:
    letter = size.upper()
    segnext = _model(f'SegNeXt-{letter}', SEGNEXT.format(size), **options)
    return segnext, _model(f'SCR-{letter}', SCR.format(size), **options)


def _method(full_size: bool) -> list[Comparison]:
    size = FULL if full_size else SMALL
    goals = {'s': [Goal('SCR-S', TIME, 1.05)]}
    pairs = [
        Comparison(
            f'inference, {letter.upper()}',
            _pair(letter),
            size,
            goals=(*goals.get(letter, ()),),
            fixed=('training',),
        )
        for letter in 'sbtl'
    ]
    last = Comparison(
        'inference, S, channels_last',
        _pair('s', **CHANNELS_LAST),
        size,
        goals=(Goal('SCR-S', TIME, 1.02),),
        fixed=('training', 'memory_format'),
    )
    train = dict(size=CROP if full_size else (256, 256), batch=4 if full_size else 2, training=True)
    goals = Goal('SCR-S', TIME, 1.08), Goal('SCR-S', KEPT, 1.05)
    variants = (
        _model('SCR-S, no contrast', ABLATION.format('contrast', 'off')),
        _model('SCR-S, channels_last', SCR.format('s'), **CHANNELS_LAST),
    )
    step = Comparison('training step, S', (*_pair('s'), *variants), goals=goals, **train)
    return [pairs[0], last, step, *pairs[1:]]


def _aligners(full_size: bool) -> list[Comparison]:
    subjects = [_model(n, ABLATION.format('aligner', value)) for n, value in ALIGNERS.items()]
    subjects = (*subjects, _model('SRM', SCR.format('s')))
    memory = Comparison(
        'memory of the decoder',
        (*subjects, _model('SegNeXt-S', SEGNEXT.format('s'))),
        LARGEST if full_size else MIDDLE,
        quantities=(DECODER_MEMORY,),
        goals=(Goal('SRM', DECODER_MEMORY, 1.02),),
    )
    times = Comparison('aligners', subjects, FULL if full_size else SMALL, slot='aligner')
    return [times, memory]


def _contexts(full_size: bool) -> list[Comparison]:
    subjects = [_model(n, ABLATION.format('context', value)) for n, value in CONTEXTS.items()]
    subjects = (*subjects, _model('CRM', SCR.format('s')))
    return [Comparison('contexts', subjects, FULL if full_size else SMALL, slot='context')]


def _contrast(full_size: bool) -> list[Comparison]:
    subjects = ContrastTerm('as published', published=True), ContrastTerm('ours')
    wanted = {2: 1 / 50, 4: 1 / 80}
    return [
        Comparison(
            f'contrast term, {batch} images',
            subjects,
            CROP,
            batch=batch,
            training=True,
            goals=(Goal('ours', TIME, wanted[batch], CROP),) if batch in wanted else (),
            fixed=('batch',),
        )
        for batch in ((2, 4, 8) if full_size else (2, 4))
    ]


def _growth(full_size: bool) -> list[Comparison]:
    sizes = GROWTH if full_size else SMALL_GROWTH
    return [
        Comparison(
            f'growth, {form}, {height}x{width}',
            (_model(f'SCR-S {form}', SCR.format('s'), form=form),),
            (height, width),
            quantities=(TIME,),
            series='growth of SCR-S',
            exponents=GROWTH_GOAL if form == 'optimized' and (height, width) == LARGEST else (),
            fixed=('size', 'form', 'training'),
        )
        for form, chosen in (('eager', sizes), ('optimized', (sizes[0], sizes[3], sizes[-1])))
        for height, width in dict.fromkeys(chosen)
    ]


def _deploy(full_size: bool) -> list[Comparison]:
    size = FULL if full_size else SMALL
    forms = ('eager', 'optimized', 'exported', 'onnxruntime')
    small = [_model(f'SCR-S {form}', SCR.format('s'), form=form) for form in forms]
    shipped = _model('SegNeXt-S eager', SEGNEXT.format('s'))
    fast = dict(form='optimized')
    plain = _model('bilinear', ABLATION.format('aligner', 'bilinear'), **fast)
    comparisons = [
        Comparison(
            'forms of S, against SegNeXt as shipped',
            (shipped, *small),
            size,
            goals=(Goal('SCR-S optimized', TIME, 0.42),),
        ),
        Comparison(
            'both optimized, S', _pair('s', **fast), size, goals=(Goal('SCR-S', TIME, 0.95),)
        ),
        Comparison(
            'both optimized, L', _pair('l', **fast), size, goals=(Goal('SCR-L', TIME, 0.85),)
        ),
        Comparison(
            'aligner, both optimized',
            (plain, _model('SRM', SCR.format('s'), **fast)),
            size,
            goals=(Goal('SRM', TIME, 1.06),),
        ),
    ]
    return [replace(comparison, fixed=('form', 'training')) for comparison in comparisons]


PRESETS: dict[str, Callable[[bool], list[Comparison]]] = {
    'method': _method,
    'aligners': _aligners,
    'contexts': _contexts,
    'contrast': _contrast,
    'deploy': _deploy,
    'growth': _growth,
}
