"""Deadlines of conferences: `syncing` asks the collections, `due` says what comes, `icalendar`
writes it for calendars.
"""
