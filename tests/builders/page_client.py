"""What a page answers to a program; only imported where gradio is installed."""

from pathlib import Path

from gradio_client import Client, handle_file
from huggingface_hub import constants


def ask_page(address: str, picture: Path | None, answers: Path) -> tuple:
    """Picture, overlay, classes, message, offsets and their message, for a file or none.

    Args:
        address: of the page.
        picture: any file.
        answers: folder of the pictures that come back.
    """
    constants.HF_HUB_OFFLINE = True  # else the client tells a machine of the internet of itself
    client = Client(address, verbose=False, download_files=str(answers))
    return client.predict(picture and handle_file(str(picture)), api_name='/segment')
