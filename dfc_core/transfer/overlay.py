"""One picture that tells whether a match is right: both tools, the matches, the contacts, the grasp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dfc_core.frames import Frame
from dfc_core.geometry import project
from dfc_core.transfer.grasp import rotation_of
from dfc_core.transfer.result import MatchResult

PANEL_HEIGHT = 480
CAPTION_HEIGHT = 52
DOTS = 350  # more hide the tool
FINGER_M = 0.05
OUTLINE = (255, 255, 255)
ROLE_COLOURS = {"function": (255, 40, 160), "grasp": (0, 220, 255)}
GRASP_COLOUR = (0, 220, 255)
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class _Panel:
    """One picture being drawn on, at `scale` panel pixels per picture pixel, its upper left corner at `left`, `top`."""

    draw: ImageDraw.ImageDraw
    left: float
    top: float
    scale: float
    width: int
    height: int

    def at(self, pixels: NDArray) -> NDArray:
        """Canvas coordinates (N x 2) of picture pixels (N x 2; centres are integers)."""
        return (np.asarray(pixels, np.float64).reshape(-1, 2) + 0.5) * self.scale + np.array([self.left, self.top])


def draw_overlay(result: MatchResult, frame: Frame) -> NDArray:
    """H x W x 3 uint8: the demonstration left, the target right, a caption below.

    Same colour = same match; colours run over the demonstrated part's position, so a turned or mirrored match shows
    as a turned colour wheel. Matches that disagree with the alignment are left out when there is one. Ringed, numbered
    marks are contacts ("F1": function, "G1": grasp); the fork is the gripper, its tips where the fingers close.
    """
    demonstration = result.demonstration
    source = demonstration.frame
    widths = [round(picture.size[0] * PANEL_HEIGHT / picture.size[1]) for picture in (source, frame)]
    canvas = Image.new("RGB", (sum(widths) + 4, PANEL_HEIGHT + CAPTION_HEIGHT), (24, 24, 24))
    masks = (source.mask, result.target_mask)
    panels = []
    for picture, mask, width, left in zip((source, frame), masks, widths, (0, widths[0] + 4), strict=True):
        canvas.paste(_picture(picture, mask, width), (left, 0))
        panels.append(_Panel(ImageDraw.Draw(canvas), left, 0, PANEL_HEIGHT / picture.size[1], width, PANEL_HEIGHT))
    _draw_matches(panels, result)
    _draw_contacts(panels, result)
    _draw_grasps(panels, result, frame)
    _caption(canvas, result, frame)
    return np.asarray(canvas)


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


def _picture(frame: Frame, mask: NDArray | None, width: int) -> Image.Image:
    """The frame at panel size, dimmed off the tool, with the mask's outline."""
    image = Image.fromarray(frame.rgb).resize((width, PANEL_HEIGHT), Image.Resampling.BILINEAR)
    if mask is None:
        return image
    small = np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).resize((width, PANEL_HEIGHT))) > 127
    pixels = np.asarray(image).astype(np.float32)
    pixels = np.where(small[..., None], pixels, 0.55 * pixels).astype(np.uint8)
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
            panel.draw.ellipse((x - 2.5, y - 2.5, x + 2.5, y + 2.5), fill=(red, green, blue), outline=(0, 0, 0))


def _draw_contacts(panels: Sequence[_Panel], result: MatchResult) -> None:
    demonstrated = result.demonstration.contacts
    counts: dict[str, int] = {}
    for index, contact in enumerate(result.contacts):
        counts[contact.role] = counts.get(contact.role, 0) + 1
        name = f"{contact.role[:1].upper()}{counts[contact.role]}"
        if index < len(demonstrated):
            _mark(panels[0], demonstrated[index].pixel, name, ROLE_COLOURS[contact.role])
        _mark(panels[1], contact.pixel, name, ROLE_COLOURS[contact.role])


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
    for grasp in result.grasps:
        _fork(panels[1], frame, grasp.position, grasp.quaternion_xyzw, grasp.width)


def _fork(panel: _Panel, frame: Frame, position: Sequence[float], quaternion: Sequence[float], width: float) -> None:
    """A parallel gripper: two fingers along the approach, a palm between them, a wrist behind."""
    if frame.K is None:
        return
    rotation = rotation_of(np.asarray(quaternion))
    half = max(width, 0.005) / 2
    corners = np.array(
        [
            [-half, 0, 0],
            [-half, 0, -FINGER_M],
            [half, 0, -FINGER_M],
            [half, 0, 0],
            [0, 0, -FINGER_M],
            [0, 0, -2 * FINGER_M],
        ]
    )
    pixels = project(corners @ rotation.T + np.asarray(position), frame.K)
    if not np.isfinite(pixels).all():
        return
    points = [(float(x), float(y)) for x, y in panel.at(pixels)]
    for line in (points[:4], points[4:]):
        panel.draw.line(line, fill=(0, 0, 0), width=6, joint="curve")
    for line in (points[:4], points[4:]):
        panel.draw.line(line, fill=GRASP_COLOUR, width=3, joint="curve")


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
    second += "   same colour = same match; F contact, G grasp contact"
    draw.rectangle((0, PANEL_HEIGHT, canvas.width, canvas.height), fill=(24, 24, 24))
    _text(draw, (10, PANEL_HEIGHT + 5), first, (255, 255, 255), 17)
    _text(draw, (10, PANEL_HEIGHT + 29), second, (190, 190, 190), 14)


def _text(draw: ImageDraw.ImageDraw, place: tuple[float, float], text: str, colour: Colour, size: int) -> None:
    draw.text(place, text, fill=colour, font=_font(size), stroke_width=2, stroke_fill=(0, 0, 0))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return ImageFont.load_default(size)
    except (TypeError, OSError):  # Pillow before 10.1, or built without FreeType
        return ImageFont.load_default()
