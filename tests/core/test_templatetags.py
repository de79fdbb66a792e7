"""The template filters that hosts of 0.5.1 load."""

import pytest
from django.template import Context, Engine
from django.utils.safestring import SafeString

from response import text
from tests.core.factories import make_person

pytestmark = pytest.mark.django_db

ENGINE = Engine(
    libraries={
        "unslackify": "response.templatetags.unslackify",
        "markdown_filter": "response.templatetags.markdown_filter",
    }
)


def rendered(expression, value):
    source = "{% load unslackify markdown_filter %}{{ value|" + expression + " }}"
    return ENGINE.from_string(source).render(Context({"value": value}))


@pytest.mark.parametrize("expression", ["unslackify", "unslackify|safe"])
@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("&lt;script&gt;", "&amp;lt;script&amp;gt;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("on :fire:", "on 🔥"),
        ('" onload="x', "&quot; onload=&quot;x"),
    ],
)
def test_what_was_typed_reads_so_and_is_never_markup(expression, typed, html):
    assert rendered(expression, text.from_plain(typed)) == html


def test_markup_that_0_5_1_stored_is_not_markup():
    assert rendered("unslackify|safe", "<b>x</b><img src=x onerror=alert(1)>") == (
        "&lt;b&gt;x&lt;/b&gt;&lt;img src=x onerror=alert(1)&gt;"
    )


def test_people_are_called_by_name_and_looked_up_in_one_query(django_assert_num_queries):
    make_person("U0ANA")
    make_person("W0CHIDI", display_name="<chidi>")

    with django_assert_num_queries(1):
        html = rendered("unslackify", "<@U0ANA>, <@W0CHIDI>, <@U0NOBODY|eve> in <#C1|general>")

    assert html == "@ana, @&lt;chidi&gt;, @eve in #general"


def test_a_text_without_people_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        rendered("unslackify", "nobody here")


def test_html_that_comes_in_gets_its_emoji_only():
    assert rendered("unslackify", SafeString("<b>:fire: &amp;</b>")) == "<b>🔥 &amp;</b>"


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("expression", ["unslackify", "unslackify|safe", "markdown_filter"])
def test_nothing_is_nothing(nothing, expression):
    assert rendered(expression, nothing).strip() == ""


def test_markdown_is_rendered_and_sanitised():
    html = rendered("markdown_filter", text.from_plain("**x** <script>alert(1)</script>"))

    assert html == "<p><strong>x</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"


def test_the_chain_of_0_5_1_s_templates():
    make_person("U0ANA")
    wire = text.from_plain("* \"a\" < 'b' :fire:\n* ") + "<@U0ANA>"

    html = rendered("stringformat:'s'|unslackify|markdown_filter|safe", wire)

    assert html == "<ul>\n<li>\"a\" &lt; 'b' 🔥</li>\n<li>@ana</li>\n</ul>\n"


def test_the_host_s_lists_say_which_tags(settings):
    settings.MARKDOWN_FILTER_WHITELIST_TAGS = ["p", "em"]
    settings.MARKDOWN_FILTER_WHITELIST_ATTRIBUTES = {}
    settings.MARKDOWN_FILTER_WHITELIST_STYLES = []

    assert rendered("markdown_filter", "**bold** *em*") == "<p>bold <em>em</em></p>\n"


def test_a_full_name_by_id():
    make_person("U0ANA", full_name="Ana Lima")
    make_person("U0BOB")

    assert rendered("slack_id_to_fullname", "U0ANA") == "Ana Lima"
    assert rendered("slack_id_to_fullname", "U0BOB") == "bob"
    assert rendered("slack_id_to_fullname", "U0NOBODY") == "U0NOBODY"
    assert rendered("slack_id_to_fullname", None) == ""
