"""Projects of GitHub that a person follows: releases as feed items, issues for newcomers.

`following` says which, undone as any other change; `syncing` asks GitHub and stores what came.
"""
