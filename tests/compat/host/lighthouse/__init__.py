"""A host of Response 0.5.1, written as the one that runs it in production today is."""
