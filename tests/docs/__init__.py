"""The documentation says what is true: its code runs, its names exist, its links lead somewhere."""
