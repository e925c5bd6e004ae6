"""Citizen participation for Wagtail: ideas, proposals, and honest follow-up."""

__version__ = "0.1.0"
