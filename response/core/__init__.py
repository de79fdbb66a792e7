"""Incidents and the rules of their life; knows nothing of Slack or of pages."""
