"""What is done to pictures and masks before they are learned from."""

import torch
from scipy import ndimage

from dfc_core.dataset.augment import DISTANCE, DRAWS, AugmentConfig, augment

OFF = AugmentConfig(color=0, gray=0, blur=0, mask_pixels=0, wander=0, cut_out=0)
WANDER = AugmentConfig(color=0, gray=0, blur=0, mask_pixels=0, wander=3.0, cut_out=0)


def random_numbers(count, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, DRAWS, generator=generator), torch.rand(3, generator=generator)


def squares(count, size=96, inset=24):
    masks = torch.zeros(count, size, size)
    masks[:, inset:-inset, inset:-inset] = 1
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(1)), masks


def test_off_the_mask_all_is_white_and_zero_strength_is_identity():
    images, masks = squares(4)
    draws, shared = random_numbers(4)
    changed, new_masks = augment(images, masks, AugmentConfig(), draws, shared)
    assert (changed.permute(0, 2, 3, 1)[new_masks == 0] == 1).all()
    assert ((changed >= 0) & (changed <= 1)).all()
    same, same_masks = augment(images, masks, OFF, draws, shared)
    torch.testing.assert_close(same, images.clamp_min(1e-4) * masks[:, None] + 1 - masks[:, None])
    assert torch.equal(same_masks, masks)


def test_borders_wander_both_ways_and_no_farther_than_they_may():
    images, masks = squares(60)
    _, wandered = augment(images, masks, WANDER, *random_numbers(60))
    inside = ndimage.distance_transform_edt(masks[0])
    outside = ndimage.distance_transform_edt(1 - masks[0].numpy())
    for mask in wandered.bool().numpy():
        assert mask[inside > 1.5 * DISTANCE].all()
        assert not mask[outside > 1.5 * DISTANCE].any()
    changed = (wandered != masks).flatten(1).any(1)
    assert 0.5 < changed.float().mean() < 0.85  # a third keep theirs
    assert (wandered > masks).any()
    assert (wandered < masks).any()
    area = wandered.sum((1, 2)) / masks.sum((1, 2))
    assert abs(float(area.mean()) - 1) < 0.02  # as much is lost as is won


def test_a_border_wanders_as_far_as_its_number_says():
    images, masks = squares(1, 224, 40)
    draws, shared = random_numbers(1)
    shares = []
    for strength in (0.3, 0.5, 0.75, 1.0):  # 0, 0.75, 1.9 and 3 px
        draws[:, 13] = strength
        shares.append(float((augment(images, masks, WANDER, draws, shared)[1] != masks).sum() / (4 * 144)))
    assert shares[0] == 0
    assert shares[1] < shares[2] < shares[3]
    assert 1.5 < shares[3] < 3.0  # the mean distance of a normal one of 3 px is 2.4 px, less where it is cut


def test_a_thin_tool_does_not_fall_to_pieces():
    images, masks = torch.rand(30, 3, 96, 96), torch.zeros(30, 96, 96)
    masks[:, 8:88, 47:49] = 1
    _, wandered = augment(images, masks, WANDER, *random_numbers(30, seed=2))
    assert (wandered.sum((1, 2)) > 0.5 * masks.sum((1, 2))).all()
