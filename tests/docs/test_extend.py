"""What docs/extend.md says of its parts, and of the tests that find them; test_pages.py runs it."""

import re

import pytest
import torch
from docs.pages import ROOT

NAME = 'docs/extend.md'
PARTS = {  # room: (class, words of the command that tests it)
    'aligners': ('JointBilateral', 'pytest -q tests/aligners'),
    'contexts': ('GlobalAverage', 'pytest -q tests/contexts'),
    'classifiers': ('CosineClassifier', 'pytest -q tests/classifiers'),
}
RULES_OF_CONFIGS = {
    'test_name_follows_the_rule_and_tells_the_truth',
    'test_ablation_differs_from_its_twin_in_what_its_name_says_and_nothing_else',
    'test_trains_one_step_and_predicts',
    'test_every_pipeline_builds',
}

pytestmark = pytest.mark.slow


@pytest.fixture
def page(followed):
    return followed(NAME)


def passed_tests(output):
    """{file: names of the test functions that passed}, when no other test failed or was skipped."""
    assert not re.search(r'^(FAILED|ERROR|SKIPPED|XFAIL)', output, re.MULTILINE)
    passed = {}
    for file, name in re.findall(r'^PASSED ([\w./]+)::(\w+)', output, re.MULTILINE):
        passed.setdefault(file, set()).add(name)
    return passed


def functions(file):
    return set(re.findall(r'^def (test_\w+)\(', (ROOT / file).read_text(), re.MULTILINE))


@pytest.mark.parametrize('room', PARTS)
def test_whole_contract_of_the_room_holds_for_the_new_part(page, room):
    name, command = PARTS[room]
    output = page.output_of(command)
    contract = f'tests/{room}/test_slot_contract.py'
    assert passed_tests(output)[contract] == functions(contract)
    assert f'[{name}]' in output


def test_tests_of_numbers_export_and_configs_find_the_aligner(page):
    passed = passed_tests(page.output_of('pytest -q tests/aligners'))
    assert len(passed['tests/aligners/test_joint_bilateral.py']) == 2
    assert passed['tests/integration/test_parts.py']
    of_configs = {n for file in passed if file.startswith('tests/configs/') for n in passed[file]}
    assert of_configs >= RULES_OF_CONFIGS


def test_parts_in_modules_of_the_user_train_without_a_fork(page):
    log = page.output_of('train.py my_config.py')
    for term in ('loss_ce', 'loss_ce_plain', 'loss_apart', 'loss_contrast'):
        assert f'decode.{term}: ' in log
    saved = torch.load(page.folder / 'work_dirs/my_config/iter_10.pth', weights_only=True)
    weights = saved['state_dict']
    assert weights['decode_head.classifier.scale'] != 10  # its start
    assert {'decode_head.aligners.0.guide.weight', 'decode_head.context.fuse.conv.weight'} <= set(
        weights
    )
