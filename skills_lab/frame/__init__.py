"""The machinery all labs share: finding, running, checking and showing them."""
