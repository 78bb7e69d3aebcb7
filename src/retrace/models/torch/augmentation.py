"""Images in, images that could as well have been taken out: on training rows only, anew in each epoch.

Every random number comes from the generator that is passed along, on the CPU: the same on every device.
kornia, which does the work, is imported only where something is asked of it.
"""

import torch
from torch import Tensor
from torch.nn import functional as F


def shift_images(images: Tensor, pixels: int, generator: torch.Generator) -> Tensor:
    """Move each image by up to ``pixels`` in both directions; what comes in is zero (black).

    Parameters
    ----------
    images : Tensor of shape (n_samples, channels, height, width)
        What to move; any type of number.
    pixels : int
        How far at most.
    generator : Generator on the CPU
        Where the offsets are drawn from.
    """
    n_samples, _, height, width = images.shape
    padded = F.pad(images, (pixels,) * 4)
    offsets = torch.randint(0, 2 * pixels + 1, (2, n_samples, 1), generator=generator)
    offsets = offsets.to(images.device)
    rows = offsets[0] + torch.arange(height, device=images.device)
    columns = offsets[1] + torch.arange(width, device=images.device)
    sample = torch.arange(n_samples, device=images.device)
    moved = padded[sample[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return moved.permute(0, 3, 1, 2)


@torch.no_grad()
def augment(
    images: Tensor,
    generator: torch.Generator,
    *,
    flip: bool,
    crop: float,
    rotate: float,
    colour: float,
) -> Tensor:
    """Change each image by chance, as another photographer, camera or hour would have.

    Parameters
    ----------
    images : uint8 Tensor of shape (n_samples, channels, height, width)
        What to change.
    generator : Generator on the CPU
        Where chance comes from.
    flip : bool
        Mirror half of the images, left to right.
    crop : float
        Zoom into a random part of the image; up to this share of each side is cut off.
    rotate : float
        Turn the image by up to so many degrees; what comes in is its mirrored edge.
    colour : float
        Multiply brightness, contrast and (of three channels) saturation by up to 1 +- ``colour``.

    Returns
    -------
    Tensor of shape (n_samples, channels, height, width)
        uint8, or float32 of the same range where pixels had to be computed.
    """
    if flip:
        mirrored = _uniform(len(images), 0, 1, generator).to(images.device) < 0.5
        images = torch.where(mirrored[:, None, None, None], images.flip(-1), images)
    if crop or rotate:
        images = _zoom_and_turn(images, crop, rotate, generator)
    if colour:
        images = _recolour(images, colour, generator)
    return images.contiguous(memory_format=torch.channels_last)


def _zoom_and_turn(images: Tensor, crop: float, rotate: float, generator: torch.Generator) -> Tensor:
    from kornia.geometry.transform import get_affine_matrix2d, warp_affine

    n_samples, _, height, width = images.shape
    angle = _uniform(n_samples, -rotate, rotate, generator)
    zoom = 1 / _uniform(n_samples, 1 - crop, 1, generator)
    last_pixel = torch.tensor([width - 1.0, height - 1.0])
    room = (zoom[:, None] - 1) * last_pixel / 2  # how far the zoomed image may move and still cover
    move = room * torch.stack([_uniform(n_samples, -1, 1, generator) for _ in range(2)], dim=1)
    centre = (last_pixel / 2).expand(n_samples, 2)
    matrix = get_affine_matrix2d(move, centre, zoom[:, None].expand(n_samples, 2), angle)
    return warp_affine(
        images.to(torch.float32),
        matrix[:, :2].to(images.device),
        (height, width),
        padding_mode="reflection",
    )


def _recolour(images: Tensor, colour: float, generator: torch.Generator) -> Tensor:
    from kornia import enhance

    steps = [
        enhance.adjust_brightness_accumulative,
        enhance.adjust_contrast_with_mean_subtraction,
        enhance.adjust_saturation_with_gray_subtraction,
    ]
    seen, opacity = images[:, :3].to(torch.float32) / 255, images[:, 3:]
    for step in steps[: 3 if seen.shape[1] == 3 else 2]:
        factor = _uniform(len(images), 1 - colour, 1 + colour, generator)
        seen = step(seen, factor.to(images.device))
    return torch.cat([seen * 255, opacity.to(torch.float32)], dim=1)


def _uniform(n: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(n, generator=generator)
