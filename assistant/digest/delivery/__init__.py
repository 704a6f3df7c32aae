"""A digest brought to where it is read: a mailbox, a folder."""
