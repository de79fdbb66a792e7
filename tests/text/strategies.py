"""Texts: what people type, and what Slack sends."""

from hypothesis import strategies as st

from response import text

#: What people type, with all that has a meaning to Slack, Markdown or HTML more often than not.
typed = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            [
                "<",
                ">",
                "&",
                "&lt;",
                "&amp;",
                "&amp;lt;",
                "&#60;",
                "&quot;",
                '"',
                "'",
                "`",
                "```",
                "*",
                "**",
                "_",
                "~~",
                "# ",
                "> ",
                "- ",
                "1. ",
                "\n",
                "\n\n",
                "|",
                "|--|--|\n",
                "[",
                "]",
                "](",
                ")",
                "![",
                "\\",
                "    ",
                "\t",
                "---",
                "===",
                "<@U1>",
                "<@W1|ana>",
                "<#C1|general>",
                "<#C9|>",
                "<!channel>",
                "<!here|here>",
                "<!everyone>",
                "<!subteam^S1|@oncall>",
                "<https://x.test/?a=1&b=2|label>",
                "@U1",
                "<script>",
                "</script>",
                "<img src=x onerror=alert(1)>",
                "<b>",
                "<!--",
                "-->",
                "<![CDATA[",
                "<a href='javascript:alert(1)'>",
                "javascript:alert(1)",
                "https://x.test/a_b?c=1&d=2",
                "data:text/html,x",
                "onload=",
                "style=",
                ":fire:",
                ":nope:",
                "\ue000",
                "\ue001",
                "\ue004",
                "é",
                "名前",
                "👩\u200d🚒",
                "\u202e",
            ]
        ),
    ),
    max_size=12,
).map("".join)

_label = st.text(max_size=6).map(text.from_plain).filter(lambda label: "\n" not in label)
_id = st.text("ABC019", min_size=1, max_size=4)
tokens = st.one_of(
    st.builds("<@U{}>".format, _id),
    st.builds("<@W{}|{}>".format, _id, _label),
    st.builds("<#C{}|{}>".format, _id, _label),
    st.builds("<https://x.test/{}|{}>".format, _id, _label),
    st.sampled_from(
        [
            "<https://x.test/?a=1&amp;b=2>",
            "<mailto:a@b.test|a@b.test>",
            "<tel:123>",
            "<!here>",
            "<!channel>",
            "<!everyone|everyone>",
            "<!subteam^S1|@oncall>",
            "<!subteam^S1>",
            "<!date^1795200000^{date}|2026-11-20>",
        ]
    ),
)

#: Wire form, as Slack sends it.
wire = st.lists(st.one_of(typed.map(text.from_plain), tokens), max_size=6).map("".join)

#: Anything that might be found in a column, wire form or not.
anything = st.one_of(typed, wire, st.text())
