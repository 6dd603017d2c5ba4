"""Muon (Jordan et al. 2024) as `torch.optim.Muon` has it, with the matrices of one shape in one product.

torch takes one matrix after the other, about thirty small operations each. For the 84 matrices of `small` that took a
CPU 80 ms per step, while an H100 waited. The same sums: on a CPU, the same bits.
"""

import math
from collections import defaultdict
from collections.abc import Iterable

import torch


class StackedMuon(torch.optim.Muon):
    """`torch.optim.Muon` with `nesterov` and `adjust_lr_fn="match_rms_adamw"`, for parameters that all have gradients.

    Its state is not in `state_dict`.
    """

    def __init__(self, matrices: Iterable[torch.nn.Parameter], lr: float, momentum: float, weight_decay: float) -> None:
        super().__init__(matrices, lr=lr, momentum=momentum, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")
        self.stacks: dict[torch.Size, list[torch.Tensor]] = defaultdict(list)
        for matrix in self.param_groups[0]["params"]:
            self.stacks[matrix.shape].append(matrix)
        self.momenta = {shape: torch.zeros_like(torch.stack(stack)) for shape, stack in self.stacks.items()}

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        group = self.param_groups[0]
        rate, momentum = group["lr"], group["momentum"]
        for shape, stack in self.stacks.items():
            gradients = torch.stack([matrix.grad for matrix in stack if matrix.grad is not None])
            buffer = self.momenta[shape].lerp_(gradients, 1 - momentum)
            updates = orthogonal(
                gradients.lerp(buffer, momentum), group["ns_coefficients"], group["ns_steps"], group["eps"]
            )
            for matrix, update in zip(stack, updates, strict=True):
                matrix.mul_(1 - rate * group["weight_decay"])
                # As large as an update of AdamW (Liu et al. 2025, arXiv 2502.16982).
                matrix.add_(update, alpha=-rate * 0.2 * math.sqrt(max(shape)))


def orthogonal(
    matrices: torch.Tensor, coefficients: tuple[float, float, float], steps: int, eps: float
) -> torch.Tensor:
    """The nearest orthogonal matrices, roughly, of a stack (matrices x rows x columns), in bfloat16.

    By the Newton-Schulz iteration, as `torch.optim._muon` does for one.
    """
    a, b, c = coefficients
    x = matrices.bfloat16()
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x
