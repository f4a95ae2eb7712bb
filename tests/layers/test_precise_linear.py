import pytest
import torch
from builders.fill import fill_parameters
from torch import nn
from torch.nn.utils import prune

from mmseg_scr.layers.precise_linear import precise_linear


@pytest.mark.parametrize('bias', [True, False])
def test_is_the_layer(bias):
    layer, x = fill_parameters(nn.Linear(3, 4, bias=bias)), torch.randn(2, 5, 3)
    assert torch.equal(precise_linear(x, layer), layer(x))


@pytest.mark.parametrize('weights', [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_result_has_the_precision_of_the_input(weights, dtype, device):
    layer, x = fill_parameters(nn.Linear(3, 4)).to(weights), torch.randn(5, 3, dtype=dtype)
    with torch.autocast(device.type, torch.bfloat16):
        result = precise_linear(x, layer)
    assert result.dtype == dtype
    assert torch.equal(result, layer.to(dtype)(x))


@pytest.mark.cpu_only('dynamic quantisation is for CPUs')
def test_layer_of_dynamic_quantisation_is_called():
    layer, x = fill_parameters(nn.Linear(3, 4)), torch.randn(5, 3, dtype=torch.float64)
    quantised = torch.ao.quantization.quantize_dynamic(nn.Sequential(layer))[0]
    assert not isinstance(quantised, nn.Linear)
    result = precise_linear(x, quantised)
    assert result.dtype == torch.float64
    torch.testing.assert_close(result, layer.double()(x), atol=0.05, rtol=0.05)


@pytest.mark.parametrize('weights', [torch.float32, torch.bfloat16])
def test_a_pruned_layer_uses_the_weights_of_this_step(weights):
    layer, x = fill_parameters(nn.Linear(3, 4)).to(weights), torch.randn(5, 3)
    prune.l1_unstructured(layer, 'weight', 0.5)
    precise_linear(x, layer).sum().backward()
    with torch.no_grad():
        layer.weight_orig += 1
    result = precise_linear(x, layer)
    result.sum().backward()  # nothing of the first step is left in the graph
    assert torch.equal(result, prune.remove(layer, 'weight').float()(x))
