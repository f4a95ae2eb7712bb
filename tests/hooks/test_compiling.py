import copy
import pickle

import pytest
import torch
from builders.heads import build_segmentor
from builders.inputs import block_labels, data_samples
from builders.segmentors import plain_segmentor

from mmseg_scr.hooks.compiling import compile_parts

TINY = dict(embed_dims=[8, 16, 24, 32], depths=[1] * 4, mlp_ratios=[2] * 4)


@pytest.fixture
def graphs():
    torch.compiler.reset()
    return []


def losses(model):
    torch.manual_seed(2)
    images = torch.randn(2, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    terms = model(images, data_samples(block_labels(2, (64, 96), 5)), mode='loss')
    return {name: term.detach() for name, term in terms.items()}


def test_every_term_of_the_losses_is_there_and_the_keys_stay(graphs):
    torch.manual_seed(0)
    model = build_segmentor(TINY).train()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    expected = losses(model)
    model.load_state_dict(state)

    def backend(graph, _):
        graphs.append(graph)
        return graph.forward

    compile_parts(model, backend)
    assert model.state_dict().keys() == state.keys()
    found = losses(model)
    assert len(graphs) >= 2  # backbone and head
    assert 'decode.loss_contrast' in found
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    'remade', [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=['copy', 'file']
)
def test_a_remade_model_predicts_with_its_own_weights(graphs, remade):
    model = plain_segmentor()
    images = torch.randn(1, 3, 64, 96)
    compile_parts(model, 'eager')
    with torch.no_grad():
        expected = model(images, mode='tensor')
        other = remade(model)
        torch.testing.assert_close(other(images, mode='tensor'), expected)
        for weight in other.decode_head.parameters():
            weight.zero_()
        assert not other(images, mode='tensor').any()
        torch.testing.assert_close(model(images, mode='tensor'), expected)
