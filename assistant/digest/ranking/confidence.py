"""How sure a ranking is, from hiding rated papers, and what would make it surer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.digest.ranking.model import Confidence, Taste

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

FEWEST = 3  # likes below which hiding some says nothing
MOST_FOLDS = 5
_SHRINK = 5  # likes at which the measured value counts half
# What most readers' shares come to, and the likes at which one's own measured share counts half:
# fitted on simulated readers. So what is stated comes true, where a few likes measure too low or
# too high by chance.
_MOST_READERS, _OWN_HALF = 0.86, 10
_PLENTY = 10


def told_confidence(
    taste: Taste, held_out: Vector | None, folds: npt.NDArray[np.intp], positives: int
) -> Confidence:
    """Return the confidence in a fit from its held-out predictions, `positives` first.

    With at least three likes it is measured: the share of pairs in which a liked paper, hidden and
    predicted from the rest, comes before one of its fold that was disliked or passed over. The
    value is twice what that is above chance, shrunk while likes are few; the share that is stated
    is drawn towards what most readers' comes to. Saved searches among the positives are not
    counted.
    """
    liked = len(taste.liked)
    share = None
    if held_out is not None and liked >= FEWEST:
        share = share_in_order(held_out, folds, liked, positives)
    if share is None:
        return _unmeasured(taste)
    value = max(2 * share - 1, 0.0) * liked / (liked + _SHRINK)
    stated = (share * liked + _MOST_READERS * _OWN_HALF) / (liked + _OWN_HALF)
    sentence = (
        f"What you will like should come before what you will not in about {stated:.0%} of cases, "
        f"going by your {liked} liked papers, hidden and ranked by the rest; "
        f"{_wish(value, liked, len(taste.disliked))}."
    )
    return Confidence(round(value, 3), sentence, stated)


def share_in_order(
    held_out: Vector, folds: npt.NDArray[np.intp], liked: int, positives: int
) -> float | None:
    """Return the share of pairs of a fold that are in order (the area under the ROC curve).

    None where no fold has a pair of a like (the first `liked`) and another (after `positives`).
    """
    import numpy as np

    ahead, pairs = 0.0, 0
    for fold in np.unique(folds[:liked]):
        likes = held_out[:liked][folds[:liked] == fold]
        others = np.sort(held_out[positives:][folds[positives:] == fold])
        below = np.searchsorted(others, likes, side="left")
        ahead += float((below + np.searchsorted(others, likes, side="right")).sum()) / 2
        pairs += len(likes) * len(others)
    return ahead / pairs if pairs else None


def fold_numbers(*classes: int) -> npt.NDArray[np.intp]:
    """Deal the members of each class out to folds in turn: at most five, each with a like."""
    import numpy as np

    count = max(min(MOST_FOLDS, classes[0]), 1)
    return np.concatenate([np.arange(size) % count for size in classes]).astype(np.intp)


def _wish(value: float, liked: int, disliked: int) -> str:
    if liked < _PLENTY:
        missing = _PLENTY - liked
        return f"{missing} more like{'s' if missing > 1 else ''} would make it surer"
    if value < 0.5:
        return "your likes are hard to tell apart; a profile for each interest would make it surer"
    if disliked < _PLENTY:
        return "dislikes of what is near but wrong would make it surer"
    return "new ratings keep it so"


def _unmeasured(taste: Taste) -> Confidence:
    liked = len(taste.liked)
    known = [
        part
        for part, there in (
            (f"{liked} liked paper{'s' if liked != 1 else ''}", liked),
            ("your saved searches", taste.searches),
            ("the authors you follow", taste.followed),
            ("your categories", taste.categories),
        )
        if there
    ]
    if not known:
        return Confidence(
            0.0,
            "Nothing is known of your interests yet, so the order says nothing; like a few papers "
            "or save a search.",
        )
    said = bool(taste.categories) + bool(taste.searches) + bool(taste.followed)
    value = min(0.05 * (said + liked), 0.25)
    source = f"{', '.join(known[:-1])} and {known[-1]}" if len(known) > 1 else known[0]
    missing = max(_PLENTY - liked, 1)
    return Confidence(
        round(value, 3),
        f"A first guess from {source}, too little to measure; like {missing} more "
        f"paper{'s' if missing > 1 else ''} to make it surer.",
    )
