"""Incident response in Slack: declare, coordinate, report."""
