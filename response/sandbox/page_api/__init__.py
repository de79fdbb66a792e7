"""The JSON that the workspace's page is made of: same origin, CSRF-checked."""
