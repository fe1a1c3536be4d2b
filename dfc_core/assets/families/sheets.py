"""Parametric boards, books and sheets: clipboard, book, smartphone, license plate, plank.

Lying in the xy plane, upper face to +z; clip, spine or lower end to -x; plate and plank long in x.
"""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator
from numpy.typing import ArrayLike

from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import X, Y, Z, afford, holes, inside, polygon, prism, rectangle
from dfc_core.assets.families.forms import FLAT, LYING, arc, band, disc, finished, flat, merged, turned
from dfc_core.assets.solids import box, cylinder, split, tube
from dfc_core.assets.tool import HALF_TURN, MIRROR, MIRROR_X, NONE, Tool

STANDING = turned(x=90)


def _slab(section: CrossSection, thickness: float, soft: float) -> Manifold:
    """A convex section made a slab about z = 0, its edges rounded by `soft` (m, below half the thickness)."""
    layers = []
    for inset, lower in ((0.0, 1.0), (0.3, 0.3), (1.0, 0.0)):
        high = thickness / 2 - lower * soft
        layers.append(prism(section.offset(-inset * soft), -high, high))
    return Manifold.batch_hull(layers)


def _strip(path: ArrayLike, half: float, width: float) -> Manifold:
    """A bent strip of sheet: `path` (N x 2: x, z), `half` its thickness to each side, `width` along y about y = 0."""
    return band(path, half).extrude(width).rotate([90, 0, 0]).translate([0, width / 2, 0])


def clipboard(rng: Generator, name: str) -> Tool:
    """A clipboard: a thin board or a storage case; its clip a lever with a barrel, a low bow, or a jaw with a loop."""
    length = rng.uniform(0.2, 0.37)
    width = length * rng.uniform(0.62, 0.78)
    case = rng.random() < 0.2
    thick = rng.uniform(0.018, 0.032) if case else rng.uniform(0.002, 0.0045)
    board = prism(rectangle(length, width, rng.uniform(0.02, 0.1) * width), -thick / 2, thick / 2)
    if not case and rng.random() < 0.3:
        board = board - holes([(-length / 2 + 0.01, y * width) for y in (-0.38, 0.38)], 0.003)
    start = -length / 2 + 0.002
    border = start + rng.uniform(0.12, 0.2) * length
    free, top = split(board, (1, 0, 0), border)
    layer = 0.25 * thick if case else 0.5 * thick
    face, below = split(free, (0, 0, 1), thick / 2 - layer)
    side, back = split(below, (0, 0, 1), layer - thick / 2)
    broad = min(width * rng.uniform(0.35, 0.7), 0.17)
    kind = str(rng.choice(["lever", "bow", "jaw"]))
    clip = CLIPS[kind](rng, broad, min(0.045, border - start - 0.004)).translate([start, 0, thick / 2])
    parts: dict[str, Manifold] = {"face": face, "back": back, "top": top, "clip": clip}
    if case:
        parts["side"] = side
    middle, size = (border + length / 2) / 2, np.sqrt((length / 2 - border) * width) / 2
    affordances = (
        afford("press-with", "back", ("clip", "top"), ((middle, 0, -thick / 2), -Z, -X), size, MIRROR),
        afford("lift-with", "face", ("clip", "top"), ((middle, 0, thick / 2), Z, X), size, MIRROR),
    )
    return finished(name, "clipboard", parts, affordances)


def _lever_clip(rng: Generator, broad: float, reach: float) -> Manifold:
    """A base plate with a barrel across it and a sheet that bears on the board and rises to the thumb behind."""
    high = rng.uniform(0.008, 0.014)
    rise = rng.uniform(0.005, 0.016)
    path = [(reach, 0.0012), (reach * 0.9, 0.003), (reach * 0.5, high), (reach * 0.2, high * 1.1), (0, high + rise)]
    sheet = _strip(path, 0.0009, broad)
    neck = broad * rng.uniform(0.3, 0.5)
    corners = [(-1.0, neck / 2), (reach * 0.2, neck / 2), (reach * 0.5, broad / 2), (1.0, broad / 2)]
    plan = polygon([(x, side * half) for side, way in ((-1, 1), (1, -1)) for x, half in corners[::way]])
    sheet = sheet ^ prism(plan, -1, 1)
    base = box((reach * 0.75, broad * 0.7, 0.0024), (reach * 0.45, 0, 0.0006))
    barrel = cylinder((reach * 0.5, -broad * 0.47, high * 0.5), (reach * 0.5, broad * 0.47, high * 0.5), high * 0.5,
                      high * 0.5, 16)  # fmt: skip
    return sheet + base + barrel


def _bow_clip(rng: Generator, broad: float, reach: float) -> Manifold:
    """A low arched sheet with a tab for the thumb."""
    high = rng.uniform(0.005, 0.011)
    s = np.linspace(0, 1, 12)
    arch = np.stack([reach * s, high * np.sin(np.pi * s) ** 0.7], axis=1)
    low = np.zeros((12, 1)) - 0.001
    section = np.concatenate([arch, np.column_stack([reach * s, low])[::-1]])
    body = polygon(section).extrude(broad).rotate([90, 0, 0]).translate([0, broad / 2, 0])
    body = body ^ prism(rectangle(reach, broad, reach * rng.uniform(0.1, 0.45), (reach / 2, 0)), -1, 1)
    tab = prism(rectangle(reach * 0.7, broad * rng.uniform(0.2, 0.4), 0.004, (reach * 0.1, 0)), 0.0, 0.002)
    return body + tab.rotate([0, rng.uniform(0, 18), 0]).translate([0, 0, high * 0.5])


def _jaw_clip(rng: Generator, broad: float, reach: float) -> Manifold:
    """A three-sided jaw of sheet with a loop of wire or a plate that lies back over the board's end."""
    high, deep = rng.uniform(0.01, 0.018), min(reach, rng.uniform(0.022, 0.032))
    jaw = polygon([(0.002, -0.001), (deep, -0.001), (deep, 0.003), (0.009, high), (0.002, high)], 0.001)
    jaw_solid = jaw.extrude(broad).rotate([90, 0, 0]).translate([0, broad / 2, 0])
    half, out = broad * rng.uniform(0.12, 0.25), rng.uniform(0.008, 0.022)
    bow = flat(arc((0, 0), 1.0, 90, 270, 15) * [out, half] + [0.004, 0])
    bow = np.concatenate([[[deep * 0.5, half, 0]], bow, [[deep * 0.5, -half, 0]]])
    loop = tube(bow, 0.0016, sides=8).rotate([0, rng.uniform(0, 25), 0]).translate([0, 0, high * 0.7])
    return jaw_solid + loop


CLIPS = {"lever": _lever_clip, "bow": _bow_clip, "jaw": _jaw_clip}


def book(rng: Generator, name: str) -> Tool:
    """A closed book: hardcover with a round or flat spine, paperback, or a notebook on rings; thin or thick."""
    high = rng.uniform(0.14, 0.31)
    wide = high * rng.uniform(0.6, 0.82)
    kind = rng.choice(["hardcover", "hardcover", "paperback", "rings"])
    thick = high * (rng.uniform(0.04, 0.12) if kind == "rings" else rng.uniform(0.06, 0.26))
    make = {"hardcover": _hardcover, "paperback": _paperback, "rings": _notebook}[str(kind)]
    parts = make(rng, wide, high, thick)
    hold = "rings" if kind == "rings" else "spine"
    back = ((0, 0, -thick / 2), -Z, -X)
    front = ((0, 0, thick / 2), Z, -X)
    press = afford("press-with", "cover", hold, back, np.sqrt(wide * high) / 2, MIRROR, [front])
    return finished(name, "book", parts, [press], FLAT if kind == "rings" else (*FLAT, *FLAT, STANDING))


def _hardcover(rng: Generator, wide: float, high: float, thick: float) -> dict[str, Manifold]:
    """Boards that stand out over the pages, a groove beside a round or flat spine, perhaps with raised bands."""
    board, over, joint = rng.uniform(0.002, 0.0035), rng.uniform(0.002, 0.005), rng.uniform(0.006, 0.012)
    bulge = thick * (rng.uniform(0.12, 0.32) if rng.random() < 0.6 else 0.02)
    corner = rng.choice([0.0005, 0.003, 0.008])
    outline = rectangle(wide, high, corner) ^ rectangle(wide, high * 2, 0, (joint, 0))
    covers = [prism(outline, z, z + board) for z in (-thick / 2, thick / 2 - board)]
    angle = np.linspace(-np.pi / 2, np.pi / 2, 13)
    arch = np.stack([-wide / 2 - bulge * np.cos(angle), (thick / 2 - board * 0.4) * np.sin(angle)], axis=1)
    section = polygon([*arch, (-wide / 2 + joint, arch[-1, 1]), (-wide / 2 + joint, arch[0, 1])])
    spine = section.extrude(high).rotate([90, 0, 0]).translate([0, high / 2, 0])
    if rng.random() < 0.35:
        ridge = polygon([*(arch - [0.0018, 0]), (-wide / 2, arch[-1, 1]), (-wide / 2, arch[0, 1])])
        for y in np.linspace(-0.36, 0.36, int(rng.integers(3, 6))) * high:
            spine = spine + ridge.extrude(0.005).rotate([90, 0, 0]).translate([0, y + 0.0025, 0])
    pages = box((wide - joint - over + 0.002, high - 2 * over, thick - board), ((joint - over) / 2, 0, 0))
    if bulge > 0.05 * thick:
        hollow = CrossSection.circle(1.0, 32).scale([bulge * 0.8, thick * 0.46]).translate([wide / 2 - over, 0])
        pages = pages - hollow.extrude(high).rotate([90, 0, 0]).translate([0, high / 2, 0])
    return {"pages": pages - merged(covers), "cover": merged(covers), "spine": spine - merged(covers)}


def _paperback(rng: Generator, wide: float, high: float, thick: float) -> dict[str, Manifold]:
    """Soft covers flush with the pages or a little proud of them, the spine flat or with rounded edges."""
    cover, over = rng.uniform(0.0008, 0.0015), rng.choice([0.0, 0.0006, 0.0015])
    soft = rng.uniform(0.02, 0.4) * thick
    section = rectangle(wide, thick, soft) + rectangle(wide / 2, thick, 0, (wide / 4, 0))
    solid = section.extrude(high).rotate([90, 0, 0]).translate([0, high / 2, 0])
    body, spine = split(solid, (1, 0, 0), -wide / 2 + max(0.004, 0.4 * soft))
    upper, rest = split(body, (0, 0, 1), thick / 2 - cover)
    pages, lower = split(rest, (0, 0, 1), cover - thick / 2)
    pages = pages ^ box((wide, high - 2 * over, thick), (-over, 0, 0))
    crease = box((0.001, 2 * high, 0.0006), (-wide / 2 + 0.008, 0, thick / 2))
    return {"pages": pages, "cover": merged([upper - crease, lower]), "spine": spine}


def _notebook(rng: Generator, wide: float, high: float, thick: float) -> dict[str, Manifold]:
    """A block with stiff covers on a row of wire rings; corners square or round."""
    cover, over = rng.uniform(0.0008, 0.002), rng.choice([0.0, 0.002])
    corner = rng.choice([0.0005, 0.006, 0.012])
    covers = [prism(rectangle(wide, high, corner), z, z + cover) for z in (-thick / 2, thick / 2 - cover)]
    pages = prism(rectangle(wide - 2 * over, high - 2 * over, corner), cover - thick / 2, thick / 2 - cover)
    radius = thick * 0.5 + rng.uniform(0.002, 0.005)
    wire = rng.uniform(0.0009, 0.0018)
    ring = arc((0, 0), radius, 0, 357, 17)
    path = np.stack([ring[:, 0] - wide / 2 + 0.001, np.zeros(17), ring[:, 1]], axis=1)
    count = int(rng.integers(7, 20))
    one = tube(path, wire, sides=6)
    rings = [one.translate([0, y, 0]) for y in np.linspace(-0.45, 0.45, count) * high]
    block = merged([pages, *covers])
    return {"pages": pages, "cover": merged(covers), "rings": merged(rings) - block}


def smartphone(rng: Generator, name: str) -> Tool:
    """A phone or tablet: with a notch-less pane, a home button or keys before, and a camera of many forms behind."""
    kind = str(rng.choice(["phone", "phone", "tablet", "keys"]))
    size = {"phone": (0.125, 0.17), "tablet": (0.18, 0.29), "keys": (0.1, 0.13)}[kind]
    shape = {"phone": (0.45, 0.54), "tablet": (0.62, 0.78), "keys": (0.38, 0.48)}[kind]
    deep = {"phone": (0.007, 0.011), "tablet": (0.006, 0.01), "keys": (0.011, 0.02)}[kind]
    length = rng.uniform(*size)
    width, thick = length * rng.uniform(*shape), rng.uniform(*deep)
    body = _slab(rectangle(length, width, width * rng.uniform(0.06, 0.2)), thick, thick * rng.uniform(0.08, 0.42))
    port = rectangle(0.004, 0.009, 0, (-length / 2, 0))
    body = body - prism(port, -0.0013, 0.0013)
    front, rest = split(body, (0, 0, 1), thick * 0.3)
    middle, back = split(rest, (0, 0, 1), -thick * 0.3)
    keys = [box((long, 0.0016, thick * 0.25), (x * length, width / 2, 0)) for x, long in ((0.2, 0.02), (0.1, 0.01))]
    sides = merged([middle, *keys[: int(rng.integers(0, 3))]])
    camera, central = _camera(rng, length, width, thick)
    parts = {"screen": _front(rng, kind, front, (length, width, thick)), "sides": sides, "back": back, "camera": camera}
    symmetry = MIRROR if central and sides.num_tri() == middle.num_tri() else NONE
    press = afford("press-with", "back", "sides", ((0, 0, -thick / 2), -Z, -X), np.sqrt(length * width) / 2, symmetry)
    return finished(name, "smartphone", parts, [press])


def _front(rng: Generator, kind: str, front: Manifold, size: tuple[float, float, float]) -> Manifold:
    """The upper layer with its pane sunk or raised, and a home button or rows of keys below it."""
    length, width, thick = size
    low, home = (0.0, False) if kind == "keys" else (-length * 0.47, rng.random() < 0.4)
    low = -length * 0.38 if home else low
    high = length * (0.38 if home or kind == "keys" else 0.47)
    pane = rectangle(high - low, width * rng.uniform(0.86, 0.94), width * 0.03, ((low + high) / 2, 0))
    top = thick / 2
    front = front - prism(pane, top - 0.0004, 1) if rng.random() < 0.6 else front + prism(pane, top * 0.7, top + 0.0004)
    if home:
        front = front - prism(disc((-length * 0.43, 0), width * 0.07, 24), top - 0.0005, 1)
    if kind == "keys":
        pitch = (length * 0.09, width * 0.27)
        spots = [(-length * 0.12 - row * pitch[0], column * pitch[1]) for row in range(4) for column in (-1, 0, 1)]
        buttons = [rectangle(pitch[0] * 0.7, pitch[1] * 0.8, pitch[0] * 0.2, spot) for spot in spots]
        front = front + merged(prism(button, top * 0.7, top + 0.0009) for button in buttons)
    return front


def _camera(rng: Generator, length: float, width: float, thick: float) -> tuple[Manifold, bool]:
    """Lenses on the back in a square, a bar, a round or alone; and whether they lie on the middle line."""
    kind = str(rng.choice(["square", "bar", "round", "single", "column"]))
    low, step = -thick / 2, min(width * 0.17, 0.016)
    y = 0.0 if kind in ("bar", "round") or rng.random() < 0.2 else -width / 2 + step * 1.6
    x = length / 2 - step * 1.8
    forms: dict[str, tuple[CrossSection, list[tuple[float, float]]]] = {
        "square": (rectangle(step * 2.3, step * 2.3, step * 0.6, (x, y)), [(-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)]),
        "bar": (rectangle(step * 1.2, width * 0.86, step * 0.55, (x, 0)), [(0, -1), (0, 0), (0, 1)]),
        "round": (disc((x, 0), step * 1.5, 40), [(-0.6, -0.6), (-0.6, 0.6), (0.6, -0.6), (0.6, 0.6)]),
        "single": (disc((x + step * 0.6, y), step * 0.42, 24), [(0.6, 0)]),
        "column": (rectangle(step * 2.5, step * 1.1, step * 0.5, (x, y)), [(-0.6, 0), (0.6, 0)]),
    }
    base, spots = forms[kind]
    bump = rng.uniform(0.0008, 0.002)
    lenses = [disc((x + a * step, y + b * step), step * 0.34, 20) for a, b in spots]
    solids = [prism(base, low - bump, low + 0.001), *(prism(lens, low - bump - 0.0007, low) for lens in lenses)]
    return merged(solids), y == 0.0 and kind != "square"


def license_plate(rng: Generator, name: str) -> Tool:
    """A number plate: long European, American with four slots or square for a motorcycle; embossed or of acrylic."""
    kind = str(rng.choice(["long", "american", "square"]))
    length = {"long": (0.42, 0.54), "american": (0.28, 0.34), "square": (0.17, 0.25)}[kind]
    shape = {"long": (0.2, 0.26), "american": (0.46, 0.53), "square": (0.6, 0.9)}[kind]
    x = rng.uniform(*length)
    width = x * rng.uniform(*shape)
    acrylic = rng.random() < 0.25
    thick = rng.uniform(0.003, 0.004) if acrylic else rng.uniform(0.0012, 0.002)
    outline = rectangle(x, width, rng.uniform(0.04, 0.16) * width)
    bead, inset = rng.uniform(0.003, 0.006), rng.uniform(0.003, 0.008)
    sheet = prism(outline, -thick / 2, thick / 2)
    raised = rng.uniform(0.0008, 0.002)
    if not acrylic:
        border = outline.offset(-inset) - outline.offset(-inset - bead)
        sheet = sheet + prism(border, 0, thick / 2 + raised)
    across, up = (x * 0.4, 0.0) if kind == "long" else (x * rng.uniform(0.3, 0.36), width / 2 - 0.016)
    spots = [(side * across, level) for side in (-1, 1) for level in {-up, up}]
    if rng.random() < 0.8:
        sheet = sheet - holes(spots, 0.0032, 0.008 if kind == "american" else 0.0, 12)
    surface, edge = inside(sheet, rectangle(3 * x, width * (1 - 2 * rng.uniform(0.16, 0.21))))
    rows = 2 if kind == "square" else 1
    tall = width * (0.3 if rows == 2 else 0.52)
    levels = np.array([-0.19, 0.19]) * width if rows == 2 else np.zeros(1)
    figures = [_figures(rng, x * 0.76, tall, level, (0, thick / 2 + raised)) for level in levels]
    near, far = ((0, -width / 2, 0), -Y, X), ((0, width / 2, 0), Y, -X)
    scrape = afford("scrape-with", "edge", "surface", near, x / 2, NONE, [far])
    return finished(name, "license-plate", {"edge": edge, "surface": merged([surface, *figures])}, [scrape], LYING)


SEGMENTS = ("025", "0134", "01256", "12345", "0456", "0346", "03456", "0123", "012456", "245")


def _figures(rng: Generator, length: float, tall: float, level: float, heights: tuple[float, float]) -> Manifold:
    """A row of raised letters and figures made of strokes, in one or two groups."""
    count = int(rng.integers(3, 5)) if length < 2.6 * tall else int(rng.integers(5, 8))
    pitch = length / (count + 0.6)
    wide, stroke = min(pitch * 0.72, tall * 0.55), tall * rng.uniform(0.1, 0.17)
    x, y = wide / 2 - stroke / 2, tall / 2 - stroke / 2
    upright, level_bar = (stroke, tall / 2), (wide, stroke)
    strokes = [((0, y), level_bar), ((x, y / 2), upright), ((x, -y / 2), upright), ((0, -y), level_bar)]
    strokes += [((-x, -y / 2), upright), ((-x, y / 2), upright), ((0, 0), level_bar)]
    gap = int(rng.integers(1, count))
    solids = []
    for place in range(count):
        across = (place - (count - 1) / 2 + (0.3 if place >= gap else -0.3)) * pitch
        for number in str(rng.choice(SEGMENTS)):
            (a, b), (long, high) = strokes[int(number)]
            solids.append(prism(rectangle(long, high, 0, (across + a, level + b)), *heights))
    return merged(solids)


def plank(rng: Generator, name: str) -> Tool:
    """A board: sawn, planed round, with tongue and groove, with a dog-eared or pointed end, or with waney edges."""
    length, width = rng.uniform(0.25, 1.3), rng.uniform(0.07, 0.22)
    width = min(width, length * 0.45)
    thick = min(rng.uniform(0.012, 0.045), width * 0.4)
    kind = str(rng.choice(["sawn", "planed", "tongue", "picket", "waney"]))
    solid = _board(rng, kind, length, width, thick)
    if rng.random() < 0.3:
        solid = solid - holes([(s * (length / 2 - width * 0.4), 0) for s in (-1, 1)], rng.uniform(0.003, 0.012))
    layer = thick * 0.2
    upper, rest = split(solid, (0, 0, 1), thick / 2 - layer)
    side, lower = split(rest, (0, 0, 1), layer - thick / 2)
    bottom, top = ((0, 0, -thick / 2), -Z, -X), ((0, 0, thick / 2), Z, -X)
    symmetry = {"picket": MIRROR, "waney": NONE, "tongue": MIRROR_X}.get(kind, HALF_TURN)
    press = afford("press-with", "surface", "side", bottom, np.sqrt(length * width) / 2, symmetry, [top])
    rests = (*FLAT, *FLAT, STANDING)
    return finished(name, "plank", {"surface": merged([upper, lower]), "side": side}, [press], rests)


def _board(rng: Generator, kind: str, length: float, width: float, thick: float) -> Manifold:
    """The solid of a board of one kind about the origin."""
    a, b = length / 2, width / 2
    if kind == "picket":
        cut = b * rng.uniform(0.3, 1.0)
        point = a - cut * rng.uniform(0.7, 1.6)
        tip = max(b - cut, 0.002)
        return prism(polygon([(-a, -b), (point, -b), (a, -tip), (a, tip), (point, b), (-a, b)]), -thick / 2, thick / 2)
    if kind == "waney":
        x = np.linspace(-a, a, 25)
        waves = [b * (1 + 0.1 * np.sin(x / a * rng.uniform(2, 7) + rng.uniform(0, 6))) for _ in range(2)]
        under = np.concatenate([np.stack([x, -waves[0]], 1), np.stack([x, waves[1]], 1)[::-1]])
        return prism(polygon(under), -thick / 2, thick / 2)
    solid = _slab(rectangle(length, width, 0.0), thick, thick * (0.3 if kind == "planed" else 0.04))
    if kind == "tongue":
        solid = solid - box((2 * length, thick * 0.6, thick / 3), (0, -b, 0))
        solid = solid + box((length, thick * 0.6, thick * 0.3), (0, b, 0))
    return solid


FAMILIES = {
    "clipboard": Family(clipboard, ("press-with", "lift-with")),
    "book": Family(book, ("press-with",)),
    "smartphone": Family(smartphone, ("press-with",)),
    "license-plate": Family(license_plate, ("scrape-with",)),
    "plank": Family(plank, ("press-with",)),
}
