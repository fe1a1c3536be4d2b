"""Models: sampling as the method defines it, halves that add up, folders that are checked, and real loading code."""

import json

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from dfc_core.errors import DfcError
from dfc_core.frames.crop import Crop, crop_around, cut
from dfc_core.model import Model, Network, NetworkConfig, list_models, load_model, save_model
from dfc_core.model.head import sample_grid
from dfc_core.model.unet import UNetConfig

TINY = NetworkConfig(backbone=UNetConfig(widths=(8, 8, 16, 16), readout=8, fine=8, features=16, heads=2))


def tiny_model() -> Model:
    torch.manual_seed(0)
    return Model(Network(TINY), "tiny", "tiny-0")


def picture() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    mask = np.zeros((120, 160), bool)
    mask[30:90, 50:100] = True
    return rng.integers(0, 255, (120, 160, 3), dtype=np.uint8), mask


def test_sampling_follows_the_methods_convention():
    # a 16 x 16 grid of a 224 px picture: pixel p is at grid place p / 14 - 0.5
    grid = torch.arange(16.0).expand(1, 1, 16, 16).contiguous()
    pixels = torch.tensor([[[7.0, 112], [14, 112], [0, 112], [105, 112]]])
    values = sample_grid(grid, pixels, 224)[0, :, 0]
    # half a cell outside the grid the feature fades to half of column 0, which is 0
    assert values.tolist() == pytest.approx([0.0, 0.5, 0.0, 7.0])
    assert sample_grid(torch.ones(1, 1, 16, 16), pixels, 224)[0, 2, 0].item() == pytest.approx(0.5)


def test_sampling_is_the_same_with_and_without_gradients_beyond_the_border_too():
    generator = torch.Generator().manual_seed(0)
    grids = torch.randn(2, 5, 16, 12, generator=generator)
    pixels = torch.rand(2, 300, 2, generator=generator) * 264 - 20
    exact = sample_grid(grids.clone().requires_grad_(), pixels, 224)
    torch.testing.assert_close(sample_grid(grids, pixels, 224), exact.detach(), rtol=1e-4, atol=1e-5)
    last = grids.contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(sample_grid(last, pixels, 224), exact.detach(), rtol=1e-4, atol=1e-5)


def test_crop_maps_there_and_back_and_keeps_the_mask_in_place():
    crop = Crop(10, 20, 56, 224)
    pixels = np.array([[12.0, 33.5]])
    np.testing.assert_allclose(crop.to_picture(crop.from_picture(pixels)), pixels)
    # the crop's pixel (0, 0) is a quarter pixel wide: its centre lies 0.125 px inside the crop's edge
    np.testing.assert_allclose(crop.to_picture(np.zeros((1, 2))), [[10 - 0.5 + 0.125, 20 - 0.5 + 0.125]])
    rgb, mask = picture()
    around = crop_around(mask, 224)
    assert around.side == pytest.approx(1.2 * 60)
    rgb_crop, mask_crop = cut(rgb, mask, around)
    assert rgb_crop.shape == (224, 224, 3)
    assert mask_crop.sum() == pytest.approx(mask.sum() * (224 / around.side) ** 2, rel=0.02)
    assert (rgb_crop[0, 0] == 255).all()


def test_crop_of_a_tool_at_the_pictures_edge_is_padded_with_white():
    rgb, mask = picture()
    mask[:] = False
    mask[100:, 140:] = True
    rgb_crop, mask_crop = cut(rgb, mask, crop_around(mask, 224))
    assert mask_crop.any()
    assert (rgb_crop[-1, -1] == 255).all()


def test_an_empty_mask_is_refused():
    with pytest.raises(DfcError, match="no tool pixel") as error:
        crop_around(np.zeros((5, 5), bool), 224)
    assert error.value.code == "EMPTY_MASK"


def test_features_are_unit_norm_and_lie_on_the_tool():
    rgb, mask = picture()
    features = tiny_model().describe(rgb, mask, "pour-with")
    np.testing.assert_allclose(features.features.norm(dim=1), 1, atol=1e-5)
    x, y = features.pixels.round().long().T
    assert mask[y.numpy().clip(0, 119), x.numpy().clip(0, 159)].mean() > 0.97
    assert ((features.part_probability >= 0) & (features.part_probability <= 1)).all()
    assert (features.pixels_crop % 2 == 0).all()


def test_the_shared_image_half_equals_the_plain_definition():
    """Projecting the grid once and sampling it equals sampling, concatenating the text, and the whole MLP."""
    rgb, mask = picture()
    model = tiny_model()
    encoded = model.encode(rgb, mask)
    pixels = torch.tensor([[60.3, 40.2], [80.0, 75.0], [99.0, 89.0]])
    fast, probability = model.sample(encoded, pixels, "cut-with", "grasp")
    head, text = model.network.head, model.network.text("cut-with", "grasp")
    crop_pixels = torch.from_numpy(encoded.crop.from_picture(pixels.numpy())).float()
    sampled = sample_grid(encoded.grid, crop_pixels[None], 224)[0]
    first = torch.cat([head.image_half.weight, head.text_half.weight], dim=1)
    hidden = F.relu(F.linear(torch.cat([sampled, text.expand(3, -1)], 1), first, head.text_half.bias))
    plain = F.normalize(head.third(F.relu(head.second(hidden))), dim=1)
    torch.testing.assert_close(fast, plain, atol=1e-4, rtol=0)
    torch.testing.assert_close(probability, head.mask(plain).sigmoid()[:, 0], atol=1e-4, rtol=0)


def test_unknown_function_names_the_known_ones():
    rgb, mask = picture()
    with pytest.raises(DfcError, match="unknown function 'fly-with'; this model knows: pour-with") as error:
        tiny_model().describe(rgb, mask, "fly-with")
    assert error.value.code == "UNKNOWN_FUNCTION"


def test_an_unknown_role_names_the_two():
    with pytest.raises(DfcError, match="role 'handle' is not one of function, grasp") as error:
        tiny_model().describe(*picture(), "pour-with", "handle")
    assert error.value.code == "BAD_INPUT"


def test_saved_models_come_back_and_damage_is_seen(tmp_path):
    network = Network(TINY).eval()
    save_model(network, tmp_path / "m", {"about": {}}, half=False)
    model = load_model(tmp_path / "m")
    rgb, mask = picture()
    expected = Model(network, "m", "m").describe(rgb, mask, "pour-with").features
    torch.testing.assert_close(model.describe(rgb, mask, "pour-with").features, expected)

    weights = tmp_path / "m" / "model.safetensors"
    good = weights.read_bytes()
    weights.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(DfcError, match="is damaged"):
        load_model(tmp_path / "m")
    weights.unlink()
    with pytest.raises(DfcError, match="has no weights"):
        load_model(tmp_path / "m")
    with pytest.raises(DfcError, match="no model 'nowhere'"):
        load_model("nowhere")


def test_a_u_net_from_before_attention_at_its_bottom_is_refused_by_name(tmp_path):
    folder = save_model(Network(TINY), tmp_path / "old", {})
    config = json.loads((folder / "config.json").read_text())
    for key in ("stem", "layers"):  # what its config does not say is as by default, which its weights are not
        config["network"]["backbone"].pop(key)
    config["network"]["backbone"]["widths"] = [16, 16, 16, 16]
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(DfcError, match=r"model\.safetensors does not fit its config\.json"):
        load_model(folder)


def test_weights_of_another_shape_are_refused(tmp_path):
    save_model(Network(TINY), tmp_path / "m", {})
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    config["network"]["head"]["features"] = 64
    (tmp_path / "m" / "config.json").write_text(json.dumps(config))
    with pytest.raises(DfcError, match=r"does not fit its config\.json"):
        load_model(tmp_path / "m")
    config["network"]["head"]["fetures"] = 64
    (tmp_path / "m" / "config.json").write_text(json.dumps(config))
    with pytest.raises(DfcError, match="fetures"):
        load_model(tmp_path / "m")


def test_the_default_model_is_shipped_and_small():
    assert "default" in list_models()
    model = load_model("default")
    assert set(model.functions) >= {"pour-with", "pound-with", "cut-with", "scoop-with"}
    assert sum(p.numel() for p in model.network.parameters()) * 2 < 15e6
