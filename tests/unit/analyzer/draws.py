"""Bootstraps of several models at once."""

from collections.abc import Iterable, Mapping

from nof1_tracker.analyzer.uncertainty.bootstrap import ResampledMean, resample_mean


def resampled_by_name(
    nets: Mapping[str, Iterable[float | None]], resamples: int | None = None
) -> dict[str, ResampledMean | None]:
    """The bootstrap of each model's mean net, of a stream of its own."""
    return {
        name: resample_mean(each, stream=name, resamples=resamples)
        for name, each in nets.items()
    }
