"""What holds for every text."""

import html
import json
import re
from functools import wraps
from html.parser import HTMLParser

import nh3
from hypothesis import assume, example
from hypothesis import given as hypothesis_given

from response import text
from response.conf import DEFAULT_MARKDOWN_ATTRIBUTES, DEFAULT_MARKDOWN_TAGS
from tests.fuzz.budget import limits, seeded, tried
from tests.text.strategies import anything, typed, wire

TOKEN_LOOK_ALIKE = re.compile(r"<(?:[@#]|https?:|mailto:|tel:)")
WELL_FORMED = re.compile(r"(?:[^<>&]|&(?:amp|lt|gt);|<[^<>]*>)*")


def given(strategy):
    """Hypothesis's, with this law's share of all cases (``FUZZ_CASES``)."""

    def decorate(test):
        @wraps(test)
        def counted(string):
            tried["laws of text"] += 1
            test(string)

        return seeded(limits(percent=3, least=100)(hypothesis_given(string=strategy)(counted)))

    return decorate


def storable(string):
    return "".join(char for char in string if char != "\0" and not "\ud800" <= char <= "\udfff")


class Tags(HTMLParser):
    """Every tag and attribute of a piece of HTML, as a browser would find them."""

    def __init__(self, source):
        super().__init__()
        self.found = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data):
        self.found.append(("comment", {}))

    def handle_decl(self, decl):
        self.found.append(("declaration", {}))


@given(typed)
def test_what_is_typed_is_what_is_read(string):
    stored = text.from_plain(string)

    assert text.to_plain(stored) == storable(string)
    assert html.unescape(text.to_html_inline(stored)) == text.emojize(storable(string))


@given(typed)
def test_what_is_typed_reaches_slack_and_json_as_it_is(string):
    stored = text.from_plain(string)

    assert text.to_slack(stored) == stored
    assert text.to_editable(text.from_slack(text.to_slack(stored))) == storable(string)
    assert json.loads(json.dumps(text.to_editable(stored))) == storable(string)


@given(typed)
def test_prose_reads_on_a_page_as_it_was_typed(string):
    """Without what Markdown gives a meaning to; space at the ends of lines is nothing to see."""
    prose = " ".join(re.sub(r"[^\w<>&'\"@.,;!?/= ]|[_\x1c-\x1f\x85]", "", storable(string)).split())
    prose = f"So: {prose}".strip()
    assume("https://" not in prose)
    shown = text.to_html(text.from_plain(prose))

    assert html.unescape(nh3.clean(shown, tags=set())).strip() == prose


@given(typed)
def test_what_is_typed_has_its_length(string):
    assert text.visible_length(text.from_plain(string)) == len(storable(string))


@given(typed)
def test_what_is_typed_is_never_a_token(string):
    assert not re.search("[<>]", text.from_plain(string))
    assert text.mentioned_user_ids(text.from_plain(string)) == []


@given(anything)
def test_every_way_in_gives_wire_form_that_can_be_stored(string):
    for way_in in (text.from_plain, text.from_slack, text.from_editable):
        stored = way_in(string)
        assert WELL_FORMED.fullmatch(stored)
        assert storable(stored) == stored


@given(anything)
def test_text_from_slack_is_taken_as_it_is_once_it_is_wire_form(string):
    once = text.from_slack(string)

    assert text.from_slack(once) == once


@given(wire)
def test_wire_form_survives_slack_but_for_calls_of_a_crowd(string):
    assume("<!" not in string)

    assert text.from_slack(string) == storable(string)


@given(anything)
def test_nothing_that_is_stored_calls_a_crowd(string):
    for way_in in (text.from_plain, text.from_slack, text.from_editable):
        assert "<!" not in way_in(string)


@given(anything)
def test_what_was_edited_is_edited_again_as_it_was(string):
    stored = text.from_editable(string)

    assert text.from_editable(text.to_editable(stored)) == stored


@given(wire)
@example("&lt;@U1|<@U2>")
def test_editing_without_a_change_changes_nothing(string):
    stored = text.from_slack(string)
    # The documented exception: literal characters that spell a token become that token.
    literal = re.sub(r"<[^<>]*>", "\0", stored)
    assume(not TOKEN_LOOK_ALIKE.search(html.unescape(literal)))

    assert text.from_editable(text.to_editable(stored)) == stored


@given(anything)
def test_nothing_that_is_sent_pings_a_crowd(string):
    for stored in (string, text.from_slack(string), text.from_editable(string)):
        sent = text.to_slack(stored)
        assert "<!" not in sent
        assert WELL_FORMED.fullmatch(sent)


@given(wire)
def test_mentions_of_people_are_sent_as_they_are(string):
    assert text.mentioned_user_ids(text.to_slack(string)) == text.mentioned_user_ids(string)


@given(anything)
def test_html_has_the_allowed_tags_and_attributes_only(string):
    for shown in (text.to_html(string), text.to_html(text.from_plain(string))):
        for tag, attributes in Tags(shown).found:
            assert tag in DEFAULT_MARKDOWN_TAGS
            allowed = {"rel", *DEFAULT_MARKDOWN_ATTRIBUTES.get(tag, ())}
            assert set(attributes) <= allowed
            href = attributes.get("href") or ""
            assert not re.match(r"\s*(?:javascript|data|vbscript):", href, re.IGNORECASE)
            if tag == "a":
                assert attributes["rel"] == "noopener noreferrer nofollow"


@given(anything)
def test_a_line_of_html_has_no_tags_at_all(string):
    names = {"U1": '<script>"&', "W1": "'"}
    shown = text.to_html_inline(string, names)

    assert Tags(shown).found == []
    assert not re.search("""[<>"']""", shown)


@given(typed)
def test_html_shows_every_letter_and_digit_that_was_typed_in_a_code_block(string):
    # A fence cannot contain itself, and Markdown takes tabs and line ends as white space.
    code = re.sub(r"[`~\t\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029\x00]", "", string)
    shown = text.to_html(text.from_plain(f"```\n{code}\n```"))

    read = html.unescape(nh3.clean(shown, tags=set()))
    assert "".join(read.split()) == "".join(storable(code).split())


@given(wire)
def test_cutting_keeps_to_the_limit_and_never_cuts_a_token_or_an_entity(string):
    for limit in range(0, text.visible_length(string) + 2):
        cut = text.truncate(string, limit)
        assert text.visible_length(cut) <= limit
        assert WELL_FORMED.fullmatch(cut)
        assert string.startswith(cut.removesuffix("…"))
    assert text.truncate(string, text.visible_length(string)) == string


@given(anything)
def test_emoji_change_nothing_but_names_between_colons(string):
    assert text.emojize(string.replace(":", "")) == string.replace(":", "")
