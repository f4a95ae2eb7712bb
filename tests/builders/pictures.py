"""Pictures, videos and broken files of all kinds for predictions."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from mmseg_scr.prediction.videos import VideoFile


def soft_picture(height: int = 40, width: int = 60, seed: int = 0) -> np.ndarray:
    """(H, W, 3) uint8, BGR, of smooth random colours."""
    generator = np.random.default_rng(seed)
    coarse = generator.integers(0, 255, (height // 10 + 1, width // 10 + 1, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height))


def save_video(path: Path, *, frames: int = 5, size=(40, 60), rate: float = 12.5) -> Path:
    """Write a video of smooth random colours."""
    video = VideoFile(path, rate, size)
    for index in range(frames):
        video.write(soft_picture(*size, seed=index))
    video.close()
    return path


def save_mixed(folder: Path, count: int = 45) -> None:
    """Write ``count`` good pictures, all kinds in turn: formats, sizes, grey, alpha, 16 bits."""
    (folder / 'sub').mkdir(parents=True, exist_ok=True)
    for index in range(count):
        height, width = 33 + index % 7, 40 + index % 11
        picture = soft_picture(height, width, seed=index)
        place = folder / ('sub' if index % 3 == 0 else '.') / f'good{index:02d}'
        kind = index % 6
        if kind == 0:
            exif = Image.Exif()
            exif[0x0112] = 6
            Image.fromarray(picture).save(f'{place}.jpg', exif=exif)
        elif kind == 1:
            cv2.imwrite(f'{place}.png', picture[..., 0])
        elif kind == 2:
            cv2.imwrite(f'{place}.png', np.dstack([picture, picture[..., 0]]))
        elif kind == 3:
            cv2.imwrite(f'{place}.tif', picture.astype(np.uint16) * 257)
        elif kind == 4:
            cv2.imwrite(f'{place}.png', picture[..., 0].astype(np.uint16) * 257)
        else:
            cv2.imwrite(f'{place}.bmp', picture)


def save_broken(folder: Path, palette) -> list[str]:
    """Write five files that are no pictures of a scene, and return their names."""
    done, content = cv2.imencode('.jpg', soft_picture(200, 200))
    assert done
    (folder / 'cut.jpg').write_bytes(content.tobytes()[:2000])
    (folder / 'empty.png').touch()
    (folder / 'text.jpg').write_text('a letter to my aunt')
    Image.fromarray(np.zeros((9, 9), np.float32)).save(folder / 'fractions.tif')
    labels = np.repeat(np.arange(len(palette)), 8)[None].repeat(30, 0)
    colors = np.asarray(palette, np.uint8)[labels]
    Image.fromarray(colors).save(folder / 'labels.png')
    return ['cut.jpg', 'empty.png', 'text.jpg', 'fractions.tif', 'labels.png']
