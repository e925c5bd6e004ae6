"""Follow-up: official answers, the answer clock, promises, and the staff's work queue."""
