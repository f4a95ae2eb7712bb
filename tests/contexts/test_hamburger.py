import pytest
import torch
from builders.counting import count_products
from builders.field import check_row, field_wave, fill_in_order
from builders.fill import fill_parameters
from builders.inputs import WIDTHS, stage_maps
from mmseg.models.decode_heads import LightHamHead
from reference.crm import pointwise, pool_to
from reference.nmf import nmf_by_loops
from torch.nn import functional as F

from mmseg_scr.contexts import Hamburger
from mmseg_scr.contexts.hamburger import LowRankBlock
from mmseg_scr.ops.stages import concat_stages

BN = dict(type='BN')
GN = dict(type='GN', num_groups=8)
ROWS = {  # by whether in training
    True: (1517.897, 0.4941071, 1517.897, 1.91863, 2.081275, 0, 1.049817),
    False: (1517.582, 0.4940047, 1517.582, 1.863491, 2.083284, 0, 1.048569),
}


def _count(module):
    return sum(p.numel() for p in module.parameters())


def _doubles(batch, image_size=(65, 97)):
    return [stage.double() for stage in stage_maps(batch, image_size)]


def _finish(norm, x):
    return F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)


@pytest.mark.parametrize('training', [False, True])
def test_golden_numbers_of_segnexts_block(training):
    block = LowRankBlock(32, 8, norm_cfg=GN, random_bases=False).double().train(training)
    fill_in_order([block.enter.conv, block.leave.conv, block.leave.norm])
    block.bases = torch.sin(0.1 * torch.arange(2 * 32 * 8).double() + 0.3).reshape(2, 32, 8)
    check_row(block(field_wave(2, 32, 6, 8, seed=0.4)), *ROWS[training])


def test_equals_the_loops():
    ham = fill_parameters(Hamburger(WIDTHS, 6, norm_cfg=BN, ham_channels=5, rank=3)).double().eval()
    stages = _doubles(2)
    x = torch.cat([pool_to(stage, (3, 4)) for stage in stages], 1)
    x = _finish(ham.squeeze.norm, pointwise(x, ham.squeeze.conv.weight)).clamp(min=0)
    entered = pointwise(x, ham.ham.enter.conv.weight, ham.ham.enter.conv.bias).clamp(min=0)
    bases = ham.ham.bases.abs()
    bases = bases / bases.square().sum(0).sqrt()
    low_rank = torch.stack([nmf_by_loops(image.flatten(1), bases, 7) for image in entered])
    left = pointwise(low_rank.reshape(x.shape), ham.ham.leave.conv.weight)
    x = (x + _finish(ham.ham.leave.norm, left)).clamp(min=0)
    x = _finish(ham.align.norm, pointwise(x, ham.align.conv.weight)).clamp(min=0)
    torch.testing.assert_close(ham(stages), x)


def _mmsegs_head(ham):
    """mmseg's decoder with the weights of a context whose width is 16."""
    head = LightHamHead(
        in_channels=[sum(WIDTHS)],
        in_index=[0],
        channels=16,
        num_classes=3,
        norm_cfg=GN,
        dropout_ratio=0,
        ham_channels=16,
        ham_kwargs=dict(MD_R=4, rand_init=ham.ham.random_bases),
    ).double()
    own = ham.squeeze, ham.ham.enter, ham.ham.leave, ham.align
    theirs = head.squeeze, head.hamburger.ham_in, head.hamburger.ham_out, head.align
    for one, other in zip(own, theirs, strict=True):
        state = one.state_dict()
        if one.with_norm:  # mmcv names a normalisation after its type
            state = {name.replace(one.norm_name, other.norm_name): state[name] for name in state}
        other.load_state_dict(state)
    head.conv_seg = torch.nn.Identity()
    return head


@pytest.mark.filterwarnings('ignore:Default ``avg_non_ignore``')
@pytest.mark.parametrize('one_step', [False, True])
def test_training_equals_mmsegs_head_that_draws_the_same_bases(one_step):
    ham = Hamburger(WIDTHS, 16, norm_cfg=GN, rank=4, one_step_gradient=one_step)
    ham, stages = fill_parameters(ham), stage_maps(2)
    head = _mmsegs_head(ham).float()  # in float64 theirs has bases of another type than its maps
    torch.manual_seed(3)
    expected = head([concat_stages(stages)])
    torch.manual_seed(3)
    torch.testing.assert_close(ham(stages), expected)


@pytest.mark.filterwarnings('ignore:Default ``avg_non_ignore``')
@pytest.mark.parametrize('training', [False, True])
def test_saved_bases_equal_those_that_mmsegs_head_keeps(training):
    ham = Hamburger(WIDTHS, 16, norm_cfg=GN, rank=4, random_bases=False)
    ham, stages = fill_parameters(ham).double().train(training), _doubles(2)
    head = _mmsegs_head(ham).train(training)
    head.hamburger.ham.bases = F.normalize(ham.ham.bases.abs(), dim=0).unsqueeze(0)
    torch.testing.assert_close(ham(stages), head([concat_stages(stages)]))


def test_evaluation_repeats_and_training_draws():
    ham, stages = Hamburger(WIDTHS, 8, norm_cfg=BN), stage_maps(2)
    assert torch.equal(ham.eval()(stages), ham(stages))
    assert not torch.allclose(ham.train()(stages), ham(stages))


def test_without_random_bases_training_repeats():
    ham, stages = Hamburger(WIDTHS, 8, norm_cfg=BN, random_bases=False), stage_maps(2)
    assert torch.equal(ham(stages), ham(stages))


def test_bases_are_in_the_checkpoint_before_the_first_forward_and_do_not_change():
    ham = Hamburger(WIDTHS, 8, norm_cfg=BN, rank=5)
    before = ham.state_dict()['ham.bases'].clone()
    assert before.shape == (8, 5)
    ham(stage_maps(2))
    assert torch.equal(ham.state_dict()['ham.bases'], before)


def test_result_and_approximation_are_not_negative():
    block = fill_parameters(LowRankBlock(8, 4, norm_cfg=BN))
    x = torch.randn(2, 8, 5, 6)
    for training in (False, True):
        assert (block.train(training)(x) >= 0).all()


def test_parameters_and_products_are_those_of_segnexts():
    for width, parameters, millions in ((256, 427_520, 1023.9), (128, 181_120, 448.8)):
        ham = Hamburger([1024], 128, norm_cfg=BN, ham_channels=width).eval()
        assert _count(ham) == parameters
        products = count_products(ham, [torch.rand(1, 1024, 32, 64)])
        assert products / 1e6 == pytest.approx(millions, rel=0.01)


def test_width_is_the_pyramids_by_default():
    assert Hamburger(WIDTHS, 12, norm_cfg=BN).ham.bases.shape == (12, 16)


def test_a_rank_below_one_is_refused():
    with pytest.raises(ValueError, match='rank of Hamburger must be 1 or more, got 0'):
        Hamburger(WIDTHS, 6, norm_cfg=BN, rank=0)


def test_gradients_are_exact():
    ham = fill_parameters(Hamburger([3, 4], 2, norm_cfg=BN, rank=2)).double().eval()
    torch.nn.init.constant_(ham.squeeze.norm.bias, 2)  # away from the bends of the ReLUs
    stages = [torch.randn(1, 3, 4, 6).double(), torch.randn(1, 4, 2, 3).double()]
    stages = [stage.requires_grad_() for stage in stages]
    assert torch.autograd.gradcheck(lambda *stages: ham(stages), stages)


@pytest.mark.parametrize('one_step', [False, True])
def test_gradient_reaches_every_parameter(one_step):
    ham = Hamburger(WIDTHS, 8, norm_cfg=BN, one_step_gradient=one_step)
    out = ham(stage_maps(4, (128, 160)))
    (out - torch.randn_like(out)).square().sum().backward()
    assert [name for name, p in ham.named_parameters() if not p.grad.any()] == []


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_a_model_cast_to_half_starts_from_bases_of_length_one(dtype):
    block = LowRankBlock(300, 4, norm_cfg=BN).to(dtype).eval()
    bases = block._initial_bases(torch.zeros(1, 300, 2, dtype=dtype))
    torch.testing.assert_close(bases.norm(dim=0), torch.ones(4))


def test_bases_of_evaluation_are_the_same_in_every_process():
    bases = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        bases.append(Hamburger(WIDTHS, 8, norm_cfg=BN).ham.bases)
    assert torch.equal(*bases)
    assert 0.4 < bases[0].mean() < 0.6


def test_width_below_one_is_refused():
    with pytest.raises(ValueError, match='ham_channels of Hamburger must be 1 or more, got 0'):
        Hamburger(WIDTHS, 8, norm_cfg=BN, ham_channels=0)
