"""A Slack workspace in a box: for demo, development and tests.

It plays Slack towards the app: signed deliveries out (``deliveries``), Web API in
(``web_api``), a page for people (``page`` and ``page_api``), rules and limits between them.
It knows the app over HTTP only and imports nothing of it.
"""
