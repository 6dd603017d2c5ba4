"""The merge check: it accepts the right merge, sees the bfloat16 dead zone, and refuses a wrong one."""

import pytest
import torch

from finmath_grpo.training.merge import agreement, check_tensors, compare, ulp


def bf16(*shape: int, scale: float = 0.02) -> torch.Tensor:
    return (torch.randn(*shape, generator=torch.Generator().manual_seed(0)) * scale).bfloat16()


def merged(base: torch.Tensor, update: torch.Tensor) -> torch.Tensor:
    return (base.double() + update).bfloat16()


def test_ulp_is_the_distance_to_the_next_bfloat16():
    values = bf16(1000).abs()
    above = (values.view(torch.int16) + 1).view(torch.bfloat16)
    assert torch.equal(ulp(values), above.double() - values.double())


@pytest.mark.parametrize(("relative", "low", "high"), [(0.0003, 0.1, 0.3), (0.001, 0.45, 0.6), (0.014, 0.99, 1.01)])
def test_gain_shows_how_much_of_a_small_update_bfloat16_loses(relative, low, high):
    # The three rows of the table in a simulation of 512 x 512 matrices: gain .18, .53 and 1.00.
    base = bf16(512, 512)
    update = torch.randn(512, 512, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 0.02 * relative
    row = compare(base, merged(base, update), update)
    assert low < row["gain"] < high
    # Half an ulp, and a trace for the step over float32.
    assert row["largest_error_in_ulps"] <= 0.5001


def test_weights_that_the_update_nearly_cancels_pass_in_float32():
    base = bf16(512, 512)
    update = -base.double() * (1 + 1e-6 * torch.rand(512, 512, dtype=torch.float64))
    in_float32 = (base.float() + update.float()).bfloat16()
    check_tensors({"w": base}, {"w": in_float32}, {"w": update})


def test_a_merge_with_the_wrong_scale_is_refused():
    base, update = bf16(64, 64), torch.full((64, 64), 0.01, dtype=torch.float64)
    with pytest.raises(RuntimeError, match="more than one ulp"):
        check_tensors({"w": base}, {"w": merged(base, 2 * update)}, {"w": update})


def test_a_tensor_that_the_adapter_does_not_touch_must_not_change():
    base = bf16(8, 8)
    with pytest.raises(RuntimeError, match="does not touch"):
        check_tensors({"w": base}, {"w": base + 1}, {})


def test_a_tensor_of_the_adapter_that_the_base_lacks_is_refused():
    base = bf16(8, 8)
    with pytest.raises(RuntimeError, match="without counterpart"):
        check_tensors({"w": base}, {"w": base}, {"other": torch.zeros(8, 8, dtype=torch.float64)})


def test_agreement_names_where_completions_first_differ():
    assert agreement([[1, 2], [1, 2, 3], [5]], [[1, 2], [1, 9, 3], [5, 6]]) == {
        "prompts": 3,
        "identical": 1,
        "first_difference_at_token": [1, 1],
    }
