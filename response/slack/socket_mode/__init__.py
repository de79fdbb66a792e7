"""Slack without a public URL: what it would post to us comes over WebSockets that we open.

https://docs.slack.dev/apis/events-api/using-socket-mode

``service`` keeps the connections, ``link`` is one of them, ``envelopes`` hands what comes to
the same intake as the URLs do.
"""
