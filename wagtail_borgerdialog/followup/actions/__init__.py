"""The only writers of cases, answers and promises: check the rule, write, log, tell."""
