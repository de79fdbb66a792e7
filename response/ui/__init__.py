"""Browser pages: the list of incidents and each incident's document."""
