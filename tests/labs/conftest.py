"""What the tests of the labs share."""

from tests.labs.toy import toy, toy_root

__all__ = ["toy", "toy_root"]
