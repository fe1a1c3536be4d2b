"""Frozen vision transformers of any kind as backbone: real loading code, tiny random weights, no network."""

import copy

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from dfc_core.errors import DfcError
from dfc_core.model import Model, Network, NetworkConfig, load_model, save_model
from dfc_core.model.head import FunctionalHead, HeadConfig
from dfc_core.model.pretrained import IMAGE_MEAN, IMAGE_STD, VisionTransformerConfig, load_transformer, resize_positions
from dfc_core.model.text import FunctionTableConfig
from dfc_core.model.vision_transformer import VisionTransformer

transformers = pytest.importorskip("transformers", reason="the extra 'backbones' is not installed")
SIZES = {"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 64}
# name -> (config, model, patch, tokens before the patches)
KINDS = {
    "dinov2": ("Dinov2Config", "Dinov2Model", 14, 1),
    "dinov2-registers": ("Dinov2WithRegistersConfig", "Dinov2WithRegistersModel", 14, 5),
    "dinov3": ("DINOv3ViTConfig", "DINOv3ViTModel", 16, 5),
    "vit": ("ViTConfig", "ViTModel", 16, 1),
    "deit": ("DeiTConfig", "DeiTModel", 16, 2),
    "clip": ("CLIPVisionConfig", "CLIPVisionModel", 16, 1),
    "siglip": ("SiglipVisionConfig", "SiglipVisionModel", 16, 0),
    "siglip2": ("Siglip2VisionConfig", "Siglip2VisionModel", 16, 0),
    "ijepa": ("IJepaConfig", "IJepaModel", 16, 0),
    "mae": ("ViTMAEConfig", "ViTMAEModel", 16, 1),
}


def save_tiny(kind: str, folder) -> int:
    """A random transformer of this kind, trained at 4 x 4 patches, saved in `folder`; its patch."""
    config_name, model_name, patch, before = KINDS[kind]
    if not hasattr(transformers, model_name):
        pytest.skip(f"this transformers has no {model_name}")
    sizes = dict(SIZES)
    if kind.startswith("dinov2"):
        del sizes["intermediate_size"]
    sizes |= {"num_patches": 16} if kind == "siglip2" else {"image_size": 4 * patch}
    if before == 5:
        sizes["num_register_tokens"] = 4
    torch.manual_seed(0)
    model = getattr(transformers, model_name)(getattr(transformers, config_name)(patch_size=patch, **sizes))
    for parameter in model.parameters():  # biases and tables too, so that no slip hides behind zeros
        torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(folder)
    return patch


@pytest.fixture
def dinov2_folder(tmp_path):
    save_tiny("dinov2", tmp_path / "dinov2")
    return tmp_path / "dinov2"


def tiny(source, **changes) -> VisionTransformerConfig:
    return VisionTransformerConfig(source=str(source), **{"size": 56, "features": 8, **changes})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_its_patches_in_rows(kind, tmp_path, monkeypatch):
    """A patch that changes is felt most, through residuals, at its own place of the grid: order and prefix are right.

    With attention silenced it is felt nowhere else.
    """
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    patch = save_tiny(kind, tmp_path)
    size = 6 * patch  # not the size it was trained at
    backbone = VisionTransformer(tiny(tmp_path, size=size)).eval()
    for name, parameter in backbone.frozen.named_parameters():
        if any(part in name for part in ("o_proj", "out_proj", "attention.output.dense")):
            parameter.zero_()
    images = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(0))
    changed = images.clone()
    changed[:, :, 2 * patch : 3 * patch, 4 * patch : 5 * patch] += 0.5
    before, after = backbone(images), backbone(changed)
    assert before.shape == (1, 8, 6, 6)
    np.testing.assert_allclose(before.detach().norm(dim=1), 1, atol=1e-5)
    differs = (before - after).abs().amax(1)[0] > 1e-4
    assert differs.nonzero().tolist() == [[2, 4]]


def test_a_dinov2_checkpoint_becomes_a_backbone_as_the_paper_uses_it(dinov2_folder):
    backbone = VisionTransformer(tiny(dinov2_folder, size=224)).eval()
    images = torch.rand(1, 3, 224, 224)
    grid = backbone(images)
    assert grid.shape == (1, 8, 16, 16)

    # written out: un-normed tokens of the last three blocks, one projection, softmax weights (equal at the start)
    plain = load_transformer(backbone.config)
    tokens, states = plain.embeddings(images), []
    for block in plain.encoder.layer:
        tokens = block(tokens)
        tokens = tokens[0] if isinstance(tokens, tuple) else tokens
        states.append(tokens)
    mixed = sum(backbone.projection(state[:, 1:]) for state in states[-3:]) / 3
    expected = F.normalize(mixed, dim=-1).transpose(1, 2).reshape(1, 8, 16, 16)
    torch.testing.assert_close(grid, expected, atol=1e-5, rtol=1e-4)
    assert set(backbone.state_dict()) == {"mixing", "projection.weight"}


def test_positions_are_resized_with_dinov2s_own_scale():
    config = transformers.Dinov2Config(
        hidden_size=24, num_hidden_layers=1, num_attention_heads=2, image_size=518, patch_size=14
    )
    model = transformers.Dinov2Model(config)
    table = model.embeddings.position_embeddings.detach().clone()
    resize_positions(model, VisionTransformerConfig())
    grid = table[:, 1:].reshape(1, 37, 37, 24).permute(0, 3, 1, 2)
    expected = F.interpolate(grid, scale_factor=16.1 / 37, mode="bicubic").permute(0, 2, 3, 1).reshape(1, 256, 24)
    torch.testing.assert_close(model.embeddings.position_embeddings[:, 1:].detach(), expected)


def test_a_size_that_patches_do_not_fill_is_refused_with_one_that_they_do(dinov2_folder):
    with pytest.raises(DfcError, match="size 100 is no multiple of the backbone's patch of 14 px; 98 is"):
        VisionTransformer(tiny(dinov2_folder, size=100))
    with pytest.raises(DfcError, match=r"blocks 5 cannot be used; the backbone .* has 4"):
        VisionTransformer(tiny(dinov2_folder, blocks=5))


def test_a_missing_or_incomplete_checkpoint_is_an_error_never_random_weights(tmp_path, dinov2_folder):
    from safetensors.torch import load_file, save_file

    with pytest.raises(DfcError, match="no vision transformer at"):
        VisionTransformer(tiny(tmp_path / "none"))
    weights = load_file(dinov2_folder / "model.safetensors")
    lost = next(key for key in weights if key.endswith("layer.1.norm2.weight"))
    save_file({k: v for k, v in weights.items() if k != lost}, dinov2_folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(DfcError, match=r"lack .*norm2\.weight \(1 in all\)"):
        VisionTransformer(tiny(dinov2_folder))
    with pytest.raises(DfcError, match="is damaged"):
        VisionTransformer(tiny(dinov2_folder, sha256="0" * 64))


def test_what_is_no_plain_vision_transformer_is_refused(tmp_path):
    config = transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 8], depths=[1, 1], layer_type="basic")
    transformers.ResNetModel(config).save_pretrained(tmp_path)
    with pytest.raises(DfcError, match="a resnet has no"):
        VisionTransformer(tiny(tmp_path))


def test_colours_are_those_the_checkpoint_was_trained_on(dinov2_folder):
    images = torch.rand(1, 3, 56, 56)
    mean, std = torch.tensor(IMAGE_MEAN)[:, None, None], torch.tensor(IMAGE_STD)[:, None, None]
    backbone = VisionTransformer(tiny(dinov2_folder))
    as_imagenet = backbone((images - mean) / std)
    (dinov2_folder / "preprocessor_config.json").write_text('{"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 1, 1]}')
    other = VisionTransformer(tiny(dinov2_folder))
    other.load_state_dict(backbone.state_dict())
    theirs, spread = torch.tensor([0.5, 0.4, 0.3])[:, None, None], torch.tensor([0.2, 1, 1])[:, None, None]
    # the picture that, seen with their colours, is what `images` was with ImageNet's
    same = (images - mean) / std * spread + theirs
    torch.testing.assert_close(other((same - mean) / std), as_imagenet, atol=1e-4, rtol=1e-4)
    stated = VisionTransformer(tiny(dinov2_folder, mean=IMAGE_MEAN, std=IMAGE_STD))
    stated.load_state_dict(backbone.state_dict())
    torch.testing.assert_close(stated((images - mean) / std), as_imagenet)


@pytest.mark.parametrize("kind", ["dinov2", "dinov3", "vit", "siglip"])
def test_lora_starts_as_nothing_learns_and_is_all_that_is_saved(kind, tmp_path):
    patch = save_tiny(kind, tmp_path)
    torch.manual_seed(1)
    plain = VisionTransformer(tiny(tmp_path, size=4 * patch))
    backbone = VisionTransformer(tiny(tmp_path, size=4 * patch, lora=2))
    backbone.load_state_dict(plain.state_dict(), strict=False)
    images = torch.rand(2, 3, 4 * patch, 4 * patch)
    torch.testing.assert_close(backbone(images), plain(images))

    adapters = {name for name, _ in backbone.named_parameters() if name.startswith("adapters")}
    assert len(adapters) == 4 * 3 * 2  # blocks x (q, k, v) x (down, up)
    backbone(images).square().mul(torch.rand(8, 4, 4)).sum().backward()
    assert all(backbone.adapters[f"{block}_{part}"].up.weight.grad.any() for block in range(4) for part in "qv")
    assert not any(parameter.requires_grad for parameter in backbone.frozen.parameters())

    with torch.no_grad():
        backbone.adapters["0_q"].up.weight.normal_()
        changed = backbone(images)
    assert (changed - plain(images)).abs().max() > 1e-4
    twin = copy.deepcopy(backbone)
    torch.testing.assert_close(twin(images), changed)
    with torch.no_grad():
        twin.adapters["0_q"].up.weight.zero_()
        torch.testing.assert_close(backbone(images), changed)  # the copy has adapters of its own


def test_lora_changes_a_layer_by_up_of_down(dinov2_folder):
    backbone = VisionTransformer(tiny(dinov2_folder, lora=3))
    layer = next(m for name, m in backbone.frozen.named_modules() if name.endswith(("query", "q_proj")))
    adapter = backbone.adapters["0_q"]
    torch.nn.init.normal_(adapter.up.weight)
    x = torch.rand(5, 32)
    expected = x @ (layer.weight + adapter.up.weight @ adapter.down.weight).T + layer.bias
    torch.testing.assert_close(layer(x), expected)


def test_film_scales_the_image_half_by_text():
    torch.manual_seed(0)
    head = FunctionalHead(6, 4, HeadConfig(hidden=8, features=5), film=True)
    plain = FunctionalHead(6, 4, HeadConfig(hidden=8, features=5))
    plain.load_state_dict({key: value for key, value in head.state_dict().items() if not key.startswith("film")})
    half, text = torch.rand(3, 8), torch.rand(4)
    torch.testing.assert_close(head(half, text)[0], plain(half, text)[0])  # nothing at the start
    torch.nn.init.normal_(head.film.weight)
    gain = 1 + head.film.weight @ text
    torch.testing.assert_close(head(half, text)[0], plain(half * gain, text)[0])


def test_a_trained_lora_model_is_saved_without_its_backbone_and_comes_back(dinov2_folder, tmp_path):
    config = NetworkConfig(tiny(dinov2_folder, lora=2, film=True), FunctionTableConfig(), HeadConfig(16, 8))
    network = Network(config).eval()
    torch.nn.init.normal_(network.backbone.adapters["3_v"].up.weight)
    torch.nn.init.normal_(network.head.film.weight)
    save_model(network, tmp_path / "m", {}, half=False)
    assert (tmp_path / "m" / "model.safetensors").stat().st_size < 60_000
    model = load_model(tmp_path / "m")
    rgb = np.random.default_rng(0).integers(0, 255, (90, 90, 3), dtype=np.uint8)
    mask = np.zeros((90, 90), bool)
    mask[20:70, 20:70] = True
    expected = Model(network, "m", "m").describe(rgb, mask, "cut-with").features
    assert model.size == 56
    torch.testing.assert_close(model.describe(rgb, mask, "cut-with").features, expected)


@pytest.mark.parametrize(("name", "rank"), [("paper", 0), ("paper-lora", 8)])
def test_the_papers_settings_are_those_of_the_paper(name, rank):
    from dfc_core.files import config_file
    from dfc_core.train.config import read_train_config

    config = read_train_config(config_file(f"train/{name}.yaml"))
    backbone, head = config.network.backbone, config.network.head
    assert (backbone.source, backbone.size, backbone.blocks, backbone.features) == ("facebook/dinov2-base", 224, 3, 512)
    assert (backbone.lora, backbone.film, config.recompute) == (rank, rank > 0, rank > 0)
    assert (head.hidden, head.features, head.mask) == (1024, 256, True)
    assert (config.network.text.source, config.network.text.width) == ("openai/clip-vit-base-patch32", 512)
    assert (config.pairs, config.steps, config.learning_rate, config.longest_step) == (50, 100_000, 1e-4, 0)
    assert (config.functional, config.mask, config.spatial, config.correspondence) == (1, 1, 10, 0)
