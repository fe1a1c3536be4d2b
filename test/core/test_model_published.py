"""Checkpoints of the paper's public code: imported, they give what METHOD's definition written out here gives."""

import hashlib
import json
import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from dfc_core.cli.app import run
from dfc_core.errors import DfcError
from dfc_core.functions import FUNCTIONS
from dfc_core.model import load_model
from dfc_core.model.published import import_checkpoint

pytest.importorskip("transformers", reason="the extra 'backbones' is not installed")
WIDTH, DEPTH, PATCH, TEXT, FEATURES, HIDDEN, OUT = 128, 5, 14, 32, 24, 40, 16
VIT = "image_embedder.dino_vit."


def checkpoint(grid: int = 37, mask: bool = True) -> dict[str, torch.Tensor]:
    """Random weights under the published names: a DINOv2 of two heads and five blocks, and a small head."""
    generator = torch.Generator().manual_seed(3)

    def random(*shape: int, scale: float = 0.1) -> torch.Tensor:
        return torch.randn(*shape, generator=generator) * scale

    shapes = {"attn.qkv": (3 * WIDTH, WIDTH), "attn.proj": (WIDTH, WIDTH)}
    shapes |= {"mlp.fc1": (4 * WIDTH, WIDTH), "mlp.fc2": (WIDTH, 4 * WIDTH)}
    state = {
        VIT + "cls_token": random(1, 1, WIDTH),
        VIT + "pos_embed": random(1, 1 + grid * grid, WIDTH, scale=0.5),
        VIT + "mask_token": random(1, WIDTH),
        VIT + "patch_embed.proj.weight": random(WIDTH, 3, PATCH, PATCH),
        VIT + "patch_embed.proj.bias": random(WIDTH),
        VIT + "norm.weight": 1 + random(WIDTH),
        VIT + "norm.bias": random(WIDTH),
        "image_embedder.lin_proj.weight": random(FEATURES, WIDTH),
        "image_embedder.w": random(3, scale=1.0),
    }
    for place in range(DEPTH):
        for name, shape in shapes.items():
            state[f"{VIT}blocks.{place}.{name}.weight"] = random(*shape)
            state[f"{VIT}blocks.{place}.{name}.bias"] = random(shape[0])
        for name in ("norm1", "norm2"):
            state[f"{VIT}blocks.{place}.{name}.weight"] = 1 + random(WIDTH)
            state[f"{VIT}blocks.{place}.{name}.bias"] = random(WIDTH)
        for name in ("ls1", "ls2"):
            state[f"{VIT}blocks.{place}.{name}.gamma"] = 1 + random(WIDTH, scale=0.3)
    for name, shape in {"0": (HIDDEN, FEATURES + TEXT), "2": (HIDDEN, HIDDEN), "4": (OUT, HIDDEN)}.items():
        state[f"mlp_conditioner.mlp.{name}.weight"] = random(*shape, scale=0.4)
        if name != "4":
            state[f"mlp_conditioner.mlp.{name}.bias"] = random(shape[0])
    if mask:
        state |= {"mask_projection.weight": random(1, OUT, scale=1.0), "mask_projection.bias": random(1)}
    return state


def plain_grid(state: dict[str, torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    """METHOD section 3, image side, in order: 0..1 pictures B x 3 x 224 x 224 -> B x FEATURES x 16 x 16."""
    vit = {key.removeprefix(VIT): value for key, value in state.items() if key.startswith(VIT)}
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    images = (images - mean[:, None, None]) / std[:, None, None]
    x = F.conv2d(images, vit["patch_embed.proj.weight"], vit["patch_embed.proj.bias"], stride=PATCH)
    x = torch.cat([vit["cls_token"].expand(len(x), -1, -1), x.flatten(2).transpose(1, 2)], dim=1)
    x = x + plain_positions(vit["pos_embed"])
    states = []
    for place in range(DEPTH):
        x = plain_block({key.split(".", 2)[2]: v for key, v in vit.items() if key.startswith(f"blocks.{place}.")}, x)
        states.append(x[:, 1:])
    weights = torch.exp(state["image_embedder.w"]) / torch.exp(state["image_embedder.w"]).sum()
    projected = [tokens @ state["image_embedder.lin_proj.weight"].T for tokens in states[-3:]]
    mixed = weights[0] * projected[0] + weights[1] * projected[1] + weights[2] * projected[2]
    return (mixed / mixed.norm(dim=-1, keepdim=True)).transpose(1, 2).reshape(len(x), -1, 16, 16)


def plain_positions(table: torch.Tensor) -> torch.Tensor:
    side = math.isqrt(table.shape[1] - 1)
    if side == 16:
        return table
    grid = table[:, 1:].reshape(1, side, side, WIDTH).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, scale_factor=((16 + 0.1) / side,) * 2, mode="bicubic", antialias=False)
    return torch.cat([table[:, :1], grid.permute(0, 2, 3, 1).reshape(1, 256, WIDTH)], dim=1)


def plain_block(block: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    def norm(name: str) -> torch.Tensor:
        return F.layer_norm(x, (WIDTH,), block[f"{name}.weight"], block[f"{name}.bias"], 1e-6)

    def linear(name: str, inputs: torch.Tensor) -> torch.Tensor:
        return inputs @ block[f"{name}.weight"].T + block[f"{name}.bias"]

    q, k, v = linear("attn.qkv", norm("norm1")).reshape(len(x), -1, 3, WIDTH // 64, 64).permute(2, 0, 3, 1, 4)
    attended = (q @ k.transpose(-1, -2) / 8).softmax(-1) @ v
    x = x + block["ls1.gamma"] * linear("attn.proj", attended.transpose(1, 2).reshape(x.shape))
    return x + block["ls2.gamma"] * linear("mlp.fc2", F.gelu(linear("mlp.fc1", norm("norm2"))))


def plain_features(
    state: dict[str, torch.Tensor], grid: torch.Tensor, pixels: torch.Tensor, text: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """METHOD section 3, head: a grid 1 x C x 16 x 16 at pixels N x 2, bilinear at p / 14 - 0.5, zeros outside."""
    mlp = {key.removeprefix("mlp_conditioner.mlp."): v for key, v in state.items() if "mlp_conditioner" in key}
    places = pixels / 14 - 0.5
    low = places.floor().long()
    sampled = torch.zeros(len(pixels), FEATURES)
    for dx in (0, 1):
        for dy in (0, 1):
            x, y = low[:, 0] + dx, low[:, 1] + dy
            inside = (x >= 0) & (x < 16) & (y >= 0) & (y < 16)
            weight = (1 - (places[:, 0] - x).abs()) * (1 - (places[:, 1] - y).abs()) * inside
            sampled += weight[:, None] * grid[0, :, y.clamp(0, 15), x.clamp(0, 15)].T
    x = torch.cat([sampled, text.expand(len(pixels), -1)], dim=1)
    x = (x @ mlp["0.weight"].T + mlp["0.bias"]).relu()
    x = (x @ mlp["2.weight"].T + mlp["2.bias"]).relu() @ mlp["4.weight"].T
    features = x / x.norm(dim=1, keepdim=True)
    return features, (features @ state["mask_projection.weight"].T + state["mask_projection.bias"])[:, 0]


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory):
    """A tiny CLIP text encoder with random weights; it spells words."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("clip")
    letters = {letter: place for place, letter in enumerate("<> abcdefghijklmnopqrstuvwxyz?")}
    tokenizer = Tokenizer(models.WordLevel(letters, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(single="< $A >", special_tokens=[("<", 0), (">", 1)])
    names = ["input_ids", "attention_mask"]
    spelling = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=">", model_input_names=names)
    spelling.save_pretrained(folder)
    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = CLIPTextConfig(**sizes, vocab_size=30, projection_dim=TEXT, bos_token_id=0, eos_token_id=1, pad_token_id=1)
    CLIPTextModelWithProjection(config).save_pretrained(folder)
    return folder


@pytest.fixture
def imported(tmp_path, clip_folder):
    """(what the checkpoint holds, the model made of it by the command)."""
    state = checkpoint()
    torch.save({"state_dict": {f"module.{key}": value for key, value in state.items()}, "epoch": 99}, tmp_path / "p.pt")
    folder = tmp_path / "imported"
    assert run(["models", "import", str(tmp_path / "p.pt"), "--out", str(folder), "--text", str(clip_folder)]) == 0
    (tmp_path / "p.pt").unlink()  # the folder needs nothing else
    return state, load_model(folder)


def test_the_grid_is_that_of_the_definition(imported):
    state, model = imported
    images = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        grid = model.network.grids(images, torch.ones(2, 224, 224))
        assert grid.shape == (2, FEATURES, 16, 16)
        expected = plain_grid(state, images)
        assert expected.std(dim=(2, 3)).min() > 0.01  # it varies over the picture
        torch.testing.assert_close(grid, expected, atol=1e-4, rtol=0)


def test_features_and_mask_are_those_of_the_definition(imported):
    state, model = imported
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 255, (224, 224, 3), dtype=np.uint8)
    mask = np.zeros((224, 224), bool)
    mask[20:200, 30:190] = True
    encoded = model.encode(rgb, mask)
    pixels = torch.tensor([[0.0, 0], [7, 7], [3, 120], [223, 223], [111, 96], [56.5, 201.25]])
    seen, logits = model.network.at_pixels(encoded.image_half, pixels[None], model.network.text("cut-with", "function"))
    expected, expected_logits = plain_features(state, encoded.grid, pixels, model.network.text("cut-with", "function"))
    torch.testing.assert_close(seen[0], expected, atol=1e-4, rtol=0)
    torch.testing.assert_close(logits[0], expected_logits, atol=1e-4, rtol=0)
    read = model.read_out(encoded, "cut-with", stride=20)
    expected, expected_logits = plain_features(
        state, encoded.grid, read.pixels_crop, model.network.text("cut-with", "function")
    )
    torch.testing.assert_close(read.features, expected, atol=1e-4, rtol=0)
    torch.testing.assert_close(read.part_probability, expected_logits.sigmoid(), atol=1e-4, rtol=0)


def test_functions_have_the_text_encoders_unit_vectors(imported, clip_folder):
    from transformers import AutoTokenizer, CLIPTextModelWithProjection

    _, model = imported
    assert model.functions == FUNCTIONS
    encoder = CLIPTextModelWithProjection.from_pretrained(clip_folder).eval()
    tokens = AutoTokenizer.from_pretrained(clip_folder)("pick up with", return_tensors="pt")
    with torch.no_grad():
        expected = encoder(**tokens).text_embeds[0]
    stored = model.network.text("pick-up-with", "function")
    torch.testing.assert_close(stored, expected / expected.norm(), atol=1e-5, rtol=0)
    assert not torch.allclose(stored, model.network.text("pick-up-with", "grasp"))


def test_a_position_table_of_the_grids_own_size_is_left_alone(tmp_path, clip_folder):
    state = checkpoint(grid=16, mask=False)
    torch.save(state, tmp_path / "p.pt")
    import_checkpoint(tmp_path / "p.pt", tmp_path / "m", text=str(clip_folder))
    model = load_model(tmp_path / "m")
    images = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        grid = model.network.grids(images, torch.ones(1, 224, 224))
    torch.testing.assert_close(grid, plain_grid(state, images), atol=1e-4, rtol=0)
    assert model.network.head.mask is None


def test_the_backbone_lies_inside_and_its_damage_is_seen(imported, tmp_path, capsys):
    _, model = imported
    folder, moved = tmp_path / "imported", tmp_path / "elsewhere" / "moved"
    config = json.loads((folder / "config.json").read_text())
    weights = folder / "backbone" / "model.safetensors"
    assert config["network"]["backbone"]["source"] == "./backbone"
    assert config["network"]["backbone"]["sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert config["about"]["licence"] == "not stated"
    moved.parent.mkdir()
    folder.rename(moved)
    again = load_model(moved)
    torch.testing.assert_close(again.network.text.vectors, model.network.text.vectors)
    assert run(["models", "list", str(moved)]) == 0
    name, id_, functions, licence, size = capsys.readouterr().out.splitlines()[-1].split("\t")
    assert (name, functions, licence) == ("moved", "24 functions", "not stated")
    assert id_ == again.id
    assert float(size.removesuffix(" MB")) > 4
    data = bytearray((moved / "backbone" / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (moved / "backbone" / "model.safetensors").write_bytes(data)
    with pytest.raises(DfcError, match="is damaged"):
        load_model(moved)


def test_a_backbone_from_elsewhere_is_taken_along(tmp_path, clip_folder):
    whole = checkpoint()
    torch.save(whole, tmp_path / "whole.pt")
    import_checkpoint(tmp_path / "whole.pt", tmp_path / "whole", text=str(clip_folder))
    torch.save({key: v for key, v in whole.items() if not key.startswith(VIT)}, tmp_path / "head.pt")
    with pytest.raises(DfcError, match="give the backbone it was trained on with --backbone"):
        import_checkpoint(tmp_path / "head.pt", tmp_path / "head", text=str(clip_folder))
    source = str(tmp_path / "whole" / "backbone")
    with pytest.raises(DfcError, match="holds a backbone of its own"):
        import_checkpoint(tmp_path / "whole.pt", tmp_path / "other", source, str(clip_folder))
    import_checkpoint(tmp_path / "head.pt", tmp_path / "head", source, str(clip_folder))
    images = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        grid = load_model(tmp_path / "head").network.grids(images, torch.ones(1, 224, 224))
    torch.testing.assert_close(grid, plain_grid(whole, images), atol=1e-4, rtol=0)


def test_missing_left_over_and_misshaped_keys_are_named_in_one_sentence(tmp_path, capsys):
    state = checkpoint()
    del state[VIT + "blocks.2.ls1.gamma"]
    state["mlp_conditioner.mlp.4.bias"] = torch.zeros(OUT)
    state["image_embedder.w"] = torch.zeros(4)
    torch.save(state, tmp_path / "p.pt")
    assert run(["models", "import", str(tmp_path / "p.pt")]) == 2
    told = capsys.readouterr().err.strip()
    assert told.count("\n") == 0
    assert "lacks image_embedder.dino_vit.blocks.2.ls1.gamma;" in told
    assert "has left over mlp_conditioner.mlp.4.bias;" in told
    assert told.endswith("has misshaped image_embedder.w (4, not 3)")
    assert not (tmp_path / "p").exists()


def test_files_that_are_no_such_checkpoint_are_refused(tmp_path):
    torch.save({"weight": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(DfcError, match="no checkpoint of the paper's public code"):
        import_checkpoint(tmp_path / "other.pt", tmp_path / "m")
    (tmp_path / "text.pt").write_text("no weights")
    with pytest.raises(DfcError, match="no checkpoint of tensors alone"):
        import_checkpoint(tmp_path / "text.pt", tmp_path / "m")
    with pytest.raises(DfcError, match="cannot be read"):
        import_checkpoint(tmp_path / "none.pt", tmp_path / "m")
    torch.save({**checkpoint(), "mlp_conditioner.mlp.4.weight": torch.full((OUT, OUT), torch.nan)}, tmp_path / "nan.pt")
    with pytest.raises(DfcError, match=r"not finite in mlp_conditioner.mlp.4.weight"):
        import_checkpoint(tmp_path / "nan.pt", tmp_path / "m")
    assert not (tmp_path / "m").exists()


class Trap:
    """Runs when unpickled."""

    sprung = False

    def __reduce__(self):
        return (setattr, (Trap, "sprung", True))


def test_a_checkpoint_that_would_run_code_is_refused_and_does_not(tmp_path):
    torch.save({"state_dict": checkpoint(), "note": Trap()}, tmp_path / "p.pt")
    with pytest.raises(DfcError, match="nothing else is read from it"):
        import_checkpoint(tmp_path / "p.pt", tmp_path / "m")
    assert not Trap.sprung


def test_another_model_is_not_written_over(tmp_path, clip_folder):
    torch.save(checkpoint(), tmp_path / "p.pt")
    import_checkpoint(tmp_path / "p.pt", tmp_path / "m", text=str(clip_folder))
    import_checkpoint(tmp_path / "p.pt", tmp_path / "m", text=str(clip_folder))  # the same file once more
    torch.save(checkpoint(mask=False), tmp_path / "q.pt")
    with pytest.raises(DfcError, match="holds another model already"):
        import_checkpoint(tmp_path / "q.pt", tmp_path / "m", text=str(clip_folder))
