"""What a config says of its data: data sets inside of wrappers, and steps of their pipelines."""

from collections.abc import Iterable, Iterator, Mapping

from mmengine.config import Config, ConfigDict


def datasets_of(dataset: ConfigDict | list | None) -> Iterator[ConfigDict]:
    """Configs of the datasets inside of wrappers; a dataset that is built already is left out."""
    if isinstance(dataset, list | tuple):
        for part in dataset:
            yield from datasets_of(part)
    elif isinstance(dataset, dict):
        inner = dataset.get('datasets', dataset.get('dataset'))
        if inner is None or isinstance(inner, str):  # an option of the dataset's own
            yield dataset
        else:
            yield from datasets_of(inner)


def lazy(dataset: ConfigDict | list) -> ConfigDict | list:
    """A copy that looks for no file when it is built, nor do the datasets inside of wrappers."""
    if isinstance(dataset, list | tuple):
        return [lazy(part) for part in dataset]
    if not isinstance(dataset, dict):
        return dataset
    inner = [key for key in ('datasets', 'dataset') if isinstance(dataset.get(key), dict | list)]
    return ConfigDict({**dataset, **{key: lazy(dataset[key]) for key in inner}, 'lazy_init': True})


def first_dataset(config: Config, loader: str = 'test_dataloader') -> ConfigDict:
    """The first data set of a dataloader, without its wrappers; empty where there is none."""
    return next(datasets_of((config.get(loader) or {}).get('dataset')), ConfigDict())


def type_name(part: Mapping) -> str:
    """Name of the class of a part of a config, which names it with or without scope, or is it."""
    kind = part['type']
    return (kind if isinstance(kind, str) else kind.__name__).rpartition('.')[2]


def dataset_types(dataset: ConfigDict | list | None) -> list[str]:
    """Names of the classes of the datasets inside of wrappers, each once."""
    return [*dict.fromkeys(type_name(part) for part in datasets_of(dataset))]


def without_labels(pipeline: Iterable[Mapping]) -> list[Mapping]:
    """The steps of a pipeline, less those that load labels."""
    return [step for step in pipeline if 'Annotation' not in type_name(step)]
