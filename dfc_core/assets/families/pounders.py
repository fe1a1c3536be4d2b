"""Parametric tools that pound, press or spread: pick hammer, pounder, mallet, bacon press, plunger, float, paint pad.

Hammers lie along x, handle to -x, faces along y; the others press down on z = 0, the hand above or at -x.
"""

from __future__ import annotations

import numpy as np
from manifold3d import CrossSection, Manifold
from numpy.random import Generator
from numpy.typing import NDArray

from dfc_core.assets.families import flatwork
from dfc_core.assets.families.bars import X, Y, Z, bar, polygon_section, round_section, squarish_section
from dfc_core.assets.families.family import Family
from dfc_core.assets.families.flatwork import bezier, polygon, prism, rectangle
from dfc_core.assets.families.forms import FLAT, finished, merged, outline, rod, rounded, turned
from dfc_core.assets.families.grips import tool_grip
from dfc_core.assets.families.serving import ON_SIDE, UPRIGHT, pound_with_base, press_with_base, serve
from dfc_core.assets.solids import box, cylinder, filled, function_frame, loft, smooth_curve, split
from dfc_core.assets.tool import AXIS, HALF_TURN, MIRROR, MIRROR_X, NONE, Affordance, Tool

FALLEN = (UPRIGHT, UPRIGHT, ON_SIDE, turned(y=100))


def geologist_hammer(rng: Generator, name: str) -> Tool:
    """A geologist's pick hammer: all of steel with a soft grip, on wood or on a tube; its pick straight or bent."""
    kind = str(rng.choice(["steel", "wood", "tube"], p=[0.5, 0.25, 0.25]))
    length = rng.uniform(0.26, 0.36)
    half, reach = rng.uniform(0.009, 0.014), rng.uniform(0.042, 0.065)
    flare, thick = rng.uniform(1.0, 1.25), rng.uniform(0.7, 0.95)
    front = _square_bar([(0.0, thick), (0.45, thick), (0.62, flare), (0.95, flare), (1.0, flare * 0.9)], half, reach)
    face, neck = split(front, Y, reach * 0.58)
    long, bend = rng.uniform(0.085, 0.13), rng.uniform(0.0, 0.3)
    pick, root, tip, heading = _pick(rng, half * thick, long, bend)
    head = [neck, root, box((half * 2.3, half * 2.4, half * 1.9), (0, 0, 0))]
    parts = {"face": face, "pick": pick, "head": head, **_hammer_handle(rng, kind, length, half)}
    affordances = (
        serve("pound-with", "face", "grip", (0, reach, 0), Y, -X, half * flare),
        serve("pierce-with", "pick", "grip", tip, heading, -X, long * 0.55),
    )
    return finished(name, "geologist-hammer", parts, affordances, FLAT)


def _square_bar(knots: list[tuple[float, float]], half: float, reach: float) -> Manifold:
    """A square bar along +y to `reach`; `knots` (share of the way, half side over `half`)."""
    share, size = np.array(knots).T
    return bar(share * reach, half * size, section=squarish_section(12, 32)).rotate([0, 0, 90])


def _pick(rng: Generator, half: float, long: float, bend: float) -> tuple[Manifold, Manifold, NDArray, NDArray]:
    """(outer pick, its root, its point, the way it points): tapered along -y, bent towards the handle at -x."""
    rings, blunt, section = [], rng.uniform(0.08, 0.16), polygon_section(int(rng.choice([4, 4, 8])), 24)
    section = section @ np.array([[1, 1], [-1, 1]]) / np.sqrt(2)
    full = 1 / np.abs(section).max()
    taper = rng.uniform(0.8, 1.25)
    for s in np.linspace(0, 1, 14):
        size = half * full * ((1 - s) ** taper * (1 - blunt) + blunt)
        place = np.array([-bend * long * s**2, -long * s, 0])
        normal = np.array([1.0, -2 * bend * s, 0]) / np.hypot(1.0, 2 * bend * s)
        rings.append(place + size * (section[:, :1] * normal + section[:, 1:] * Z))
    pick, root = split(loft(rings), -Y, long * 0.45)
    return pick, root, np.array([-bend * long, -long, 0]), np.array([-2 * bend, -1.0, 0])


def _hammer_handle(rng: Generator, kind: str, length: float, half: float) -> dict[str, list[Manifold] | Manifold]:
    """Parts "neck" and "grip": a flat steel bar, an oval wooden handle or a tube, through the head to -x."""
    if kind == "wood":
        s = np.linspace(0, 1, 24)
        curve = smooth_curve([(0, 0.75), (0.3, 0.7), (0.75, 1.0), (0.93, 1.1), (1, 0.75)])(s)
        wide = rng.uniform(0.014, 0.018)
        handle = bar(half * 1.6 - s * length, wide * curve, wide * curve * rng.uniform(0.6, 0.75))
        neck, grip = split(handle, X, -0.5 * length)
        return {"neck": neck, "grip": grip}
    grip_length = length * rng.uniform(0.4, 0.52)
    start = -length + grip_length
    kinds = ("ringed", "oval", "fluted") if kind == "steel" else ("oval", "fluted", "hexagonal")
    grip = merged(tool_grip(rng, start, grip_length, rng.uniform(0.0135, 0.017), kinds).values())
    if kind == "steel":
        x = np.array([half, 0, start * 0.35, start * 0.8, start - 0.03])
        broad = half * np.array([1.0, 1.0, rng.uniform(0.6, 0.8), rng.uniform(0.7, 1.0), 0.8])
        neck = bar(x, broad, half * np.array([0.8, 0.8, 0.5, 0.5, 0.4]), squarish_section(5))
    else:
        tube = rng.uniform(0.0085, 0.0105)
        socket = cylinder((half * 1.3, 0, 0), (-half * rng.uniform(2, 3), 0, 0), tube * 1.25, tube * 1.15, 24)
        neck = socket + cylinder((0, 0, 0), (start - 0.03, 0, 0), tube, tube, 24)
    return {"neck": neck, "grip": grip}


def meat_pounder(rng: Generator, name: str) -> Tool:
    """A meat pounder: a heavy disc below an upright handle, or with a neck from its middle or rim to a level handle."""
    kind = str(rng.choice(["upright", "offset", "rim"]))
    radius, thick = rng.uniform(0.034, 0.056), rng.uniform(0.008, 0.02)
    edge, shoulder = thick * rng.uniform(0.08, 0.3), rng.uniform(0.8, 0.97)
    profile = np.array([1 - edge / radius, 1, 1, shoulder]) * radius
    disc = filled(profile, np.array([0, edge, thick * 0.75, thick]), 48)
    rests: tuple[NDArray, ...] = FALLEN if kind == "upright" else (UPRIGHT, ON_SIDE, turned(x=180))
    if kind == "upright":
        parts, symmetry = _upright_handle(rng, radius, thick), AXIS
    else:
        start = (0.0, thick * 0.6) if kind == "offset" else (-radius * 0.88, thick * 0.55)
        parts, symmetry = _level_handle(rng, kind, start), MIRROR
    pair = [press("grip", radius, symmetry, "disc") for press in (pound_with_base, press_with_base)]
    return finished(name, "meat-pounder", {"disc": disc, **parts}, pair, rests)


def _upright_handle(rng: Generator, radius: float, thick: float) -> dict[str, Manifold]:
    """Parts "neck" and "grip" of a turned handle on the middle of a disc: a slim bar, a pear or a knobbed one."""
    tall = rng.uniform(0.09, 0.15)
    slim = rng.uniform(0.0065, 0.0095)
    fat = slim * rng.uniform(1.3, 1.9)
    top = {"bar": (slim * 1.3, slim * 1.3), "pear": (fat * 1.3, fat), "knob": (slim * 1.4, fat * 1.5)}
    middle, end = top[str(rng.choice(list(top)))]
    foot = min(radius * 0.6, slim * rng.uniform(1.4, 2.8))
    knots = [(0, foot), (0.12, slim), (0.3, slim), (0.45, middle), (0.75, middle), (0.88, end), (0.96, end), (1, slim)]
    step = np.linspace(0, 1, 40)
    solid = filled(smooth_curve(knots)(step), thick * 0.8 + step * tall, 32)
    grip, neck = split(solid, Z, thick * 0.8 + 0.33 * tall)
    return {"neck": neck, "grip": grip}


def _level_handle(rng: Generator, kind: str, start: tuple[float, float]) -> dict[str, Manifold]:
    """Parts "neck" and "grip" of a handle towards -x that leaves a disc at `start` (x, z) and climbs off it."""
    x, z = start
    high, back = z + rng.uniform(0.025, 0.06), x - rng.uniform(0.05, 0.085)
    rise = rng.uniform(0, 14)
    corner = (x, 0, high) if kind == "offset" else (x - 0.03, 0, z)
    end = np.array([back, 0, high])
    path = np.concatenate([bezier((x, 0, z), corner, end, 14), [end - 0.03 * X + 0.03 * np.tan(np.radians(rise)) * Z]])
    wide = np.linspace(rng.uniform(0.007, 0.016), rng.uniform(0.005, 0.008), len(path))
    neck = flatwork.bar(path, wide, np.linspace(0.007, 0.005, len(path)), rng.uniform(2, 5))
    grip = merged(tool_grip(rng, 0.0, rng.uniform(0.1, 0.13), rng.uniform(0.0115, 0.016)).values())
    return {"neck": neck, "grip": grip.rotate([0, rise, 0]).translate([back - 0.004, 0, high])}


def croquet_mallet(rng: Generator, name: str) -> Tool:
    """A croquet mallet: a plain, banded or waisted barrel, or a square head; a long shaft with a wrapped grip."""
    kind = str(rng.choice(["plain", "banded", "waisted", "square"]))
    length = rng.uniform(0.6, 0.98)
    reach, radius = rng.uniform(0.075, 0.15), rng.uniform(0.024, 0.038)
    waist, lip = rng.uniform(0.72, 0.9) if kind == "waisted" else 1.0, rng.uniform(0.9, 0.97)
    half = [(0, waist), (0.3, (1 + waist) / 2), (0.6, 1), (0.96, 1), (1, lip)]
    s = np.concatenate([[-1, -0.97], np.linspace(-0.9, 0.9, 19), [0.97, 1]])
    section = squarish_section(9, 32) if kind == "square" else round_section(36)
    head = bar(s * reach, radius * smooth_curve(half)(np.abs(s)), section=section).rotate([0, 0, 90])
    front, rest = split(head, Y, reach * 0.72)
    back, middle = split(rest, -Y, reach * 0.72)
    heads = [middle]
    if kind == "banded":
        at, wide = reach * rng.uniform(0.45, 0.6), rng.uniform(0.004, 0.008)
        ring = cylinder((0, at - wide, 0), (0, at + wide, 0), radius * 1.05, radius * 1.05, 36)
        heads += [ring, ring.mirror([0, 1, 0])]
    slim = rng.uniform(0.0085, 0.012)
    border = -length * rng.uniform(0.62, 0.75)
    shaft = bar(np.array([radius * 0.6, border - 0.02]), slim, section=polygon_section(int(rng.choice([8, 16])), 16))
    grip = merged(tool_grip(rng, border, length + border, slim * rng.uniform(1.25, 1.6)).values())
    frames = [function_frame((0, sign * reach, 0), sign * Y, -X) for sign in (1, -1)]
    pound = Affordance("pound-with", "face", "grip", frames[0], float(radius), MIRROR, (frames[1],))
    parts = {"face": [front, back], "head": heads, "shaft": shaft, "grip": grip}
    return finished(name, "croquet-mallet", parts, [pound], FLAT)


def _bridge(rng: Generator, kind: str, half: float, high: float, low: float) -> dict[str, Manifold]:
    """Parts "posts" and "grip" of a handle along x over a plate whose top is at `low`: "turned", "wire" or "sawn"."""
    if kind == "turned":
        return _turned_bridge(rng, half, low, low + high)
    arch, top = _wire_arch(rng, half, high, low) if kind == "wire" else _sawn_arch(rng, half, high, low)
    grip, posts = arch.split(box((half * 1.7, 1, high), (0, 0, top)))
    return {"posts": posts, "grip": grip}


def _turned_bridge(rng: Generator, half: float, low: float, top: float) -> dict[str, Manifold]:
    """Parts "posts" and "grip" of a turned bar on two rods with feet."""
    thick, post = rng.uniform(0.011, 0.016), rng.uniform(0.004, 0.007)
    x, ends = np.linspace(-1, 1, 21), rng.uniform(0.55, 1.0)
    swell = smooth_curve([(0, 1), (0.5, 0.96), (0.9, ends), (1, ends * 0.8)])(np.abs(x))
    grip = bar(x * half, thick * swell, section=round_section(20)).translate([0, 0, top])
    at = half * 0.82
    leg = cylinder((at, 0, low - 0.002), (at, 0, top), post, post, 16)
    leg = leg + cylinder((at, 0, low - 0.002), (at, 0, low + 0.004), post * 2.2, post * 1.7, 20)
    return {"posts": leg + leg.mirror([1, 0, 0]), "grip": grip}


def _wire_arch(rng: Generator, half: float, high: float, low: float) -> tuple[Manifold, float]:
    """(an arch of rod, the height of its top)."""
    top, lean = low + high, rng.uniform(0.8, 1.0)
    side = bezier((half * 0.97, 0, low + high * 0.55), (half * lean, 0, top), (half * 0.5, 0, top), 10)
    path = np.concatenate([[(half, 0, low - 0.003)], side, (side * [-1, 1, 1])[::-1], [(-half, 0, low - 0.003)]])
    return rod(path, rng.uniform(0.0045, 0.008), 14).scale([1, rng.uniform(1.0, 1.7), 1]), top


def _sawn_arch(rng: Generator, half: float, high: float, low: float) -> tuple[Manifold, float]:
    """(an arch sawn from a board or cast, the height of the middle of its upper bar)."""
    wide, deep, across = rng.uniform(0.011, 0.018), rng.uniform(0.012, 0.024), rng.uniform(0.018, 0.034)
    shoulder = half * rng.uniform(0.72, 0.95)
    outer = outline([(-half, -0.03), (half, -0.03), (shoulder, high), (-shoulder, high)])
    x, above = np.array([half, shoulder]) - wide, high - deep
    inner = outline([(-x[0], 0), (x[0], 0), (x[1], above), (-x[1], above)])
    section = rounded(outer, high * 0.28) - rounded(inner, above * rng.uniform(0.2, 0.4))
    arch = section.extrude(across).translate([0, 0, -across / 2]).rotate([90, 0, 0]).translate([0, 0, low])
    return arch.trim_by_plane((0, 0, 1), low - 0.002), low + high - deep * 0.5


def bacon_press(rng: Generator, name: str) -> Tool:
    """A bacon press: a round, oval, oblong or square plate, plain, rimmed or ribbed; turned, wire or cast bridge."""
    kind = str(rng.choice(["round", "oblong", "square", "oval"], p=[0.35, 0.35, 0.15, 0.15]))
    half_x = rng.uniform(0.075, 0.115) if kind in ("oblong", "oval") else rng.uniform(0.06, 0.105)
    half_y = half_x * (rng.uniform(0.45, 0.65) if kind in ("oblong", "oval") else 1.0)
    thick = rng.uniform(0.005, 0.01)
    if kind in ("round", "oval"):
        section = CrossSection.circle(1.0, 56).scale([half_x, half_y])
    else:
        section = rectangle(2 * half_x, 2 * half_y, half_y * rng.uniform(0.06, 0.35))
    plate = prism(section, 0, thick)
    if rng.random() < 0.4:
        plate = plate + (prism(section, 0, thick + 0.004) - prism(section.scale([0.92, 0.92]), 0, 1))
    if rng.random() < 0.4:
        pitch = rng.uniform(0.01, 0.016)
        count = int(half_y * 0.8 / pitch)
        grooves = [box((4 * half_x, pitch * 0.4, thick * 0.6), (0, n * pitch, 0)) for n in range(-count, count + 1)]
        plate = plate - merged(grooves)
    half = min(half_x * 0.75, rng.uniform(0.045, 0.07))
    bridge = _bridge(rng, str(rng.choice(["turned", "wire", "sawn"])), half, rng.uniform(0.038, 0.055), thick)
    press = press_with_base("grip", float(np.sqrt(half_x * half_y)), HALF_TURN, "plate")
    return finished(name, "bacon-press", {"plate": plate, **bridge}, [press], (UPRIGHT, UPRIGHT, ON_SIDE))


def plunger(rng: Generator, name: str) -> Tool:
    """A plunger: a plain cup, a cup with a narrower flange below it, or bellows; on a long or short stick."""
    kind = str(rng.choice(["cup", "flange", "bellows"], p=[0.45, 0.3, 0.25]))
    radius, slim = rng.uniform(0.05, 0.08), rng.uniform(0.009, 0.013)
    tall = radius * {"cup": rng.uniform(0.8, 1.2), "flange": rng.uniform(1.2, 1.6)}.get(kind, rng.uniform(1.9, 2.5))
    flap = rng.uniform(0.62, 0.8)
    cup = _plunger_cup(rng, kind, radius, tall, slim * rng.uniform(1.5, 2.0), flap)
    scale = radius if kind == "cup" else radius * (1 + flap) / 2
    parts = {"cup": cup, **_plunger_stick(rng, tall, slim)}
    press = press_with_base("grip", scale, AXIS, "cup")
    return finished(name, "plunger", parts, [press], (UPRIGHT, UPRIGHT, ON_SIDE))


def _plunger_cup(rng: Generator, kind: str, radius: float, tall: float, neck: float, flap: float) -> Manifold:
    """The rubber of a plunger, hollow from below; `flap`: how wide a flange or the mouth of bellows is."""
    end, step = neck / radius, np.linspace(0, 1, 33 if kind != "bellows" else 49)
    knots = {
        "cup": [(0, 1), (0.06, 1.02), (0.12, 0.95), (0.4, rng.uniform(0.78, 0.93)), (0.7, 0.55), (0.8, end)],
        "flange": [(0, flap), (0.24, flap + 0.04), (0.32, 1), (0.38, 1), (0.6, 0.85), (0.78, 0.5), (0.83, end)],
        "bellows": [(0, flap), (0.1, flap), (0.14, 0.88), (0.76, 0.88), (0.82, 0.5), (0.88, end)],
    }[kind]
    radii = radius * smooth_curve([*knots, (1, end * 0.9)])(step)
    inner = radii - 0.006
    if kind == "bellows":
        inner = np.minimum(inner, radius * (flap - 0.15))
        folds = int(rng.integers(3, 5))
        waves = np.cos(2 * np.pi * folds * (step - 0.14) / 0.6) * ((step > 0.14) & (step < 0.74))
        radii = radii * (1 - rng.uniform(0.13, 0.2) * waves)
    deep = step < 0.68
    return filled(radii, step * tall, 32) - filled(inner[deep], (step * tall)[deep] - 0.01 * (step[deep] == 0), 32)


def _plunger_stick(rng: Generator, low: float, slim: float) -> dict[str, Manifold]:
    """Parts "stick" and "grip" upwards from a cup whose top is at `low`: plain, swelling or with a knob on its end."""
    length = rng.uniform(0.14, 0.22) if rng.random() < 0.3 else rng.uniform(0.28, 0.5)
    top = str(rng.choice(["plain", "sleeve", "knob"]))
    grow = {"plain": (1.0, 1.0), "sleeve": (1.4, 1.45), "knob": (1.0, 1.9)}[top]
    place = [0, 0.55, 0.58, 0.62, 0.9, 0.93, 0.97, 0.99, 1.0]
    size = [1, 1, (1 + grow[0]) / 2, grow[0], grow[0], *np.array([0.9, 1, 0.8, 0.3]) * grow[1]]
    solid = filled(slim * np.array(size), low - 0.01 + np.array(place) * length, 28)
    grip, stick = split(solid, Z, low - 0.01 + 0.57 * length)
    return {"stick": stick, "grip": grip}


def plaster_float(rng: Generator, name: str) -> Tool:
    """A plasterer's float: a wooden board, a moulded one with a ridge, one soled with sponge, or one with a point."""
    kind = str(rng.choice(["wood", "moulded", "sponge", "pointed"]))
    length, width = rng.uniform(0.22, 0.42), rng.uniform(0.055, 0.09)
    straight, section = length / 2, rectangle(length, 2 * width, width * rng.uniform(0.0, 0.15))
    if kind == "pointed":
        straight = length * rng.uniform(0.0, 0.15)
        half = np.array([(length / 2, width * rng.uniform(0.05, 0.3)), (straight, width), (-length / 2, width)])
        section = polygon(np.concatenate([half, (half * [1, -1])[::-1]]), 0.003)
    low = rng.uniform(0.01, 0.022) if kind in ("wood", "sponge") else rng.uniform(0.005, 0.011)
    parts = {"board": prism(section, 0, low)}
    reach = min(length * 0.4, rng.uniform(0.07, 0.09))
    if kind == "sponge":
        parts["back"] = prism(section.scale([0.96, 0.94]), low - 0.001, low + 0.006)
        low += 0.006
    elif kind == "moulded":
        parts["back"] = box((2 * reach * 1.08, rng.uniform(0.03, 0.05), 0.005), (0, 0, low + 0.002))
        low += 0.004
    parts |= _bridge(rng, "sawn" if rng.random() < 0.65 else "turned", reach, rng.uniform(0.045, 0.065), low)
    middle, half_edge = (straight - length / 2) / 2, (straight + length / 2) / 2
    left = (function_frame((middle, width, 0), Y, -X),)
    alike = (NONE, MIRROR) if kind == "pointed" else (MIRROR_X, HALF_TURN)
    spread = serve("spread-with", "board", "grip", (middle, -width, 0), -Y, X, half_edge, alike[0], left)
    press = press_with_base("grip", float(np.sqrt(half_edge * width)), alike[1], "board")
    return finished(name, "plaster-float", parts, [spread, press], (UPRIGHT, UPRIGHT, ON_SIDE, turned(x=180)))


def paint_pad(rng: Generator, name: str) -> Tool:
    """A paint pad: foam under a plate, held by a slanting handle, by a bridge along it or by an upright knob."""
    kind = str(rng.choice(["slanting", "bridge", "knob"], p=[0.5, 0.3, 0.2]))
    half_x, half_y = rng.uniform(0.03, 0.05), rng.uniform(0.055, 0.115)
    if kind == "knob":
        half_y = half_x * rng.uniform(1.1, 1.6)
    foam, deck = rng.uniform(0.007, 0.016), rng.uniform(0.003, 0.008)
    corner = half_x * rng.uniform(0.02, 0.3)
    pad = prism(rectangle(2 * half_x, 2 * half_y, corner), 0, foam)
    back = prism(rectangle(1.92 * half_x, 1.92 * half_y, corner), foam - 0.001, foam + deck)
    low = foam + deck
    parts: dict[str, Manifold] = {"pad": pad}
    if kind == "slanting":
        parts["neck"], parts["grip"] = _slanting(rng, half_x, half_y, low)
    elif kind == "bridge":
        style = str(rng.choice(["turned", "wire", "sawn"]))
        bridge = _bridge(rng, style, min(half_y * 0.85, rng.uniform(0.05, 0.075)), rng.uniform(0.04, 0.055), low)
        parts |= {part: solid.rotate([0, 0, 90]) for part, solid in bridge.items()}
    else:
        step = np.linspace(0, 1, 24)
        fat = rng.uniform(0.014, 0.02)
        knots = [(0, 1.3), (0.2, rng.uniform(0.6, 0.8)), (0.6, 1), (0.85, 0.95), (1, 0.3)]
        knob = filled(fat * smooth_curve(knots)(step), low - 0.001 + step * rng.uniform(0.06, 0.11), 28)
        parts["grip"], parts["neck"] = split(knob, Z, low + 0.01)
    parts["back"] = back
    rear = () if kind == "slanting" else (function_frame((-half_x, 0, 0), -X, -Y),)
    spread = serve("spread-with", "pad", "grip", (half_x, 0, 0), X, Y, half_y, MIRROR_X, rear)
    return finished(name, "paint-pad", parts, [spread], (UPRIGHT, UPRIGHT, ON_SIDE, turned(x=180)))


def _slanting(rng: Generator, half_x: float, half_y: float, low: float) -> tuple[Manifold, Manifold]:
    """(neck, grip) of a handle that rises from the middle of a plate whose top is at `low` towards -x."""
    rise, thick = rng.uniform(22, 55), rng.uniform(0.011, 0.016)
    out = np.array([-np.cos(np.radians(rise)), 0, np.sin(np.radians(rise))])
    foot = np.array([half_x * 0.1, 0, low + 0.004])
    neck_length = half_x * 1.1 + 0.02
    neck = cylinder(foot, foot + out * (neck_length + 0.02), thick * 0.6, thick * 0.7, 20)
    hinge = box((half_x * 0.7, half_y * rng.uniform(0.25, 0.7), 0.012), (half_x * 0.1, 0, low + 0.005))
    grip = merged(
        tool_grip(rng, 0.0, rng.uniform(0.1, 0.15), thick, ("oval", "ringed", "turned", "hexagonal")).values()
    )
    return neck + hinge, grip.rotate([0, rise, 0]).translate(list(foot + out * neck_length))


FAMILIES = {
    "geologist-hammer": Family(geologist_hammer, ("pound-with", "pierce-with")),
    "meat-pounder": Family(meat_pounder, ("pound-with", "press-with")),
    "croquet-mallet": Family(croquet_mallet, ("pound-with",)),
    "bacon-press": Family(bacon_press, ("press-with",)),
    "plunger": Family(plunger, ("press-with",)),
    "plaster-float": Family(plaster_float, ("spread-with", "press-with")),
    "paint-pad": Family(paint_pad, ("spread-with",)),
}
