"""Who takes part: participants, verification, eligibility, and the links we mail them."""
