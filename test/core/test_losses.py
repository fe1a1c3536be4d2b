"""The losses against values worked out by hand or written out plainly."""

import math

import pytest
import torch
from torch.nn import functional as F

from dfc_core.train.losses import (
    affordance_loss,
    correspondence_loss,
    functional_loss,
    mask_loss,
    spatial_loss,
)


def unit(*shape: int) -> torch.Tensor:
    return F.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape))), dim=-1)


def test_functional_loss_of_identical_features_is_chance():
    ones = F.normalize(torch.ones(2, 5, 4), dim=-1)
    assert functional_loss(ones, ones, ones, ones).item() == pytest.approx(math.log(1 + 3 * 5), rel=1e-5)


def test_functional_loss_of_perfect_features_is_nearly_zero():
    part = torch.tensor([1.0, 0]).expand(1, 6, 2)
    # rest opposes part, but rest with rest is always alike: its row is a constant the positive has to share with
    loss = functional_loss(part, -part, part, -part)
    assert loss.item() == pytest.approx(math.log(1 + 6), rel=1e-4)


def test_functional_loss_equals_its_formula_written_out():
    part_a, rest_a, part_b, rest_b = unit(1, 3, 8), unit(1, 4, 8)[:, :3], unit(1, 5, 8)[:, :3], unit(1, 6, 8)[:, :3]
    expected = []
    for i in range(3):
        for j in range(3):
            positive = part_a[0, i] @ part_b[0, j] / 0.1
            logits = [positive]
            for k in range(3):
                logits += [
                    part_a[0, i] @ rest_b[0, k] / 0.1,
                    part_b[0, j] @ rest_a[0, k] / 0.1,
                    rest_a[0, i] @ rest_b[0, k] / 0.1,
                ]
            expected.append(torch.stack(logits).logsumexp(0) - positive)
    assert functional_loss(part_a, rest_a, part_b, rest_b).item() == pytest.approx(
        torch.stack(expected).mean().item(), rel=1e-5
    )


def test_spatial_loss_with_single_positives_is_plain_info_nce():
    a, c = unit(2, 7, 8), unit(2, 7, 9)[..., :8]
    c = F.normalize(c, dim=-1)
    coordinates = torch.arange(14.0).reshape(2, 7, 1).expand(2, 7, 3)
    seen = torch.ones(2, 7, dtype=torch.bool)
    expected = F.cross_entropy((a @ c.transpose(1, 2) / 0.1).flatten(0, 1), torch.arange(7).repeat(2))
    assert spatial_loss(a, c, seen, coordinates, softness=0).item() == pytest.approx(expected.item(), rel=1e-5)


def test_spatial_loss_ignores_hidden_pixels():
    a, coordinates = unit(1, 4, 8), torch.arange(12.0).reshape(1, 4, 3)
    seen = torch.tensor([[True, True, False, True]])
    c = a.clone()
    c[0, 2] = -a[0, 0]
    kept = [0, 1, 3]
    expected = spatial_loss(a[:, kept], c[:, kept], seen[:, kept], coordinates[:, kept], softness=0)
    assert spatial_loss(a, c, seen, coordinates, softness=0).item() == pytest.approx(expected.item(), rel=1e-5)
    assert spatial_loss(a, c, torch.zeros_like(seen), coordinates, softness=0).item() == 0


NONE = torch.zeros(1, 0, 16)  # no rest


def test_correspondence_loss_prefers_the_true_partner():
    a = unit(1, 5, 16)
    coordinates = torch.arange(15.0).reshape(1, 5, 3)
    order = torch.tensor([3, 1, 4, 0, 2])
    near = coordinates[:, order]
    right = correspondence_loss((a, NONE), (a[:, order], NONE), coordinates, near, softness=0.1, reach=0.5)
    wrong = correspondence_loss((a, NONE), (a, NONE), coordinates, near, softness=0.1, reach=0.5)
    assert right.item() < 0.1 < wrong.item()


def test_rest_that_looks_like_the_part_costs_as_much_as_a_choice_of_two():
    a = 3 * torch.eye(5, 16)[None]  # features so long that nothing but the own twin counts
    coordinates = torch.arange(15.0).reshape(1, 5, 3)
    loss = correspondence_loss((a, a), (a, a), coordinates, coordinates, softness=0.0, reach=0.5)
    assert loss.item() == pytest.approx(math.log(2), abs=1e-4)


def test_correspondence_loss_without_a_partner_in_reach_is_zero_and_has_a_gradient_path():
    a = unit(1, 5, 16).requires_grad_()
    coordinates = torch.zeros(1, 5, 3)
    loss = correspondence_loss((a, NONE), (a, NONE), coordinates, coordinates + 9, softness=0.1, reach=0.5)
    loss.backward()
    assert loss.item() == 0


def test_mask_loss_of_zero_logits_is_log_two():
    zero = torch.zeros(2, 3)
    assert mask_loss(zero, zero, zero, zero).item() == pytest.approx(math.log(2))
    assert mask_loss(zero + 9, zero - 9, zero + 9, zero - 9).item() < 1e-3


def test_pairs_without_a_common_frame_do_not_correspond():
    a, b = (unit(2, 5, 16), unit(2, 4, 16)), (unit(2, 5, 17)[..., :16], unit(2, 3, 16))
    coordinates = torch.arange(30.0).reshape(2, 5, 3)
    aligned = torch.tensor([False, True])
    both = correspondence_loss(a, b, coordinates, coordinates, softness=0.1, reach=0.5, aligned=aligned)
    last_a, last_b = (tuple(features[1:] for features in side) for side in (a, b))
    alone = correspondence_loss(last_a, last_b, coordinates[1:], coordinates[1:], softness=0.1, reach=0.5)
    assert both.item() == pytest.approx(alone.item(), rel=1e-6)


def test_affordance_loss_is_chance_without_logits_and_small_when_answers_are_known():
    answers = torch.tensor([[True, False, False]])
    assert affordance_loss(torch.zeros(1, 3), answers).item() == pytest.approx(math.log(2))
    assert (
        affordance_loss(torch.tensor([[9.0, -9, -9]]), answers).item()
        < 1e-3
        < 5
        < (affordance_loss(torch.tensor([[-9.0, 9, 9]]), answers).item())
    )
