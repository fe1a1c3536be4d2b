"""The training objective (Stojanov et al., ICCV 2025, section 4 of the method), plus correspondence across tools.

All features are unit norm: [P x N x D] for P pairs and N pixels. Each loss is a scalar mean over pairs.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

TEMPERATURE = 0.1


def functional_loss(part_a: Tensor, rest_a: Tensor, part_b: Tensor, rest_b: Tensor) -> Tensor:
    """InfoNCE with every part pixel a of one tool and every part pixel b of the other as a positive.

    Negatives of (a, b): a with the other's rest, b with the one's rest, and one row of rest with rest: 1 + 3 N logits.
    """
    positive = _similar(part_a, part_b)
    a_rest = _similar(part_a, rest_b).logsumexp(-1)
    b_rest = _similar(part_b, rest_a).logsumexp(-1)
    rest_rest = _similar(rest_a, rest_b).logsumexp(-1)
    negative = torch.logaddexp(torch.logaddexp(a_rest, rest_rest)[:, :, None], b_rest[:, None, :])
    return (torch.logaddexp(positive, negative) - positive).mean()


def spatial_loss(features_a: Tensor, features_c: Tensor, seen: Tensor, coordinates: Tensor, softness: float) -> Tensor:
    """Two views of one tool: pixel i of a and of c show the same surface point where `seen` [P x N]; one way.

    The other seen pixels of c are the negatives. With `softness` > 0 the target is spread over pixels whose
    `coordinates` [P x N x 3] lie within about that distance; 0 is the paper's single positive.
    """
    logits = _similar(features_a, features_c).masked_fill(~seen[:, None, :], -torch.inf)
    target = _soft_target(torch.cdist(coordinates, coordinates), softness).masked_fill(~seen[:, None, :], 0)
    rows = seen & (seen.sum(1, keepdim=True) > 1)
    return _cross_entropy(logits, target, rows)


def correspondence_loss(
    of_a: tuple[Tensor, Tensor], of_b: tuple[Tensor, Tensor], coordinates_a: Tensor, coordinates_b: Tensor,
    softness: float, reach: float, aligned: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Two tools, aligned exactly: each part pixel finds those near it in aligned coordinates, both ways.

    `of_a` and `of_b` are (part features, rest features): it is to be found among all pixels of the other tool, as it
    will be looked for, so the other's rest counts as wrong. Rows with no partner within `reach` (unit: the part's
    scale) do not count, nor do pairs that are not `aligned` [P bool]. Parametric tools give this truth for nothing;
    the paper, with weak labels, has no such term.
    """
    distance = torch.cdist(coordinates_a, coordinates_b)
    known = torch.ones_like(distance[:, :1, 0], dtype=torch.bool) if aligned is None else aligned[:, None]

    def one_way(part: Tensor, choices: tuple[Tensor, Tensor], distance: Tensor) -> Tensor:
        logits = _similar(part, torch.cat(choices, dim=1))
        target = F.pad(_soft_target(distance, softness), (0, choices[1].shape[1]))
        return _cross_entropy(logits, target, (distance.amin(2) < reach) & known)

    return 0.5 * (one_way(of_a[0], of_b, distance) + one_way(of_b[0], of_a, distance.transpose(1, 2)))


def mask_loss(part_a: Tensor, rest_a: Tensor, part_b: Tensor, rest_b: Tensor) -> Tensor:
    """Mean of four binary cross-entropies on mask logits [P x N]."""
    return 0.25 * sum(
        (
            F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, truth))
            for logits, truth in ((part_a, 1.0), (rest_a, 0.0), (part_b, 1.0), (rest_b, 0.0))
        ),
        start=torch.zeros(()),
    )


def affordance_loss(logits: Tensor, answers: Tensor) -> Tensor:
    """Binary cross-entropy of mask logits with what pixels are for other functions (`answers`, bool, same shape).

    Not in the paper, whose model is only ever asked for what a tool affords; a robot asks before it knows.
    """
    return F.binary_cross_entropy_with_logits(logits, answers.to(logits.dtype))


def steady_loss(grids: Tensor, wanted: Tensor, masks: Tensor) -> Tensor:
    """1 - cosine between the features of changed pictures and those wanted (both B x C x h x w, unit norm).

    Mean over the cells that lie on the tool in the true and in the changed mask alike (`masks` B x S x S, 0..1). Not in
    the paper: a trained model's features of a picture with its true mask say more of what a poor mask's should be than
    any label does.
    """
    cells = (F.adaptive_avg_pool2d(masks[:, None], (wanted.shape[2], wanted.shape[3]))[:, 0] > 0.5).to(grids.dtype)
    return ((1 - (grids * wanted).sum(1)) * cells).sum() / cells.sum().clamp_min(1)


def _similar(a: Tensor, b: Tensor) -> Tensor:
    return torch.einsum("pnd,pmd->pnm", a / TEMPERATURE, b)


def _soft_target(distance: Tensor, softness: float) -> Tensor:
    """Weights that fall with distance; with softness 0 all weight lies on the nearest."""
    if softness > 0:
        return torch.exp(-0.5 * ((distance - distance.amin(-1, keepdim=True)) / softness) ** 2)
    return F.one_hot(distance.argmin(-1), distance.shape[-1]).to(distance.dtype)


def _cross_entropy(logits: Tensor, weights: Tensor, rows: Tensor) -> Tensor:
    """Mean over chosen `rows` [P x N] of the cross-entropy to normalised `weights`; 0 when no row is chosen.

    The other rows are computed and left out: to choose them first, a GPU would have to be waited for.
    """
    target = weights / weights.sum(-1, keepdim=True).clamp_min(1e-9)
    log_probability = logits.masked_fill(~rows[..., None], 0).log_softmax(-1)
    of_row = -(target * log_probability.masked_fill(target == 0, 0)).sum(-1)
    return of_row.masked_fill(~rows, 0).sum() / rows.sum().clamp_min(1)
