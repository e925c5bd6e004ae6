"""Where citizens act on a contribution: support it, comment on it, open its files."""
