"""The table of what the merges kept: models as given, layers in order, names that say where a weight belongs."""

import json

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.statistics.merge_table import COLUMNS, merge_table


def check(*names: str) -> dict:
    return {"tensors": {name: {**dict.fromkeys(COLUMNS, 0.5), "gain": place} for place, name in enumerate(names)}}


def test_one_row_per_weight_models_as_given_and_layers_by_number():
    names = ["model.layers.10.mlp.up_proj.weight", "model.layers.2.self_attn.q_proj.weight"]
    table = merge_table({"later": check(*names), "earlier": check(names[0])})
    rows = table[["model", "layer", "projection", "gain"]].values.tolist()
    assert rows == [["later", 2, "q_proj", 1], ["later", 10, "up_proj", 0], ["earlier", 10, "up_proj", 0]]


def test_a_weight_of_no_layer_is_named(tmp_path):
    with pytest.raises(UserError, match=r"m: merge_check.json: no layer and projection in the name lm_head.weight"):
        merge_table({"m": json.loads(json.dumps(check("lm_head.weight")))})
