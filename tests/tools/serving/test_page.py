import html
import json
import re

from retrace.tools.serving.model import Served
from retrace.tools.serving.page import page_of, page_settings


def test_the_script_gets_what_it_needs_whatever_the_names_hold(predictors):
    served = Served(predictor=predictors["table"][0], promise=None)
    page = page_of(served, tokens=False)
    settings = json.loads(html.unescape(re.search(r'data-settings="(.*?)"', page)[1]))
    assert settings == page_settings(served) | {"tokens": False}
    assert "<script>" not in page


def test_small_grey_images_are_drawn(predictors):
    settings = page_settings(Served(predictor=predictors["images"][0], promise=None))
    assert (settings["drawn"], settings["shape"]) == (True, [8, 8, 1])


def test_a_page_with_tokens_asks_for_one(predictors):
    served = Served(predictor=predictors["texts"][0], promise=None)
    assert 'id="token"' in page_of(served, tokens=True)
