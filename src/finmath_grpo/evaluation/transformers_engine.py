"""Sampling with transformers, on any machine, by the Gumbel-max trick.

Adding Gumbel noise to logits / temperature and taking the largest is sampling from their softmax (Gumbel 1954). Each
completion has a noise generator of its own, so that its random numbers don't depend on its neighbours in a batch, as
they would with `do_sample`.
"""

from collections.abc import Iterator
from pathlib import Path

import torch
from tqdm import tqdm

from finmath_grpo.evaluation.engine import Generate, Output, Request
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.models.decoding import decode, nucleus
from finmath_grpo.models.stop_tokens import stop_tokens
from finmath_grpo.models.weights import load_model, load_tokenizer, load_with_adapter


class GumbelMax:
    """Samples a token for each row: at the temperature of its request, with noise from its own generator."""

    def __init__(self, requests: list[Request], top_p: float, device: torch.device):
        self.temperatures = torch.tensor([request.temperature for request in requests], device=device).unsqueeze(1)
        self.generators = [torch.Generator().manual_seed(request.seed) for request in requests]
        self.top_p = top_p

    def __call__(self, logits: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """Tokens (rows) of logits (rows x vocabulary, float32); `rows` are the places of their requests."""
        scores = nucleus(logits / self.temperatures[rows], self.top_p)
        # Minus the logarithm of a standard exponential variable is a standard Gumbel variable.
        exponential = torch.empty(scores.shape)
        for row, request in zip(exponential, rows.tolist(), strict=True):
            row.exponential_(generator=self.generators[request])
        return (scores - exponential.log().to(scores.device)).argmax(1)


def transformers_engine(manifests: list[Path], device: str, settings: EvaluationSettings) -> Generate:
    """The engine of a model, or of base and adapter where two manifests are given."""
    tokenizer = load_tokenizer(manifests[0])
    base, *adapters = manifests
    model = load_with_adapter(base, adapters[0], device) if adapters else load_model(base, device)
    model.eval()
    ends = stop_tokens(manifests[0].parent, tokenizer)

    def batch(requests: list[Request]) -> Iterator[Output]:
        prompts = [request.prompt for request in requests]
        choose = GumbelMax(requests, settings.top_p, model.device)
        for ids in decode(model, prompts, tokenizer.pad_token_id, ends, settings.max_new_tokens, choose):
            yield Output(
                text=tokenizer.decode(ids, skip_special_tokens=True),
                tokens=len(ids),
                finish="stop" if ids[-1] in ends else "length",
            )

    def generate(cells: list[list[Request]]) -> Iterator[list[Output]]:
        # A batch never spans two cells: padding moves the last bits of logits, and so could a neighbour's cell.
        for cell in tqdm(cells, desc="cells", mininterval=0):
            starts = range(0, len(cell), settings.batch_size)
            yield [done for start in starts for done in batch(cell[start : start + settings.batch_size])]

    return generate
