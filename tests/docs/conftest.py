import pytest
from docs.pages import ROOT, Page
from docs.runner import Followed


@pytest.fixture(scope='session')
def followed(tmp_path_factory):
    """The function that follows a page with its slow fences, once in a run of the tests."""
    done = {}

    def follow(name):
        if name not in done:
            done[name] = Followed(Page(ROOT / name), tmp_path_factory.mktemp('page'), slow=True)
        return done[name]

    return follow
