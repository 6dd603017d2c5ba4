"""Sampling with transformers, on any machine, by the Gumbel-max trick.

Adding Gumbel noise to logits / temperature and taking the largest is sampling from their softmax (Gumbel 1954). Each
completion has a noise generator of its own, so that its random numbers don't depend on its neighbours in a batch, as
they would with `do_sample`.
"""

from collections.abc import Iterator
from pathlib import Path

import torch
from tqdm import tqdm
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList, TopPLogitsWarper

from finmath_grpo.evaluation.engine import Generate, Output, Request
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.models.stop_tokens import stop_tokens
from finmath_grpo.models.weights import load_model, load_tokenizer, load_with_adapter


class GumbelNoise(LogitsProcessor):
    """Turns greedy search into sampling: row i at its own temperature, with noise from its own generator."""

    def __init__(self, requests: list[Request], top_p: float, device: torch.device):
        self.temperatures = torch.tensor([request.temperature for request in requests], device=device).unsqueeze(1)
        self.generators = [torch.Generator().manual_seed(request.seed) for request in requests]
        self.top_p = TopPLogitsWarper(top_p) if top_p < 1 else None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        scores = scores.float() / self.temperatures
        if self.top_p:
            scores = self.top_p(input_ids, scores)
        # Minus the logarithm of a standard exponential variable is a standard Gumbel variable.
        exponential = torch.empty(scores.shape)
        for row, generator in zip(exponential, self.generators, strict=True):
            row.exponential_(generator=generator)
        return scores - exponential.log().to(scores.device)


def transformers_engine(manifests: list[Path], device: str, settings: EvaluationSettings) -> Generate:
    """The engine of a model, or of base and adapter where two manifests are given."""
    tokenizer = load_tokenizer(manifests[0])
    base, *adapters = manifests
    model = load_with_adapter(base, adapters[0], device) if adapters else load_model(base, device)
    model.eval()
    ends = stop_tokens(manifests[0].parent, tokenizer)
    greedy = GenerationConfig(
        do_sample=False,
        max_new_tokens=settings.max_new_tokens,
        eos_token_id=ends,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
    )
    stops = torch.tensor(ends)

    @torch.inference_mode()
    def batch(requests: list[Request]) -> Iterator[Output]:
        prompts = tokenizer.pad({"input_ids": [list(request.prompt) for request in requests]}, return_tensors="pt")
        noise = GumbelNoise(requests, settings.top_p, model.device)
        output = model.generate(
            **prompts.to(model.device), generation_config=greedy, logits_processor=LogitsProcessorList([noise])
        )
        for ids in output[:, prompts["input_ids"].shape[1] :].cpu():
            found = torch.isin(ids, stops).nonzero()
            length = int(found[0]) + 1 if len(found) else len(ids)
            yield Output(
                text=tokenizer.decode(ids[:length], skip_special_tokens=True),
                tokens=length,
                finish="stop" if len(found) else "length",
            )

    def generate(cells: list[list[Request]]) -> Iterator[list[Output]]:
        # A batch never spans two cells: padding moves the last bits of logits, and so could a neighbour's cell.
        for cell in tqdm(cells, desc="cells", mininterval=0):
            starts = range(0, len(cell), settings.batch_size)
            yield [done for start in starts for done in batch(cell[start : start + settings.batch_size])]

    return generate
