"""A host project: what a company writes around django-incident-response."""
