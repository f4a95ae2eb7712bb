"""Picture files as a segmentor was trained on them: upright, three colours, eight bits."""

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

FROM_16_BITS = 8  # bits that are dropped, as OpenCV does for mmseg's loader
RGB_MODES = ('RGB', 'L', '1', 'P', 'PA', 'LA', 'La', 'RGBA', 'RGBa', 'RGBX', 'CMYK', 'YCbCr')


def read_picture(path: Path | str) -> np.ndarray:
    """Read a picture to the end.

    The rotation that a camera notes (EXIF) is applied, grey becomes three equal channels, opacity
    is dropped without blending, 16 bits become their upper 8: what mmseg's loader makes of them.

    Returns:
        (H, W, 3) uint8, BGR.

    Raises:
        ValueError: it is empty, cut off, no picture, or of fractions; the reason alone, without
            the path.
        OSError: it cannot be opened.
    """
    content = Path(path).read_bytes()
    if not content:
        raise ValueError('the file is empty')
    try:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))  # decodes to the end
    except Image.UnidentifiedImageError:
        return _read_as_opencv(content)
    except Image.DecompressionBombError as error:
        raise ValueError(f'too large: {error}') from error
    except Exception as error:  # Pillow raises SyntaxError, struct.error and others on bad files
        raise ValueError(f'damaged: {error}') from error
    return to_bgr(picture)


def to_bgr(picture: Image.Image) -> np.ndarray:
    """(H, W, 3) uint8, BGR, of a picture of any mode of Pillow's.

    Raises:
        ValueError: its values have no agreed range.
    """
    if picture.mode.startswith('I'):
        return _grey_of_16_bits(np.asarray(picture))
    if picture.mode not in RGB_MODES:
        raise ValueError(
            f'its values are of mode {picture.mode!r}, which has no agreed range of brightness; '
            'save it with 8 or 16 bits'
        )
    if picture.mode == 'P' and 'transparency' in picture.info:
        picture = picture.convert('RGBA')
    return np.ascontiguousarray(np.asarray(picture.convert('RGB'))[..., ::-1])


def _grey_of_16_bits(values: np.ndarray) -> np.ndarray:
    if values.min() < 0 or values.max() > 65535:
        raise ValueError(
            f'it holds {values.min()} to {values.max()}, beyond 16 bits; save it with 8 or 16 bits'
        )
    grey = (values.astype(np.uint16) >> FROM_16_BITS).astype(np.uint8)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def _read_as_opencv(content: bytes) -> np.ndarray:
    """Formats that Pillow does not know, such as JPEG 2000 in some builds."""
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise ValueError(f'damaged: {error}') from error
    if picture is None:
        raise ValueError('no picture, or of a format that neither Pillow nor OpenCV reads')
    return picture
