"""`bench`: every lab's claims and figures in one table, and as evidence."""

COMMANDS = ()
