"""What the library calls arXiv, and arXiv's clock; a leaf, since digests need it without a sync."""

from zoneinfo import ZoneInfo

SOURCE = "arxiv"
ARXIV_TIME = ZoneInfo("America/New_York")
