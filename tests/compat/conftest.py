"""The host project has settings of its own: its suite runs in a process of its own."""

collect_ignore = ["host"]
