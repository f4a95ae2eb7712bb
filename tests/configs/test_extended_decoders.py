"""A config with parts in a decoder is the plain one with the parts of its name."""

from builders.configs import (
    EXTENDED,
    LEAVES,
    NAME,
    WRAPPERS,
    bases_merged,
    each,
    part_name,
    slots,
)
from mmengine.config import Config


@each(EXTENDED)
def test_extended_config_is_the_plain_one_with_the_parts_of_its_name(path):
    """Of the configs beside it, or, where that has none, of its bases."""
    named = slots(path)
    name = path.name.replace(NAME.fullmatch(path.name)['slots'], '')
    twins = [twin for twin in LEAVES if twin.name == name]
    plain = Config.fromfile(twins[0]) if twins else bases_merged(path)
    config = Config.fromfile(path)
    parts = take_off(config.model, 'neck', named) if 'neck' in config.model else {}
    if isinstance(config.model.decode_head, list):
        parts |= take_off(config.model.decode_head, -1, named)
    else:
        parts |= take_off(config.model, 'decode_head', named)
    assert parts == named
    assert config.model.to_dict() == plain.model.to_dict()


def take_off(owner, key, named):
    """Make our decoder at ``owner[key]`` that of mmseg, return the parts that it had."""
    decoder = owner[key]
    if decoder.type in WRAPPERS:
        owner[key] = decoder.head
        slot, default = WRAPPERS[decoder.type]
        return {slot: part_name(decoder.get(slot, default))}
    decoder.type = decoder.type.removeprefix('Aligned')
    return {slot: part_name(decoder.pop(slot)) for slot in named if slot in decoder}
