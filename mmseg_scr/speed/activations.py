"""What a forward pass keeps for the backward pass."""

from collections.abc import Callable

from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks


def kept_bytes(forward: Callable[[], Tensor], model: nn.Module) -> int:
    """Bytes of all storages that the graph of ``forward`` holds, without the model's own.

    A storage counts once and in full, however many views of it are kept, for so much memory is
    held; parameters and buffers of ``model`` are there anyway. Inputs count.

    Args:
        forward: returns a tensor with a graph, such as the loss.
        model: whose parameters and buffers are left out.
    """
    own = {t.untyped_storage().data_ptr() for t in (*model.parameters(), *model.buffers())}
    kept = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(note, lambda tensor: tensor):
        held = forward()  # as long as it lives, no address is given away again
    del held
    return sum(kept.values())
