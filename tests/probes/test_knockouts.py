import pytest
import torch
import torch.nn.functional as F
from builders.fill import fill_parameters
from builders.inputs import WIDTHS, stage_maps
from mmseg.registry import MODELS
from torch import nn

from mmseg_scr.aligners import FAM, AlignFA
from mmseg_scr.contexts import CRM
from mmseg_scr.probes.knockouts import KNOCKOUTS, knocked_out, mean_results, present_knockouts

BN = dict(type='BN')
OF_CRM = ['channel-attention', 'adaptive-channels', 'spatial-attention', 'feed-forward']


class Owner(nn.Module):
    """A part at the path that it has in a decode head."""

    def __init__(self, **parts):
        super().__init__()
        self.decode_head = nn.Module()
        for name, part in parts.items():
            setattr(self.decode_head, name, part)


def build(kind, *options, **more):
    cfg = dict(type=kind, norm_cfg=BN, **more)
    return fill_parameters(MODELS.build(cfg), scale=0.3).eval()


@pytest.fixture
def srm():
    return build('SRM', channels=8)


@pytest.fixture
def crm():
    return build('CRM', in_channels=WIDTHS, channels=8)


@pytest.fixture
def maps():
    torch.manual_seed(0)
    return torch.randn(1, 8, 5, 6), torch.randn(1, 8, 9, 11)


def test_parts_are_found_by_their_places(srm, crm):
    assert present_knockouts(Owner(aligners=nn.ModuleList([srm]))) == [
        'aligners',
        'offsets',
        'neighbors',
    ]
    assert present_knockouts(Owner(context=crm)) == OF_CRM
    without = CRM(WIDTHS, 8, hidden_channels=0, norm_cfg=BN)
    assert present_knockouts(Owner(context=without)) == OF_CRM[:-1]
    assert present_knockouts(nn.Linear(2, 2)) == []


def test_modules_of_the_same_names_elsewhere_are_no_parts():
    """Those of deformable convolutions, of CBAM and of transformers in a backbone."""
    names = ('offset', 'mask', 'channel_attention', 'spatial_attention', 'feed_forward')
    block = nn.ModuleDict({name: nn.Conv2d(2, 2, 1) for name in names})
    assert present_knockouts(nn.ModuleDict(dict(backbone=nn.ModuleList([block])))) == []


@pytest.mark.parametrize('corners', [False, True])
@pytest.mark.parametrize('name', ['aligners', 'offsets'])
def test_srm_without_offsets_is_bilinear_upsampling(maps, name, corners):
    coarse, fine = maps
    srm = build('SRM', channels=8, align_corners=corners)
    model = Owner(aligners=nn.ModuleList([srm]))
    plain = F.interpolate(coarse, (9, 11), mode='bilinear', align_corners=corners)
    with knocked_out(model, name):
        torch.testing.assert_close(srm(coarse, fine), plain)
    assert (srm(coarse, fine) - plain).abs().max() > 0.1


@pytest.mark.parametrize('aligner', [FAM(8), AlignFA(8, norm_cfg=BN)], ids=['FAM', 'AlignFA'])
def test_an_aligner_with_corners_of_its_own_is_bilinear_upsampling_by_those(aligner, maps):
    coarse, fine = maps
    fill_parameters(aligner)
    plain = F.interpolate(coarse, (9, 11), mode='bilinear', align_corners=True)
    with knocked_out(Owner(aligners=nn.ModuleList([aligner])), 'aligners'):
        torch.testing.assert_close(aligner(coarse, fine), plain)
    assert (aligner(coarse, fine) - plain).abs().max() > 0.1


def test_srm_without_the_vote_moves_each_pixel_by_its_own_offset(srm, maps):
    alone = build('SRM', channels=8, mask=None)
    weights = srm.state_dict()
    width = alone.offset.in_channels
    for name, value in alone.state_dict().items():  # the branch of the offsets comes first
        weights[name] = (
            weights[name][:width] if weights[name].shape != value.shape else weights[name]
        )
    alone.load_state_dict({name: weights[name] for name in alone.state_dict()})
    with knocked_out(Owner(aligners=nn.ModuleList([srm])), 'neighbors'):
        torch.testing.assert_close(srm(*maps), alone(*maps))


def composed(crm, stages, *, factors=None, attention=True, feed_forward=True):
    """Eq. 5 to 9 once more, from the modules of a CRM."""
    pooled = [F.adaptive_avg_pool2d(stage, stages[-1].shape[2:]) for stage in stages]
    x = crm.stage_norm(torch.cat(pooled, dim=1))
    own = crm.channel_attention(x.split(WIDTHS, dim=1))
    x = x * (own if factors is None else factors(own))
    x = x + crm.spatial_attention(x) if attention else x
    return crm.reduce(crm.feed_forward(x) if feed_forward else x)


@pytest.mark.parametrize(
    ('name', 'changes'),
    [
        ('channel-attention', dict(factors=lambda own: own.mean(dim=1, keepdim=True))),
        ('adaptive-channels', dict(factors=lambda own: own.mean(dim=0, keepdim=True))),
        ('spatial-attention', dict(attention=False)),
        ('feed-forward', dict(feed_forward=False)),
    ],
)
def test_crm_without_a_part_is_the_rest_of_its_equations(crm, name, changes):
    model, stages = Owner(context=crm), stage_maps(2, (64, 96))
    whole = composed(crm, stages)
    with mean_results(model) as means:
        torch.testing.assert_close(crm(stages), whole)
    expected = composed(crm, stages, **changes)
    assert (expected - whole).abs().max() > 1e-3
    with knocked_out(model, name, means):
        torch.testing.assert_close(crm(stages), expected)
    torch.testing.assert_close(crm(stages), whole)


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('offsets', r"no 'offsets' to leave out, only \['channel-attention'"),
        ('adaptive-channels', 'needs means, those of mean_results'),
    ],
)
def test_what_cannot_be_left_out_is_refused(crm, name, message):
    leaving_out = knocked_out(Owner(context=crm), name)
    with pytest.raises(ValueError, match=message):
        leaving_out.__enter__()


def test_every_knockout_says_what_it_leaves_out_and_what_is_there_instead():
    assert all(each.what and each.instead for each in KNOCKOUTS.values())
