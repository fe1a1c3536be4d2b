"""Several looks at a picture: what is found lands where it was, what does not depend on the look stays as it is."""

import pickle

import numpy as np
import pytest
import torch
from test_model import TINY, picture, tiny_model
from torch import nn
from torch.nn import functional as F

from dfc_core.model import Network, look_again, speed_up
from dfc_core.model.looks import LOOKS, Look, SeveralLooks

WHITE = torch.ones(3, 1, 1)


class Mean4(nn.Module):
    """A backbone that says what colour there is: the same whichever way a picture is turned."""

    wants_mask, channels, size = True, 3, 64

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return F.normalize(F.avg_pool2d(images[:, :3], 4), dim=1)


def smooth_picture() -> torch.Tensor:
    """1 x 4 x 64 x 64: a field of colours on a disc, white and masked off around it."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 64), torch.linspace(-1, 1, 64), indexing="ij")
    color = torch.stack([0.5 + 0.4 * x, 0.5 + 0.4 * y, 0.5 - 0.3 * x * y])
    on_tool = ((x**2 + y**2) < 0.7).float()
    return torch.cat([color * on_tool + (1 - on_tool), on_tool[None]])[None]


@pytest.mark.parametrize("looks", [(), (Look(mirrored=True),), (Look(30, 1.2),), (Look(-8, 1.08, True),), LOOKS])
def test_what_looks_see_comes_back_to_its_place(looks):
    image = smooth_picture()
    plain = Mean4()(image)
    inside = F.avg_pool2d(image[:, 3:], 4)[0, 0] == 1
    seen = SeveralLooks(Mean4(), looks, WHITE)(image)
    assert seen.shape == plain.shape
    apart = 1 - (seen * plain).sum(1)[0]
    assert apart[inside].median() < 1e-3
    elsewhere = 1 - (torch.roll(plain, 4, dims=3) * plain).sum(1)[0]  # what a wrong place would look like
    assert apart[inside].median() < 0.05 * elsewhere[inside].median()


def test_a_look_is_white_where_the_mask_is_not():
    image = smooth_picture()
    seen = SeveralLooks(Mean4(), (), WHITE)._seen(image, Look(8, 1.08).matrix())
    color, on_tool = seen[0, :3], seen[0, 3]
    assert set(on_tool.unique().tolist()) == {0.0, 1.0}
    assert (color[:, on_tool == 0] == 1).all()
    assert float(on_tool.sum()) == pytest.approx(float(image[0, 3].sum()) / 1.08**2, rel=0.02)


def test_a_model_that_looks_again_says_so_and_answers_otherwise():
    plain, again = tiny_model(), look_again(tiny_model())
    assert again.id == "tiny-0-looks4"
    assert (again.size, again.network.backbone.channels) == (plain.size, plain.network.backbone.channels)
    once = plain.describe(*picture(), "pour-with").features
    often = again.describe(*picture(), "pour-with").features
    assert often.shape == once.shape
    np.testing.assert_allclose(often.norm(dim=1), 1, atol=1e-5)
    assert not torch.allclose(often, once, atol=1e-3)
    none = look_again(tiny_model(), ()).describe(*picture(), "pour-with").features
    torch.testing.assert_close(none, once, atol=1e-5, rtol=0)


def test_half_precision_keeps_places():
    exact = look_again(tiny_model()).describe(*picture(), "pour-with").features
    half = look_again(speed_up(tiny_model(), half=True)).describe(*picture(), "pour-with").features
    assert (exact * half).sum(1).min() > 0.99


def test_it_can_be_sent_to_a_process():
    again = pickle.loads(pickle.dumps(look_again(tiny_model())))
    assert again.describe(*picture(), "pour-with").features.shape[0] > 0
    assert isinstance(again.network, Network)
    assert again.network.config == TINY
