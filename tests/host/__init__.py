"""A host project's app, installed in the tests: what it defines must be found and used."""
