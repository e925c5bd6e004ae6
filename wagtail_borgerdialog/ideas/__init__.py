"""Ideas: a low threshold, an honest disclaimer, and a follow-up."""
