"""docs/config.md says of every key what the models say."""

from importlib.util import module_from_spec, spec_from_file_location
from typing import get_args

import pytest
from running import ROOT, run_script
from thorough import slow_except

from learned.experiment.config import Config
from learned.tasks.run import TASKS, load_any
from learned.train.options import Checked

PAGE = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")


def models(model):
    """A model of a config, and those of the tables within it."""
    inner = [
        kind
        for field in model.model_fields.values()
        for kind in (field.annotation, *get_args(field.annotation))
        if isinstance(kind, type) and issubclass(kind, Checked)
    ]
    return {model, *(each for one in inner for each in models(one))}


def test_it_is_as_the_models_are():
    spec = spec_from_file_location("make_config", ROOT / "docs" / "make_config.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page() == PAGE, "run python docs/make_config.py"


@pytest.mark.parametrize("model", [Config, *TASKS.values()])
def test_every_key_is_there_and_described(model):
    for each in models(model):
        for key, field in each.model_fields.items():
            assert field.description, f"{each.__name__}.{key}"
            assert f"\n| `{key}` " in PAGE


@pytest.mark.parametrize("name", slow_except(["adam", "own_pair", "marked"], "adam"))
def test_the_config_is_shown_as_it_would_be_used(name, tmp_path):
    overrides = {"adam": ["train.lr=0.5", "seed=3"], "own_pair": ["before=a.png", "after=b.png"]}
    extra = overrides.get(name, ["peak=2.5"])
    done = run_script("train", name, *extra, "--show-config", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "again.toml").write_text(done.stdout, encoding="utf-8")
    assert load_any(tmp_path / "again.toml") == load_any(name, extra)
    assert [path.name for path in tmp_path.iterdir()] == ["again.toml"], "nothing is trained"
