"""What staff do to follow up, on the screens of cases and on their own."""
