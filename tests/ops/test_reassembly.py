import pytest
import torch
from builders.counting import LargestTensor
from reference.reassembly import reassemble_by_loops, similarity_by_loops

from mmseg_scr.ops import reassembly
from mmseg_scr.ops.reassembly import kernel_softmax, reassemble, window_similarity

SIZES = [  # coarse, fine: x2, x1, x4, odd, other ratios, one pixel, one row
    ((3, 4), (6, 8)),
    ((4, 5), (4, 5)),
    ((2, 3), (8, 12)),
    ((5, 6), (9, 11)),
    ((3, 4), (6, 9)),
    ((5, 7), (3, 4)),
    ((1, 1), (2, 2)),
    ((1, 1), (1, 1)),
    ((1, 3), (1, 5)),
]
EVERY_SIZE = pytest.mark.parametrize(('coarse', 'fine'), SIZES)
EVERY_WINDOW = pytest.mark.parametrize('window', [1, 3, 5])


def _inputs(coarse, fine, window=5, channels=3, batch=2):
    x = torch.randn(batch, channels, *coarse, dtype=torch.float64)
    return x, torch.randn(batch, window**2, *fine, dtype=torch.float64)


@EVERY_SIZE
@EVERY_WINDOW
def test_weighted_sum_equals_the_loops(coarse, fine, window):
    x, kernels = _inputs(coarse, fine, window)
    torch.testing.assert_close(reassemble(x, kernels), reassemble_by_loops(x, kernels))


@EVERY_SIZE
@EVERY_WINDOW
def test_similarities_equal_the_loops(coarse, fine, window):
    key, query = torch.randn(2, 3, *coarse).double(), torch.randn(2, 3, *fine).double()
    expected = similarity_by_loops(query, key, window)
    torch.testing.assert_close(window_similarity(query, key, window), expected)


@pytest.mark.parametrize(('coarse', 'fine'), [((2, 3), (4, 6)), ((3, 2), (3, 2)), ((3, 2), (4, 3))])
def test_first_and_second_gradients(coarse, fine):
    x, kernels = (t.requires_grad_() for t in _inputs(coarse, fine, 3, channels=2, batch=1))
    query = torch.randn(1, 2, *fine).double().requires_grad_()

    def similarity(query, key):
        return window_similarity(query, key, 3)

    for call, inputs in ((reassemble, (x, kernels)), (similarity, (query, x))):
        assert torch.autograd.gradcheck(call, inputs)
        assert torch.autograd.gradgradcheck(call, inputs)


def test_functional_gradients_are_the_same():
    x, kernels = _inputs((3, 4), (5, 8))
    query = torch.randn(2, 3, 5, 8).double()

    def loss(x, kernels, query):
        return reassemble(x, kernels).sin().sum() + window_similarity(query, x, 5).sin().sum()

    gradients = torch.func.grad(loss, argnums=(0, 1, 2))(x, kernels, query)
    inputs = [t.requires_grad_() for t in (x, kernels, query)]
    torch.testing.assert_close(gradients, torch.autograd.grad(loss(*inputs), inputs))


@EVERY_SIZE
def test_form_by_blocks_equals_the_form_by_gathers(coarse, fine, monkeypatch):
    x, kernels = (t.requires_grad_() for t in _inputs(coarse, fine))
    results = []
    for _ in range(2):
        total = reassemble(x, kernels)
        results.append([total, *torch.autograd.grad(total.sin().sum(), (x, kernels))])
        monkeypatch.setattr(reassembly, '_ratio', lambda source, target: 0)
    torch.testing.assert_close(*results)


def test_recorded_form_has_the_same_gradients(monkeypatch):
    x, kernels = (t.requires_grad_() for t in _inputs((3, 4), (5, 8)))
    query = torch.randn(2, 3, 5, 8).double().requires_grad_()
    results = []
    for _ in range(2):
        outputs = reassemble(x, kernels), window_similarity(query, x, 5)
        total = sum(output.sin().sum() for output in outputs)
        results.append([*outputs, *torch.autograd.grad(total, (x, kernels, query))])
        monkeypatch.setattr(reassembly, 'is_recorded', lambda: True)
    torch.testing.assert_close(*results)


@pytest.mark.parametrize(('coarse', 'fine'), [((4, 5), (8, 10)), ((5, 6), (9, 11))])
def test_nothing_but_the_inputs_is_kept_for_the_gradient(coarse, fine):
    x, kernels = (t.requires_grad_() for t in _inputs(coarse, fine, channels=64))
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        reassemble(x, kernels)
    assert sum(t.numel() for t in kept) == x.numel() + kernels.numel()


@pytest.mark.parametrize('operation', ['reassemble', 'window_similarity'])
def test_no_tensor_that_is_made_holds_more_than_one_pixel_of_each_window(operation):
    channels, fine = 64, (31, 45)
    x, kernels = (t.float().requires_grad_() for t in _inputs((16, 23), fine, channels=channels))
    query = torch.randn(x.shape[0], channels, *fine, requires_grad=True)
    with LargestTensor() as made:
        result = (
            reassemble(x, kernels) if operation == 'reassemble' else window_similarity(query, x, 5)
        )
        result.square().sum().backward()
    assert made.nbytes == 4 * query.numel()  # an unfolded map has 25 times as much


@pytest.mark.needs_torch('2.7', 'an exporter told from a compiler')
@pytest.mark.parametrize('fine', [(8, 12), (7, 11)])
def test_a_compiled_training_keeps_no_window_and_has_the_same_gradients(fine):
    x, kernels, query = torch.rand(1, 16, 4, 6), torch.rand(1, 25, *fine), torch.rand(1, 16, *fine)
    inputs = [t.requires_grad_() for t in (x, kernels, query)]

    def both(x, kernels, query):
        return reassemble(x, kernels) * 2 + query, window_similarity(query, x, 5) * 3

    def gradients(call):
        results = [result.square().sum() for result in call(*inputs)]
        return torch.autograd.grad(sum(results), inputs)

    torch.compiler.reset()
    compiled = torch.compile(both, backend='aot_eager_decomp_partition', fullgraph=True)
    for mine, expected in zip(gradients(compiled), gradients(both), strict=True):
        torch.testing.assert_close(mine, expected)
    kept = {}
    with torch.autograd.graph.saved_tensors_hooks(
        lambda t: kept.setdefault(t.untyped_storage().data_ptr(), t), lambda t: t
    ):
        results = compiled(*inputs)
    unfolded = 25 * query.numel()
    assert sum(t.untyped_storage().size() // 4 for t in kept.values()) < unfolded / 5
    del results  # as long as it lives, no address is given away again


def test_equal_weights_average_the_window_and_darken_the_border():
    out = reassemble(torch.ones(1, 2, 7, 7), torch.full((1, 25, 14, 14), 1 / 25))
    torch.testing.assert_close(out[:, :, 4:10, 4:10], torch.ones(1, 2, 6, 6))
    torch.testing.assert_close(out[0, 0, 0, [0, 7]], torch.tensor([0.36, 0.6]))


@pytest.mark.parametrize('k', range(9))
def test_one_weight_alone_reads_that_neighbor_for_all_four_fine_pixels(k):
    x = torch.arange(25.0).view(1, 1, 5, 5)
    kernels = torch.zeros(1, 9, 10, 10)
    kernels[:, k] = 1
    read = reassemble(x, kernels)[0, 0, 4:6, 4:6]
    assert torch.equal(read, torch.full((2, 2), float(x[0, 0, 1 + k // 3, 1 + k % 3])))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_sums_in_float32(dtype):
    x, kernels = _inputs((5, 6), (9, 11))
    x, kernels = (100 * x).to(dtype), kernels.softmax(1).to(dtype)
    total = reassemble(x, kernels)
    assert total.dtype == dtype
    close = dict(rtol=2**-7, atol=1e-2)
    torch.testing.assert_close(total.double(), reassemble_by_loops(x, kernels), **close)
    similarity = window_similarity(total, x, 3)
    assert similarity.dtype == torch.float32
    expected = similarity_by_loops(total, x, 3)
    torch.testing.assert_close(similarity.double(), expected, rtol=1e-5, atol=1e-2)


def test_softmax_is_float32_and_a_window_is_normalised_again():
    logits = torch.randn(2, 9, 3, 4).half()
    window = torch.arange(1.0, 10.0)
    kernels = kernel_softmax(logits, window)
    assert kernels.dtype == torch.float32
    weighted = logits.float().exp() * window.view(1, -1, 1, 1)
    torch.testing.assert_close(kernels, weighted / weighted.sum(1, keepdim=True))
    torch.testing.assert_close(kernel_softmax(logits), logits.float().softmax(1))


@pytest.mark.parametrize('layout', [torch.channels_last, torch.contiguous_format])
def test_layout_of_the_inputs_does_not_matter(layout):
    x, kernels = _inputs((3, 4), (6, 8))
    laid_out = (t.to(memory_format=layout) for t in (x, kernels))
    torch.testing.assert_close(reassemble(*laid_out), reassemble(x, kernels))


def test_other_shapes_are_refused_with_both():
    x = torch.zeros(1, 2, 4, 5)
    for shape in ((1, 8, 8, 10), (1, 16, 8, 10), (2, 25, 8, 10)):
        with pytest.raises(
            ValueError, match=rf'odd K .* kernels \({shape[0]}, {shape[1]}, .* x \(1'
        ):
            reassemble(x, torch.zeros(shape))
    with pytest.raises(ValueError, match=r'window must be odd, .* got 4, query'):
        window_similarity(x, x, 4)
    with pytest.raises(ValueError, match=r'query \(1, 3, 4, 5\) and key \(1, 2, 4, 5\)'):
        window_similarity(torch.zeros(1, 3, 4, 5), x, 3)
