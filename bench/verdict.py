# SPDX-License-Identifier: MIT
"""Whether one version costs more than another, by pairs of figures that were taken in turn."""
import statistics

SLOWER, FASTER, SAME = "slower", "faster", "no difference"


def ratios(before, after):
    """One a pair, of figures of which less is better: above 1, the second is worse."""
    return [b / a if a > 0 else float("inf") if b > 0 else 1.0 for a, b in zip(before, after, strict=True)]


def verdict(pairs, threshold):
    """`pairs`: a ratio each; `threshold`: 0.05 is 5 %. Something moved if all pairs say so (one that says otherwise is one that chance
    could have made), and if it is worth a word: the median is beyond the threshold."""
    if not pairs:
        raise ValueError("no pair, no verdict")
    middle = statistics.median(pairs)
    if min(pairs) > 1 and middle > 1 + threshold:
        return SLOWER
    if max(pairs) < 1 and middle < 1 / (1 + threshold):
        return FASTER
    return SAME
