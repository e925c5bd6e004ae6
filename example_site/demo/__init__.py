"""What Vestersø Kommune's site is filled with: the texts (JSON), and how they came about."""
