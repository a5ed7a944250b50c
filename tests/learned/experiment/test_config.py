import re

import pytest

from learned.experiment.config import Config
from learned.experiment.config_file import load_config


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "test.toml"
        path.write_text(text)
        return path

    return write


def test_defaults_need_only_kernels(write):
    config = load_config(write('kernels = ["sobel_x"]'))
    assert config.photos == ("skimage:camera",)
    assert (config.border, config.target, config.operation) == (
        "replicate",
        "float64",
        "correlation",
    )
    assert config.train.optimizer == "newton"


def test_overrides_win_and_take_toml_or_bare_words(write):
    path = write('kernels = ["sobel_x"]\n[train]\noptimizer = "sgd"\nsteps = 3')
    config = load_config(
        path, ["train.steps=200", "border=wrap", 'kernels=["emboss"]', "train.lr = 1e-3", "seed=7"]
    )
    assert (config.train.steps, config.train.optimizer, config.train.lr) == (200, "sgd", 1e-3)
    assert (config.border, config.kernels[0].name, config.seed) == ("wrap", "emboss", 7)


def test_a_resolved_config_gives_itself_back(write):
    text = """
        name = "x"
        colour = true
        kernels = ["gaussian(5, 1.2)", {name = "mine", values = [[0.1, 0.2, -1e-17]]}]
        [train]
        optimizer = "adam"
        lr = 0.3
    """
    config = load_config(write(text))
    assert load_config(write(config.to_toml())) == config


@pytest.mark.parametrize(
    ("options", "lr", "momentum"),
    [
        ({"optimizer": "sgd"}, 0.01, 0.9),
        ({"optimizer": "sgd", "precondition": "whiten"}, 0.25, 0.0),
        ({"optimizer": "sgd", "lr": 2}, 2, 0.9),
        ({"optimizer": "adam"}, 0.01, 0.9),
        ({"optimizer": "adam", "precondition": "whiten"}, 0.01, 0.7),
        ({"optimizer": "adam", "momentum": 0.0, "precondition": "whiten"}, 0.01, 0.0),
        ({"optimizer": "lbfgs"}, 1.0, 0.0),
    ],
)
def test_the_pace_is_that_of_the_optimizer_unless_it_is_given(options, lr, momentum):
    assert Config(kernels=["sobel_x"], train=options).train.pace == (lr, momentum)


@pytest.mark.parametrize(
    ("text", "overrides", "message"),
    [
        (
            "kernels = ['a']\nbordr = 'wrap'",
            [],
            r"test.toml: unknown key 'bordr'\. Did you mean border\?",
        ),
        (
            "kernels = ['a']\n[train]\nstep = 1",
            [],
            r"unknown key 'train.step'\. Did you mean steps\?",
        ),
        ("", [], "test.toml: key 'kernels' is missing. Name kernels to learn back, or"),
        ("kernels = []", [], "'kernels' is .*Name kernels to learn back, or"),
        ("kernels = ['a', 'a']", [], "name each kernel once"),
        ("kernels = ['a']\nborder = 'replicat'", [], r"'replicat'\. Did you mean replicate\?"),
        ("kernels = ['a']\noperation = 3", [], "Known are correlation, convolution"),
        ("kernels = ['a']\n[train]\noptimizer = 'newtn'", [], r"Did you mean newton\?"),
        (
            "kernels = ['a']",
            ["train.precondition=whiten"],
            "'train' is .*Newton whitens by itself; leave precondition out",
        ),
        ("kernels = ['a']\nphotos = []", [], "photos"),
        ("kernels = ['a']", ["train.lr=-1"], "override 'train.lr=-1': key 'train.lr' is -1"),
        ("kernels = ['a']", ["train.lr=nan"], "train.lr"),
        (
            "kernels = ['a']",
            ["sead=1"],
            r"override 'sead=1': unknown key 'sead'\. Did you mean seed\?",
        ),
        ("kernels = ['a']", ["seed"], "not of the form key=value"),
        ("kernels = ['a']", ["name.x=1"], "name"),
        ("kernels = ['a']\nname = '../../etc'", [], "name"),
        ("kernels = [{name = 'a', values = [['x']]}]", [], "kernels.0.values.0.0"),
        ("kernels = [3]", [], "kernels.0"),
        ("kernels = ['a'", [], "test.toml is not a TOML file"),
        ("\x00", [], "not a TOML file"),
    ],
)
def test_mistakes_are_named_with_file_key_and_fix(write, text, overrides, message):
    with pytest.raises(ValueError, match=message):
        load_config(write(text), overrides)


def test_every_mistake_is_reported_at_once(write):
    with pytest.raises(ValueError, match="bordr") as caught:
        load_config(write("bordr = 1\n[train]\nsteps = 0\noptimizer = 'newtn'"))
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    for key in ("bordr", "kernels", "train.steps", "train.optimizer"):
        assert any(re.search(rf"'{key}'", line) for line in lines)


def test_a_missing_or_huge_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"none.toml does not exist"):
        load_config(tmp_path / "none.toml")
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(ValueError, match="at most 1048576 are read"):
        load_config(huge)
