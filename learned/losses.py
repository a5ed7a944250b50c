"""The one loss: how far predictions lie outside their bounds."""

from torch import Tensor


def bounds_loss(prediction: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    """Mean squared distance from the prediction to the interval [lower, upper].

    Zero inside the bounds; with equal bounds the ordinary mean squared error. A clipped pixel has
    one infinite bound. All three have one shape; the result is a scalar, in squared units of the
    prediction.

    >>> import torch
    >>> lower, upper = torch.tensor([0.0, 0.0, 5.0]), torch.tensor([1.0, 1.0, float("inf")])
    >>> bounds_loss(torch.tensor([0.5, 3.0, 4.0]), lower, upper) * 3  # 0 + 2² + 1²
    tensor(5.)
    """
    below = (lower - prediction).clamp(min=0)
    above = (prediction - upper).clamp(min=0)
    return (below + above).square().mean()
