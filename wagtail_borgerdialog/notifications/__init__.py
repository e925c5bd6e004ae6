"""Notifications: who follows what, and how they are told: mail, feeds, calendars, webhooks."""
