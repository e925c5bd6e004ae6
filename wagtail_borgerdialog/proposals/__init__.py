"""Citizen proposals (borgerforslag): formal rules, support, a threshold and an answer."""
