"""CLIP: pictures and captions in one space, learned by contrast."""
