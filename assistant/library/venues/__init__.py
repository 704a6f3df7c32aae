"""Venues a person follows: their editions brought in and kept up to date, and what they hold.

`following` says which, `syncing` asks their sources, `keeping` stores what came, `telling` reads it
back.
"""
