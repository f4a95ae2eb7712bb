"""What a result says of the trained model that it is of, wherever its files lie."""

from pathlib import Path

from mmengine.config import Config

from mmseg_scr.datasets.configured import dataset_types
from mmseg_scr.runs.origin import KEY
from mmseg_scr.runs.records import config_digest
from mmseg_scr.runs.versions import package_versions
from mmseg_scr.weights.card import digest, find_weights
from mmseg_scr.weights.loading import SCHEME


def describe_trained(
    file: Path | None, checkpoint: Path | str, config: Config
) -> dict[str, object]:
    """Names, digests and versions of a trained model.

    Args:
        file: of its config; None of a shipped model.
        checkpoint: a file, or an address that mmengine loads.
        config: that the model was built of.

    Returns:
        ``config`` and ``checkpoint``, names of the files; ``sha256`` of the checkpoint's, None of
        one that lies elsewhere; ``digest``, as of the record of its training, None of a shipped
        model, whose config is not that of a queue; ``origin`` and ``seed``, None where neither
        config nor card tells them; ``dataset``, types of the test's data; ``versions`` of what
        looks at it.
    """
    address, weights, content = str(checkpoint), Path(checkpoint), config.to_dict()
    trained = dict(digest=config_digest(config), seed=(content.get('randomness') or {}).get('seed'))
    if address.startswith(SCHEME):
        card, weights = find_weights(address.removeprefix(SCHEME))
        file, trained = Path(card.config), dict(digest=None, seed=card.seed)
    return dict(
        config=file.name,
        checkpoint=weights.name,
        sha256=digest(weights) if weights.is_file() else None,
        origin=content.get(KEY),
        **trained,
        dataset=', '.join(dataset_types(config.test_dataloader.dataset)),
        versions=package_versions(),
    )
