"""The page as its clients see it: gradio's own, and a browser where there is one."""

import json
import shutil
import socket
from pathlib import Path

import cv2
import numpy as np
import pytest
from builders.tiny_models import PALETTE

pytest.importorskip('gradio', reason="gradio is not installed: pip install 'gradio>=6.31'")

from builders.page_client import ask_page

from mmseg_scr.page import build_page, serve_page

TITLE = 'a <small> model'
CHROMIUM = next(filter(None, map(shutil.which, ('chromium', 'google-chrome'))), None)
DRIVER = shutil.which('chromedriver')
SECONDS = 60


@pytest.fixture(scope='module')
def asked_hosts():
    """Names of all machines that this process speaks to."""
    asked, look_up = set(), socket.getaddrinfo

    def noted(host, *arguments, **options):
        asked.add(host)
        return look_up(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, 'getaddrinfo', noted)
        yield asked


@pytest.fixture(scope='module')
def pages(trials, tmp_path_factory, asked_hosts):
    """Address of a page for each model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('GRADIO_TEMP_DIR', str(tmp_path_factory.mktemp('cache')))
        served = {name: build_page(trial, TITLE) for name, trial in trials.items()}
        yield {name: serve_page(page) for name, page in served.items()}
        for page in served.values():
            page.close()


def test_only_this_machine_is_listened_to(pages):
    for address in pages.values():
        assert address.startswith('http://127.0.0.1:')
        port = int(address.rstrip('/').rpartition(':')[2])
        with pytest.raises(OSError, match='refused'):
            socket.create_connection(('127.0.0.2', port), timeout=5)


def test_a_picture_gives_overlay_classes_and_offsets(pages, picture_file, tmp_path):
    picture, overlay, classes, message, offsets, about = ask_page(
        pages['SCRHead'], picture_file, tmp_path
    )
    shown = [cv2.imread(path) for path in (picture, overlay, offsets)]
    assert [image.shape for image in shown[:2]] == [(64, 96, 3)] * 2
    original = cv2.imread(str(picture_file)).astype(int)
    differences = [np.abs(original - image).mean() for image in shown[:2]]
    assert differences[0] < 5 < differences[1]  # JPEG; colours of classes
    assert any(f'rgb({r},{g},{b})' in classes for r, g, b in PALETTE)
    assert '96x64 pixels; whole pictures' in message
    assert shown[2].shape[1] > 1000
    assert not about


def test_a_model_without_offsets_says_so_beside_its_classes(pages, picture_file, tmp_path):
    answer = ask_page(pages['UPerHead'], picture_file, tmp_path)
    assert 'rgb(' in answer[2]
    assert answer[4] is None
    assert 'This model predicts no offsets' in answer[5]


def test_no_other_machine_is_asked_for_anything(pages, asked_hosts, picture_file, tmp_path):
    ask_page(pages['SCRHead'], picture_file, tmp_path)
    assert '127.0.0.1' in asked_hosts
    assert {host for host in asked_hosts if not host.startswith('127.')} <= {'localhost'}


@pytest.mark.parametrize(
    ('name', 'content', 'message'),
    [
        ('letter.txt', b'to my aunt', 'no picture'),
        ('letter.jpg', b'to my aunt', 'no picture'),
        ('empty.png', b'', 'the file is empty'),
        (None, None, 'Drop a picture'),
    ],
)
def test_bad_input_is_a_message_and_no_results(pages, tmp_path, name, content, message):
    path = name and tmp_path / name
    if path:
        path.write_bytes(content)
    picture, overlay, classes, told, offsets, about = ask_page(pages['SCRHead'], path, tmp_path)
    assert message in told
    assert 'Traceback' not in told
    assert picture is overlay is offsets is None
    assert not classes
    assert not about


def test_a_failure_of_the_model_is_a_message(pages, trials, picture_file, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError('an odd <size>')

    monkeypatch.setattr(trials['SCRHead'], 'offsets', fail)
    answer = ask_page(pages['SCRHead'], picture_file, tmp_path)
    assert 'rgb(' in answer[2]
    assert 'cannot be shown: RuntimeError: an odd &lt;size&gt;' in answer[5]
    monkeypatch.setattr(trials['SCRHead'], 'segment', fail)
    answer = ask_page(pages['SCRHead'], picture_file, tmp_path)
    assert answer[:3] == (None, None, '')
    assert 'RuntimeError: an odd &lt;size&gt;' in answer[3]


@pytest.fixture
def browser():
    """Headless Chromium that can reach this machine alone."""
    selenium = pytest.importorskip('selenium', reason='no browser: pip install selenium')
    if not (CHROMIUM and DRIVER):
        pytest.skip('no browser: the commands chromium and chromedriver are not there')
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (
        *('--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'),
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ):
        options.add_argument(flag)
    options.set_capability('goog:loggingPrefs', {'performance': 'ALL'})
    service = selenium.webdriver.chrome.service.Service(DRIVER)
    driver = webdriver.Chrome(options, service)
    yield driver
    driver.quit()


def requested(driver):
    messages = (json.loads(entry['message'])['message'] for entry in driver.get_log('performance'))
    sent = (m['params'] for m in messages if m['method'] == 'Network.requestWillBeSent')
    return {each['request']['url'] for each in sent}


@pytest.mark.slow
def test_in_a_browser_a_dropped_picture_is_answered_without_any_other_machine(
    browser, pages, picture_file
):
    from selenium.webdriver.support.wait import WebDriverWait

    wait = WebDriverWait(browser, SECONDS)
    browser.set_window_size(600, 900)
    browser.get(pages['SCRHead'])
    field = wait.until(lambda page: page.find_element('css selector', 'input[type=file]'))
    assert browser.find_element('tag name', 'h1').text == TITLE
    field.send_keys(str(picture_file))
    loaded = 'return [...document.images].filter(i => i.naturalWidth > 0).map(i => i.alt)'
    wait.until(lambda page: len(page.execute_script(loaded)) == 3)
    assert browser.execute_script(loaded) == [
        'The picture',
        'The picture in the colours of its classes',
        'Where pixels look, as arrows and colours',
    ]
    assert '96x64 pixels' in browser.find_element('css selector', '[role=status]').text
    assert browser.find_elements('css selector', 'tbody th span')
    assert browser.execute_script('return document.documentElement.scrollWidth <= innerWidth')
    assert {url for url in requested(browser) if not url.startswith(pages['SCRHead'])} == set()

    browser.get(pages['SCRHead'])
    letter = Path(picture_file).with_name('letter.txt')
    letter.write_text('to my aunt')
    field = wait.until(lambda page: page.find_element('css selector', 'input[type=file]'))
    field.send_keys(str(letter))
    alert = wait.until(lambda page: page.find_element('css selector', '[role=alert]'))
    assert alert.text.startswith('no picture')
