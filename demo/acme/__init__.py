"""The host's own app: Acme's additions to incident response."""
