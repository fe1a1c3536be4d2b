"""One picture that tells whether a match is right: both tools, the matches, the contacts, the grasp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFont

from dfc_core.frames import Frame
from dfc_core.geometry import project, rotation_of
from dfc_core.transfer.result import MatchResult
from dfc_core.view import GRASP_COLOUR, ROLE_COLOURS
from dfc_core.view.shapes import Colour, contact_names, gripper_corners

PANEL_WIDTH, PANEL_HEIGHT = 640, 480
SURROUNDINGS = 2.2  # a panel shows so many times the tool's size, as far as the picture goes
CAPTION_HEIGHT = 52
DOTS = 350  # more hide the tool
OUTLINE = (255, 255, 255)
BACKGROUND = (24, 24, 24)
GAP = 4
FURTHER_GRASP_COLOUR = (120, 140, 150)
Window = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Panel:
    """One picture being drawn on; it shows `window` at `scale` panel px per picture px."""

    draw: ImageDraw.ImageDraw
    window: Window
    scale: float

    def at(self, pixels: NDArray) -> NDArray:
        """Panel coordinates (N x 2) of picture pixels (N x 2; centres are integers)."""
        return (np.asarray(pixels, np.float64).reshape(-1, 2) + 0.5 - np.asarray(self.window[:2])) * self.scale


def draw_overlay(result: MatchResult, frame: Frame) -> NDArray:
    """H x W x 3 uint8: the demonstration left, the target right, each zoomed to its tool, a caption below.

    Same colour = same match; colours run over the demonstrated part's position, so a turned or mirrored match shows
    as a turned colour wheel. Matches that disagree with the alignment are left out when there is one. Ringed, numbered
    marks are contacts ("F1": function, "G1": grasp); the bright fork is the best grasp, tips where the fingers close.
    """
    source = result.demonstration.frame
    canvas = Image.new("RGB", (2 * PANEL_WIDTH + GAP, PANEL_HEIGHT + CAPTION_HEIGHT), BACKGROUND)
    panels, pictures = [], []
    for picture, mask in ((source, source.mask), (frame, result.target_mask)):
        window = view_window(picture.size, mask)
        # Each half is drawn on its own, so that nothing runs over into the other.
        half = _picture(picture, mask, window)
        pictures.append(half)
        panels.append(_Panel(ImageDraw.Draw(half), window, PANEL_WIDTH / (window[2] - window[0])))
    _draw_matches(panels, result)
    _draw_grasps(panels, result, frame)
    _draw_contacts(panels, result)
    for index, half in enumerate(pictures):
        canvas.paste(half, (index * (PANEL_WIDTH + GAP), 0))
    _caption(canvas, result, frame)
    return np.asarray(canvas)


def view_window(size: tuple[int, int], mask: NDArray | None) -> Window:
    """What a panel shows of a picture of `size`: left, top, right, bottom in px, of the panel's aspect.

    Centred on the tool and `SURROUNDINGS` times as large, never smaller than a quarter of the picture's width, nor
    larger than what holds the whole picture; it may reach over the picture's border, which is then drawn black.
    """
    width, height = size
    aspect = PANEL_WIDTH / PANEL_HEIGHT
    whole = max(width, height * aspect)
    centre, wanted = np.array([width / 2, height / 2]), whole
    if mask is not None and mask.any():
        ys, xs = np.nonzero(mask)
        low, high = np.array([xs.min(), ys.min()]), np.array([xs.max(), ys.max()]) + 1
        centre, extent = (low + high) / 2, high - low
        wanted = float(np.clip(SURROUNDINGS * max(extent[0], extent[1] * aspect), width / 4, whole))
    half = np.array([wanted, wanted / aspect]) / 2
    # Moved inside the picture where it fits, centred on the picture where it does not.
    room = np.array([width, height]) - 2 * half
    corner = np.where(room >= 0, np.clip(centre - half, 0, np.maximum(room, 0)), room / 2)
    left, top = (float(value) for value in corner)
    return left, top, left + wanted, top + wanted / aspect


def position_colours(pixels: NDArray) -> NDArray:
    """Colours (N x 3 uint8) by place: hue by direction from the centre, paler towards it."""
    pixels = np.asarray(pixels, np.float64).reshape(-1, 2)
    if len(pixels) == 0:
        return np.zeros((0, 3), np.uint8)
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    centred = (pixels - (low + high) / 2) / np.maximum((high - low) / 2, 1e-6)
    hue = (np.arctan2(centred[:, 1], centred[:, 0]) / (2 * np.pi)) % 1
    saturation = np.clip(np.hypot(centred[:, 0], centred[:, 1]), 0.25, 1)
    sector = (hue[:, None] * 6 + np.array([5.0, 3.0, 1.0])) % 6
    chroma = np.clip(np.minimum(sector, 4 - sector), 0, 1)
    return np.rint(255 * (1 - saturation[:, None] * chroma)).astype(np.uint8)


def outline(mask: NDArray) -> NDArray:
    """Pixels (H x W bool) of the mask that touch its outside or the picture's border."""
    padded = np.pad(mask, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask & ~inner


def _picture(frame: Frame, mask: NDArray | None, window: Window) -> Image.Image:
    """The window of the frame at panel size, dimmed off the tool, with the mask's outline."""
    panel = (PANEL_WIDTH, PANEL_HEIGHT)
    # Image.transform pastes black beyond the border, where crop and resize would need integer windows.
    step = (window[2] - window[0]) / PANEL_WIDTH
    to_picture = (step, 0, window[0], 0, step, window[1])
    image = Image.fromarray(frame.rgb).transform(panel, Image.Transform.AFFINE, to_picture, Image.Resampling.BILINEAR)
    if mask is None:
        return image
    white = Image.fromarray(mask.astype(np.uint8) * 255)
    small = np.asarray(white.transform(panel, Image.Transform.AFFINE, to_picture, Image.Resampling.BILINEAR)) > 127
    pixels = np.asarray(image).astype(np.float32)
    pixels = np.where(small[..., None], 0.85 * pixels, 0.5 * pixels).astype(np.uint8)
    pixels[outline(small)] = OUTLINE
    return Image.fromarray(pixels)


def _draw_matches(panels: Sequence[_Panel], result: MatchResult) -> None:
    matches = result.matches
    if len(result.match_inliers) == len(matches) and result.match_inliers.any():
        matches = matches[result.match_inliers]
    colours = position_colours(matches[:, :2])
    if len(matches) > DOTS:
        chosen = np.linspace(0, len(matches) - 1, DOTS).astype(int)
        matches, colours = matches[chosen], colours[chosen]
    for panel, pixels in zip(panels, (matches[:, :2], matches[:, 2:4]), strict=True):
        for (x, y), colour in zip(panel.at(pixels), colours, strict=True):
            red, green, blue = (int(value) for value in colour)
            panel.draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=(red, green, blue))


def _draw_contacts(panels: Sequence[_Panel], result: MatchResult) -> None:
    names = contact_names([contact.role for contact in result.contacts])
    for name, shown, contact in zip(names, result.demonstration.contacts, result.contacts, strict=True):
        for panel, pixel in zip(panels, (shown.pixel, contact.pixel), strict=True):
            _mark(panel, pixel, name, ROLE_COLOURS[contact.role])


def _mark(panel: _Panel, pixel: tuple[float, float], name: str, colour: Colour) -> None:
    x, y = panel.at(np.asarray(pixel))[0]
    for radius, width, fill in ((9, 5, (0, 0, 0)), (8, 3, colour)):
        panel.draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=fill, width=width)
    panel.draw.ellipse((x - 1.5, y - 1.5, x + 1.5, y + 1.5), fill=colour)
    _text(panel.draw, (x + 11, y - 20), name, colour, 16)


def _draw_grasps(panels: Sequence[_Panel], result: MatchResult, frame: Frame) -> None:
    shown = result.demonstration.grasp
    if shown is not None and result.grasps:
        _fork(panels[0], result.demonstration.frame, shown.position, shown.quaternion_xyzw, shown.width)
    for rank, grasp in reversed(list(enumerate(result.grasps))):
        colour = GRASP_COLOUR if rank == 0 else FURTHER_GRASP_COLOUR
        _fork(panels[1], frame, grasp.position, grasp.quaternion_xyzw, grasp.width, colour)


def _fork(
    panel: _Panel,
    frame: Frame,
    position: ArrayLike,
    quaternion: ArrayLike,
    width: float,
    colour: Colour = GRASP_COLOUR,
) -> None:
    """A parallel gripper: two fingers along the approach, a palm between them, a wrist behind."""
    if frame.K is None:
        return
    rotation = rotation_of(np.asarray(quaternion))
    pixels = project(gripper_corners(width) @ rotation.T + np.asarray(position), frame.K)
    if not np.isfinite(pixels).all():
        return
    points = [(float(x), float(y)) for x, y in panel.at(pixels)]
    for line in (points[:4], points[4:]):
        panel.draw.line(line, fill=(0, 0, 0), width=6, joint="curve")
    for line in (points[:4], points[4:]):
        panel.draw.line(line, fill=colour, width=3, joint="curve")


def _caption(canvas: Image.Image, result: MatchResult, frame: Frame) -> None:
    draw = ImageDraw.Draw(canvas)
    names = f"demonstration {result.demonstration_id} -> {frame.name}"
    first = f"{result.function}   {names}   confidence {result.confidence:.2f}"
    inliers = round(result.inlier_ratio * result.correspondences)
    second = f"{result.correspondences} matches, 2D only: no depth"
    if result.T_target_demo is not None:
        second = (
            f"{inliers} of {result.correspondences} matches agree, residual {1000 * result.residual:.1f} mm, "
            f"scale {result.scale:.2f}"
        )
    if result.turn_confidence is not None:
        second += f", turn confidence {result.turn_confidence:.2f}"
    second += "   same colour = same match; F contact, G grasp contact"
    draw.rectangle((0, PANEL_HEIGHT, canvas.width, canvas.height), fill=BACKGROUND)
    _text(draw, (10, PANEL_HEIGHT + 5), first, (255, 255, 255), 17)
    _text(draw, (10, PANEL_HEIGHT + 29), second, (190, 190, 190), 14)


def _text(draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, colour: Colour, size: int) -> None:
    draw.text(place, text, fill=colour, font=_font(size), stroke_width=2, stroke_fill=(0, 0, 0))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return ImageFont.load_default(size)
    except (TypeError, OSError):  # Pillow before 10.1, or built without FreeType
        return ImageFont.load_default()
