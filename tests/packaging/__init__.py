"""The repository as others get it: what is in the wheel, the demo project, the README."""
