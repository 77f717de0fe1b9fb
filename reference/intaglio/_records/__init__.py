"""Records in metadata: checks against closed tables, typed JSON, dtypes, time zones, text."""
