"""Texts by example."""

import pytest

from response import text

NAMES = {"U1": "ana", "W2": "<bob> & co", "C1": "general"}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a < b & <script>", "a &lt; b &amp; &lt;script&gt;"),
        ("&lt;", "&amp;lt;"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1>", "&lt;@U1&gt;"),
        ("nul \x00 and \ud800 go", "nul  and  go"),
    ],
)
def test_from_plain(typed, stored):
    assert text.from_plain(typed) == stored


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("see <https://x.test|y>, <@U1> &amp; co", "see <https://x.test|y>, <@U1> &amp; co"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
        ("<!here>, <!subteam^S1|@oncall>", "@here, @oncall"),
    ],
)
def test_from_slack(sent, stored):
    assert text.from_slack(sent) == stored


@pytest.mark.parametrize(
    ("edited", "stored"),
    [
        ("ask <@U1> in <#C1|general> & go", "ask <@U1> in <#C1|general> &amp; go"),
        ("<https://x.test/?a=1&b=2|A & B>", "<https://x.test/?a=1&amp;b=2|A &amp; B>"),
        ("<script>", "&lt;script&gt;"),
        ("a << b", "a &lt;&lt; b"),
        ("<!channel>", "&lt;!channel&gt;"),
    ],
)
def test_from_editable(edited, stored):
    assert text.from_editable(edited) == stored


def test_to_editable_is_what_a_person_would_type():
    assert text.to_editable("a &lt; b &amp; <@U1>") == "a < b & <@U1>"


def test_a_literal_token_becomes_a_token_when_it_is_edited():
    stored = text.from_plain("<@U1>")

    assert text.from_editable(text.to_editable(stored)) == "<@U1>"


@pytest.mark.parametrize(
    ("wire", "plain"),
    [
        ("<@U1> and <@W2> and <@U3|eve> and <@U4>", "@ana and @<bob> & co and @eve and @U4"),
        ("<#C1>, <#C2|random>, <#C3|>", "#general, #random, #C3"),
        ("<https://x.test/?a=1&amp;b=2>", "https://x.test/?a=1&b=2"),
        ("<https://x.test|the &lt;site&gt;>", "the <site> (https://x.test)"),
        ("<https://x.test|https://x.test>", "https://x.test"),
        ("<mailto:a@b.test|a@b.test>, <tel:123>", "a@b.test, 123"),
        ("<!here>, <!channel|channel>, <!everyone>", "@here, @channel, @everyone"),
        ("<!subteam^S1|@oncall>, <!subteam^S1>", "@oncall, @S1"),
        ("<!date^1795200000^{date}^https://x.test|20 November>", "20 November"),
        (":fire: &lt; &amp;lt;", ":fire: < &lt;"),
    ],
)
def test_to_plain(wire, plain):
    assert text.to_plain(wire, NAMES) == plain


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        ("<!channel> <!here|here> <!everyone>", "@channel @here @everyone"),
        ("<!subteam^S1|@oncall>", "@oncall"),
        ("<!date^1^{date}|&lt;then&gt;>", "&lt;then&gt;"),
        ("<@U1> <#C1|x> <https://x.test|x> &amp;", "<@U1> <#C1|x> <https://x.test|x> &amp;"),
        ("<b>of 0.5.1</b> & co", "&lt;b&gt;of 0.5.1&lt;/b&gt; &amp; co"),
    ],
)
def test_to_slack(stored, sent):
    assert text.to_slack(stored) == sent


REL = 'rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        (
            "a < b & <script>alert(1)</script>",
            "<p>a &lt; b &amp; &lt;script&gt;alert(1)&lt;/script&gt;</p>",
        ),
        ("&lt; and &amp;lt; and &#60;", "<p>&amp;lt; and &amp;amp;lt; and &amp;#60;</p>"),
        ("`a<b> &amp; c`", "<p><code>a&lt;b&gt; &amp;amp; c</code></p>"),
        (
            "```\nif a < b && c:\n    :fire:\n```",
            "<pre><code>if a &lt; b &amp;&amp; c:\n    :fire:\n</code></pre>",
        ),
        ("```python\nx = '<'\n```", "<pre><code>x = '&lt;'\n</code></pre>"),
        ("    indented <b>", "<pre><code>indented &lt;b&gt;\n</code></pre>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("* a\n* b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("> said", "<blockquote>\n  <p>said</p>\n</blockquote>"),
        ("# Title", "<h1>Title</h1>"),
        ("**b** *i* ~~s~~ a_b_c", "<p><strong>b</strong> <em>i</em> <s>s</s> a_b_c</p>"),
        ("on :fire: :nope:", "<p>on 🔥 :nope:</p>"),
        (
            "see https://x.test/a_b?c=1&d=2.",
            f'<p>see <a href="https://x.test/a_b?c=1&amp;d=2" {REL}>https://x.test/a_b?c=1&amp;d=2</a>.</p>',
        ),
        (
            "[run book](https://x.test/?a=1&b=2)",
            f'<p><a href="https://x.test/?a=1&amp;b=2" {REL}>run book</a></p>',
        ),
        (
            "[https://a.test](https://b.test)",
            f'<p><a href="https://b.test" {REL}>https://a.test</a></p>',
        ),
        ("[x](javascript:alert(1))", f"<p><a {REL}>x</a></p>"),
        (
            "![beacon](https://x.test/i.png)",
            f'<p><a href="https://x.test/i.png" {REL}>beacon</a></p>',
        ),
        ("`https://x.test`", "<p><code>https://x.test</code></p>"),
        ("\ue000 private \ue004 \ue0010\ue001", "<p>\ue000 private \ue004 \ue0010\ue001</p>"),
        ("", ""),
    ],
)
def test_to_html_of_what_was_typed(typed, html):
    assert text.to_html(text.from_plain(typed)).strip() == html


def test_a_table():
    shown = text.to_html(text.from_plain("| a | b |\n|---|---|\n| < | 2 |"))

    assert "<td>&lt;</td>" in shown
    assert "<th>a</th>" in shown


@pytest.mark.parametrize(
    ("wire", "html"),
    [
        ("<@U1> and <@W2>", "<p>@ana and @&lt;bob&gt; &amp; co</p>"),
        ("**<@U1>**", "<p><strong>@ana</strong></p>"),
        ("`<@U1>`", "<p><code>@ana</code></p>"),
        ("<#C1|general> <!here>", "<p>#general @here</p>"),
        (
            "<https://x.test/?a=1&amp;b=2|the *label*>",
            f'<p><a href="https://x.test/?a=1&amp;b=2" {REL}>the *label*</a></p>',
        ),
        ("<mailto:a@b.test|a@b.test>", f'<p><a href="mailto:a@b.test" {REL}>a@b.test</a></p>'),
        ("[run book](<https://x.test>)", f'<p><a href="https://x.test" {REL}>run book</a></p>'),
        (
            "<b>of 0.5.1</b> &amp; `code`",
            "<p>&lt;b&gt;of 0.5.1&lt;/b&gt; &amp; <code>code</code></p>",
        ),
    ],
)
def test_to_html_of_what_slack_sent(wire, html):
    assert text.to_html(wire, NAMES).strip() == html


@pytest.mark.parametrize(
    "typed",
    ["> " * 3000, "[" * 3000, "`" * 20_000, "|a" * 10_000, "- x\n" * 10_000, "[](<" * 5_000],
    ids=lambda typed: typed[:4],
)
def test_text_made_to_keep_markdown_busy_is_shown_as_it_is(typed):
    shown = text.to_html(text.from_plain(f"{typed} <b> the end"))

    assert "&lt;b&gt; the end" in shown


def test_long_lines_without_markdown_keep_their_breaks_and_links():
    typed = f"{'x' * 30_000}\nhttps://x.test <b>"

    shown = text.to_html(text.from_plain(typed))

    link = f'<a href="https://x.test" {REL}>https://x.test</a>'
    assert shown.endswith(f"x<br>\n{link} &lt;b&gt;</p>")


def test_the_host_s_lists_are_used(settings):
    settings.MARKDOWN_FILTER_WHITELIST_TAGS = ["p", "img", "span", "script"]
    settings.MARKDOWN_FILTER_WHITELIST_ATTRIBUTES = {
        "img": ["src", "onerror"],
        "*": ["rel", "style"],
    }
    settings.MARKDOWN_FILTER_WHITELIST_STYLES = []

    assert text.to_html("![x](https://x.test/i.png) **b**").strip() == (
        '<p><img src="https://x.test/i.png"> b</p>'
    )


def test_styles_are_kept_where_the_host_lists_them(settings):
    settings.MARKDOWN_FILTER_WHITELIST_TAGS = ["p"]
    settings.MARKDOWN_FILTER_WHITELIST_ATTRIBUTES = ["style"]
    settings.MARKDOWN_FILTER_WHITELIST_STYLES = ["color"]

    assert text.to_html("plain").strip() == "<p>plain</p>"


@pytest.mark.parametrize(
    ("name", "character"),
    [
        (":fire:", "🔥"),
        (":white_check_mark:", "✅"),
        (":+1:", "👍"),
        (":wave::skin-tone-3:", "👋🏼"),
        (":face_palm:", "🤦"),
        (":flag-gb:", "🇬🇧"),
        (":man-shrugging:", "🤷\u200d♂️"),
        (":female-firefighter:", "👩\u200d🚒"),
        (":speaking_head_in_silhouette:", "🗣️"),
        (":our_own:", ":our_own:"),
        ("10:30:45", "10:30:45"),
        (": fire :", ": fire :"),
    ],
)
def test_emoji_have_slacks_names(name, character):
    assert text.emojize(f"x {name} y") == f"x {character} y"


@pytest.mark.parametrize(
    ("wire", "length"),
    [("&amp;&lt;&gt;", 3), ("<@U123>", 5), ("<https://x.test|label>", 5), ("名前", 2), ("", 0)],
)
def test_visible_length(wire, length):
    assert text.visible_length(wire) == length


@pytest.mark.parametrize(
    ("wire", "limit", "cut"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 4, "abc…"),
        ("&amp;&amp;&amp;", 2, "&amp;…"),
        ("hi <@U123> there", 6, "hi …"),
        ("hi <@U123> there", 9, "hi <@U123>…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_truncate(wire, limit, cut):
    assert text.truncate(wire, limit) == cut


def test_references():
    assert text.user_reference("U1") == "<@U1>"
    assert text.channel_reference("C1") == "<#C1>"
    assert text.mentioned_user_ids("<@U1>, <@W2|bob>, <@U1>, &lt;@U3&gt;") == ["U1", "W2"]
    assert text.first_user_id("lead <@W2|bob> <@U1>") == "W2"
    assert text.first_user_id("lead nobody") is None
