"""Detectors: tiny random models of the real classes, saved and loaded back by the code that loads real checkpoints."""

import numpy as np
import pytest

from dfc_core.errors import DfcError
from dfc_core.label.detectors import Detector, DetectorConfig, best_boxes, read_places
from dfc_core.label.questions import Question, short_name

transformers = pytest.importorskip("transformers", minversion="5.0", reason="the extra 'backbones' is not installed")
torch = pytest.importorskip("torch")
EVERYTHING = {"threshold": -1.0, "relative": 0.0, "duplicate": 2.0, "most": 10000}
LETTERS = "abcdefghijklmnopqrstuvwxyz "


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def owlv2(tmp_path_factory):
    folder = tmp_path_factory.mktemp("owlv2")
    torch.manual_seed(0)
    tokens = [*LETTERS, *(f"{c}</w>" for c in LETTERS), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: n for n, token in enumerate(tokens)}
    tokenizer = transformers.CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=16)
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = {**small, "vocab_size": len(tokens), "bos_token_id": 54, "eos_token_id": 55, "pad_token_id": 0}
    vision = {**small, "image_size": 64, "patch_size": 16}
    config = transformers.Owlv2Config(text_config=text, vision_config=vision, projection_dim=16)
    model = transformers.Owlv2ForObjectDetection(config)
    with torch.no_grad():  # random boxes have no area
        for weights in model.box_head.parameters():
            weights.mul_(0.2)
    model.save_pretrained(folder)
    pictures = transformers.Owlv2ImageProcessorPil(size={"height": 64, "width": 64})
    transformers.Owlv2Processor(pictures, tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def grounding_dino(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grounding-dino")
    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "spout", "of", "a", "kettle", "."]
    tokenizer = transformers.BertTokenizer(vocab={word: n for n, word in enumerate(words)})
    text = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    backbone = transformers.SwinConfig(
        image_size=64, patch_size=4, embed_dim=8, depths=[1] * 4, num_heads=[1] * 4, window_size=4,
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = transformers.GroundingDinoConfig(
        backbone_config=backbone, text_config=text, num_queries=5, encoder_layers=1, decoder_layers=2, d_model=32,
        encoder_ffn_dim=16, decoder_ffn_dim=16, encoder_attention_heads=2, decoder_attention_heads=2,
        num_feature_levels=3, max_text_len=16,
    )  # fmt: skip
    transformers.GroundingDinoForObjectDetection(config).save_pretrained(folder)
    pictures = transformers.GroundingDinoImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 64})
    transformers.GroundingDinoProcessor(pictures, tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def florence(tmp_path_factory):
    folder = tmp_path_factory.mktemp("florence")
    torch.manual_seed(0)
    characters = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *map(chr, range(33, 127)), "Ġ"]
    vocabulary = {token: n for n, token in enumerate(characters)}
    tokenizer = transformers.RobertaTokenizer(
        vocab=vocabulary, merges=[], extra_special_tokens={"image_token": "<image>"}
    )
    tokenizer.add_tokens([f"<loc_{n}>" for n in range(1000)], special_tokens=True)
    text = transformers.BartConfig(
        vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=512, bos_token_id=0,
        pad_token_id=1, eos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=None,
    )  # fmt: skip
    four = (1, 1, 1, 1)
    vision = {
        "embed_dim": (8, 8, 8, 8), "depths": four, "num_heads": four, "num_groups": four, "window_size": 2,
        "projection_dim": 16,
    }  # fmt: skip
    config = transformers.Florence2Config(
        text_config=text.to_dict(), vision_config=vision, image_token_id=tokenizer.image_token_id
    )
    model = transformers.Florence2ForConditionalGeneration(config)
    model.generation_config.suppress_tokens = list(range(101))  # untrained, it would write anything but places
    model.generation_config.no_repeat_ngram_size = 1
    model.save_pretrained(folder)
    pictures = transformers.CLIPImageProcessorPil(size={"height": 64, "width": 64}, do_center_crop=False)
    pictures.image_seq_length = 5
    transformers.Florence2Processor(pictures, tokenizer).save_pretrained(folder)
    return folder


def question(repeat=2):
    picture = np.random.default_rng(0).integers(0, 255, (96, 96, 3), dtype=np.uint8)
    return Question(picture, "kettle", "spout", "", repeat, "q")


def expected(results):
    """What the library's own post-processing says for a picture of 1 x 1: boxes are fractions, cut to the picture."""
    boxes = results["boxes"].detach().numpy().clip(0, 1)
    return {
        (*box.round(4), score.round(4)) for box, score in zip(boxes, results["scores"].detach().numpy(), strict=True)
    }


def rows(found):
    return {(*row[:4].astype(np.float32).round(4), row[4].astype(np.float32).round(4)) for row in found}


def close(found, known):
    np.testing.assert_allclose(sorted(found), sorted(known), atol=2e-4)


def test_owlv2_is_loaded_and_read_as_the_library_reads_it(owlv2):
    found = Detector(DetectorConfig(str(owlv2), **EVERYTHING)).ask(question())
    processor = transformers.AutoProcessor.from_pretrained(owlv2)
    model = transformers.Owlv2ForObjectDetection.from_pretrained(owlv2)
    inputs = processor(text=[["spout of a kettle"]], images=question().picture, return_tensors="pt", truncation=True)
    with torch.inference_mode():
        output = model(**inputs)
    results = processor.post_process_grounded_object_detection(output, threshold=-1.0, target_sizes=[(1, 1)])[0]
    known = [row for row in expected(results) if row[2] > row[0] and row[3] > row[1]]
    assert len(known) > 2
    close(rows(found), known)
    assert (np.diff(found[:, 4]) <= 0).all()


def test_grounding_dino_is_loaded_and_read_as_the_library_reads_it(grounding_dino):
    found = Detector(DetectorConfig(str(grounding_dino), **EVERYTHING)).ask(question())
    processor = transformers.AutoProcessor.from_pretrained(grounding_dino)
    model = transformers.GroundingDinoForObjectDetection.from_pretrained(grounding_dino).eval()
    inputs = processor(text="spout of a kettle.", images=question().picture, return_tensors="pt")
    with torch.inference_mode():
        output = model(**inputs)
    results = processor.post_process_grounded_object_detection(
        output, inputs["input_ids"], threshold=-1.0, target_sizes=[(1, 1)]
    )[0]
    assert len(results["boxes"]) == 5
    close(rows(found), expected(results))


def test_florence_is_loaded_and_its_places_are_read(florence):
    found = Detector(DetectorConfig(str(florence), **EVERYTHING)).ask(question())
    processor = transformers.AutoProcessor.from_pretrained(florence)
    model = transformers.Florence2ForConditionalGeneration.from_pretrained(florence).eval()
    text = "<CAPTION_TO_PHRASE_GROUNDING>spout of a kettle"
    inputs = processor(text=text, images=question().picture, return_tensors="pt")
    with torch.inference_mode():
        written = model.generate(**inputs, max_new_tokens=128, num_beams=1, do_sample=False)[0].tolist()
    first = processor.tokenizer.convert_tokens_to_ids("<loc_0>")
    places = [token - first for token in written if token >= first]
    boxes = [places[n : n + 4] for n in range(0, len(places) - 3, 4)]
    known = [[(place + 0.5) / 1000 for place in b] for b in boxes if b[0] < b[2] and b[1] < b[3]]
    assert known
    close([tuple(row) for row in found[:, :4]], [tuple(box) for box in known])


def test_places_are_centres_of_a_thousand_bins():
    text = "</s><s>spout<loc_0><loc_100><loc_499><loc_999><loc_5>"
    np.testing.assert_allclose(read_places(text), [[0.0005, 0.1005, 0.4995, 0.9995, 1]])
    assert read_places("nothing").shape == (0, 5)


def test_what_counts_as_found():
    found = np.array([
        [0.0, 0, 0.5, 0.5, 0.3],
        [0.0, 0, 0.5, 0.49, 0.9],  # the best; the one above overlaps it
        [0.6, 0.6, 0.9, 0.9, 0.5],
        [0.6, 0.0, 0.9, 0.4, 0.44],  # less than half of the best
        [0.7, 0.7, 0.7, 0.9, 0.8],  # no area
    ])  # fmt: skip
    assert best_boxes(found, DetectorConfig())[:, 4].tolist() == [0.9, 0.5]
    assert best_boxes(found, DetectorConfig(threshold=0.6))[:, 4].tolist() == [0.9]
    assert best_boxes(found, DetectorConfig(most=1))[:, 4].tolist() == [0.9]
    assert best_boxes(found[:0], DetectorConfig()).shape == (0, 5)


def test_repeats_use_other_words():
    assert [short_name(question(n)) for n in range(4)] == ["spout", "spout", "spout of a kettle", "spout of a kettle"]


def test_a_missing_or_foreign_checkpoint_is_an_error_never_random_weights(tmp_path):
    with pytest.raises(DfcError, match="no detector at"):
        Detector(DetectorConfig(str(tmp_path / "none")))
    transformers.BertConfig().save_pretrained(tmp_path)
    with pytest.raises(DfcError, match="'bert' model; allowed: owlv2"):
        Detector(DetectorConfig(str(tmp_path)))
