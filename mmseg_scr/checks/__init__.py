"""One rule and one message each for files, labels, checkpoints, compilers, whoever asks.

Rules tell what is wrong, message functions say it with the fix, callers read files and raise. No
framework is known here.
"""

from mmseg_scr.checks.checkpoints import UnsafeCheckpointError, only_safe_checkpoints
from mmseg_scr.checks.files import (
    Folder,
    check_pairs,
    decode,
    empty_folder_message,
    missing_files,
    missing_files_message,
    missing_folder_message,
    no_labels_message,
    no_samples_message,
)
from mmseg_scr.checks.labels import (
    beyond_a_byte,
    beyond_a_byte_message,
    out_of_range,
    sizes_fit,
    sizes_message,
    wrong_values,
    wrong_values_message,
)

__all__ = [
    'Folder',
    'UnsafeCheckpointError',
    'beyond_a_byte',
    'beyond_a_byte_message',
    'check_pairs',
    'decode',
    'empty_folder_message',
    'missing_files',
    'missing_files_message',
    'missing_folder_message',
    'no_labels_message',
    'no_samples_message',
    'only_safe_checkpoints',
    'out_of_range',
    'sizes_fit',
    'sizes_message',
    'wrong_values',
    'wrong_values_message',
]
