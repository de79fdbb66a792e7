"""How the sandbox page draws Slack's text: mrkdwn and Markdown become DOM nodes, never markup."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.demo_server import DemoServer
from tests.browser.workspace_page import WorkspacePage

RENDER = """async ([module, name, text]) => {
    const entry = document.querySelector('script[type=module]').src;
    const renderer = await import(new URL(`./${module}.js`, entry));
    const box = document.createElement('div');
    box.append(renderer[name](text));
    return box.innerHTML;
}"""


def link(url: str, label: str) -> str:
    return f'<a href="{url}" target="_blank" rel="noopener noreferrer">{label}</a>'


def emoji(name: str, character: str) -> str:
    label = name.replace("_", " ")
    attributes = f'class="emoji" role="img" aria-label="{label}" title=":{name}:"'
    return f"<span {attributes}>{character}</span>"


@pytest.fixture(scope="module")
def page(demo: DemoServer, browser: Browser) -> Iterator[Page]:
    """One page for all texts of this module, in place of a new one for each."""
    context = browser.new_context(timezone_id="UTC", locale="en-GB")
    page = context.new_page()
    demo.reset_workspace()
    WorkspacePage(page, demo.url).open(user="U0ANA", channel="C0GENERAL")
    yield page
    context.close()


MRKDWN = {
    "*bold* _italic_ ~strike~": "<strong>bold</strong> <em>italic</em> <s>strike</s>",
    "*bold _both_*": "<strong>bold <em>both</em></strong>",
    "(*in brackets*), *end*.": "(<strong>in brackets</strong>), <strong>end</strong>.",
    "snake_case_name 2*3*4 a~b~c": "snake_case_name 2*3*4 a~b~c",
    "* not bold *": "* not bold *",
    "*not\nbold*": "*not<br>bold*",
    "`*code* &lt;b&gt;`": '<code class="code">*code* &lt;b&gt;</code>',
    "```\nx = 1\n*y*\n```": '<pre class="pre">x = 1\n*y*</pre>',
    "&gt; quoted\n&gt; more\nafter": '<blockquote class="quote">quoted<br>more</blockquote>after',
    "&gt;&gt;&gt; all\nof it": '<blockquote class="quote">all<br>of it</blockquote>',
    "a &lt;b&gt; &amp;amp;": "a &lt;b&gt; &amp;amp;",
    "<https://example.com/a_b_c?x=1&amp;y=2|the *site*>": link(
        "https://example.com/a_b_c?x=1&amp;y=2", "the *site*"
    ),
    "_see <https://example.com/a_b>_": f"<em>see {link('https://example.com/a_b', 'https://example.com/a_b')}</em>",
    "go to https://example.com/x.": f"go to {link('https://example.com/x', 'https://example.com/x')}.",
    "<mailto:ana@example.com|mail>": link("mailto:ana@example.com", "mail"),
    "<javascript:alert(1)|press>": "&lt;javascript:alert(1)|press&gt;",
    "<data:text/html,x>": "&lt;data:text/html,x&gt;",
    "<!here> <!channel|@channel>": '<span class="mention mention--all">@here</span> '
    '<span class="mention mention--all">@channel</span>',
    "<!subteam^S1|@oncall>": '<span class="mention mention--all">@oncall</span>',
    "<@U0BOB>": '<span class="mention" data-user="U0BOB">@bob</span>',
    "<@U0ANA>": '<span class="mention mention--me" data-user="U0ANA">@ana</span>',
    "<@U0GONE|old name>": '<span class="mention" data-user="U0GONE">@old name</span>',
    "<#C0INCIDENTS>": '<button type="button" class="mention mention--channel" '
    'data-open-channel="C0INCIDENTS">#incidents</button>',
    "<!date^1795200000^{date_num} at {time}|then>": '<time datetime="2026-11-20T18:40:00.000Z" '
    'title="Friday, 20 November 2026 at 18:40:00">2026-11-20 at 18:40</time>',
    "<!date^broken^{date}|then>": "then",
    ":fire: :no_such_emoji: 10:30:45": emoji("fire", "🔥") + " :no_such_emoji: 10:30:45",
    "an < unclosed <one": "an &lt; unclosed &lt;one",
    "<img src=x onerror=alert(1)>": "&lt;img src=x onerror=alert(1)&gt;",
}


@pytest.mark.parametrize(("text", "html"), MRKDWN.items(), ids=list(MRKDWN))
def test_mrkdwn(page: Page, text: str, html: str) -> None:
    assert page.evaluate(RENDER, ["mrkdwn", "renderMrkdwn", text]) == html


MARKDOWN = {
    "**bold** *em* _em_ ~~no~~ `a*b`": "<strong>bold</strong> <em>em</em> <em>em</em> <s>no</s> "
    '<code class="code">a*b</code>',
    "[site](https://example.com) [bad](javascript:alert)": link("https://example.com", "site")
    + " <span>bad</span>",
    "a \\*b\\* snake_case_name": "a *b* snake_case_name",
    "<b>&amp;</b>": "&lt;b&gt;&amp;amp;&lt;/b&gt;",
}


@pytest.mark.parametrize(("text", "html"), MARKDOWN.items(), ids=list(MARKDOWN))
def test_markdown_in_a_line(page: Page, text: str, html: str) -> None:
    shown = page.evaluate(RENDER, ["markdown", "renderMarkdown", text])
    assert shown == f'<p class="markdown-paragraph">{html}</p>'


def test_markdown_in_blocks(page: Page) -> None:
    paragraphs = ["# Top\nline\nline two", "- one\n- two", "1. first", "> said"]
    text = "\n\n".join([*paragraphs, "```\n<raw>\n```", "|a|b|\n|-|-|\n|1|2|"])
    assert page.evaluate(RENDER, ["markdown", "renderMarkdown", text]) == (
        '<p class="markdown-heading markdown-heading--1">Top</p>'
        '<p class="markdown-paragraph">line<br>line two</p>'
        '<ul class="list"><li>one</li><li>two</li></ul>'
        '<ol class="list"><li>first</li></ol>'
        '<blockquote class="quote">said</blockquote>'
        '<pre class="pre">&lt;raw&gt;</pre>'
        '<div class="table-scroll"><table class="table">'
        "<thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>"
    )
