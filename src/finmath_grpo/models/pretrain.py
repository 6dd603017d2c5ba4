"""Pre-training of a small Llama or Gemma-2 from scratch on worked solutions: a base model with no download.

Next-token prediction with the loss on completions. Muon (Jordan et al. 2024) for the matrices of the layers, AdamW for
embeddings and norms. Counted in steps, never in seconds, and one thread per job on a CPU: the same settings give the
same bytes. On a GPU in bfloat16 autocast, each layer compiled.
"""

import argparse
import math
import os
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import torch
from tqdm import tqdm
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from finmath_grpo import gpu_environment
from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import digest, read_jsonl, sha256
from finmath_grpo.models import store
from finmath_grpo.models.corpus import Identity, conversations, families_of, identities
from finmath_grpo.models.manifest import replacement
from finmath_grpo.models.muon import StackedMuon
from finmath_grpo.models.settings import Architecture, PretrainingJob
from finmath_grpo.models.tokenizer import train_tokenizer
from finmath_grpo.questions.rows import Question

TOKENIZER_ROWS = 10_000
# Rows are sorted by length within a pool of batches, so that little of a batch is padding.
BATCHES_A_POOL = 50
EMBEDDING_STD = 0.05
# Rows times tokens of a forward pass on a GPU, for each GiB of its memory. With 100 M parameters, Llama fills 44 %,
# and Gemma-2 62 %. A larger card takes what one of 80 GB takes, so that both add up the same sums.
TOKENS_A_GIB = 1200
MOST_TOKENS = 79 * TOKENS_A_GIB
# On a GPU each batch is as wide as a multiple of this: matrices whose rows are not aligned have slow kernels.
ALIGNED = 8
# Rows and tokens of the pass for which the layers are compiled.
FIRST_PASS = (128, 232)
IGNORED = -100


class Pools(torch.utils.data.Dataset[list[tuple[np.ndarray, np.ndarray]]]):
    """Pool `i` of the text: some batches of token rows, a pure function of the job and `i`."""

    def __init__(self, job: PretrainingJob, held_out: set[Identity], tokenizer: PreTrainedTokenizerFast):
        self.job, self.held_out, self.tokenizer = job, held_out, tokenizer

    def __len__(self) -> int:
        return math.ceil(self.job.pretraining.steps / BATCHES_A_POOL)

    def __getitem__(self, pool: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Batches of (input ids, labels), each rows × tokens, padded on the right.

        Arrays, not tensors: workers would hand tensors over in shared memory, of which a container has little.
        """
        settings = self.job.pretraining
        draw = Random(f"pretraining {self.job.seed} {pool}")
        rows = islice(_texts(self.job, self.held_out, self.tokenizer, draw), BATCHES_A_POOL * settings.batch_size)
        prompts, completions = zip(*rows, strict=True)
        ids = (_encode(self.tokenizer, texts) for texts in (prompts, completions))
        encoded = list(zip(*ids, strict=True))
        encoded.sort(key=lambda row: len(row[0]) + len(row[1]))
        batches = [encoded[i : i + settings.batch_size] for i in range(0, len(encoded), settings.batch_size)]
        draw.shuffle(batches)
        multiple = ALIGNED if self.job.device == "cuda" else 1
        return [_padded(batch, self.tokenizer.pad_token_id, multiple) for batch in batches]


def _texts(
    job: PretrainingJob, held_out: set[Identity], tokenizer: PreTrainedTokenizerFast, draw: Random
) -> Iterator[tuple[str, str]]:
    families = families_of(job.pretraining.families)
    for messages, completion in conversations(families, held_out, job.prompt, job.pretraining.habits, draw):
        prompt = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        yield prompt, completion + tokenizer.eos_token


def _encode(tokenizer: PreTrainedTokenizerFast, texts: tuple[str, ...]) -> list[list[int]]:
    ids: list[list[int]] = tokenizer(list(texts), add_special_tokens=False)["input_ids"]
    return ids


def _padded(batch: list[tuple[list[int], list[int]]], pad: int, multiple: int) -> tuple[np.ndarray, np.ndarray]:
    longest = max(len(prompt) + len(completion) for prompt, completion in batch)
    width = math.ceil(longest / multiple) * multiple
    ids = np.full((len(batch), width), pad, dtype=np.int64)
    labels = np.full((len(batch), width), IGNORED, dtype=np.int64)
    for row, (prompt, completion) in enumerate(batch):
        end = len(prompt) + len(completion)
        ids[row, :end] = prompt + completion
        labels[row, len(prompt) : end] = completion
    return ids, labels


def new_tokenizer(job: PretrainingJob, held_out: set[Identity]) -> PreTrainedTokenizerFast:
    """A tokenizer trained on the first rows of the job's text."""
    families = families_of(job.pretraining.families)
    draw = Random(f"tokenizer {job.seed}")
    rows = islice(conversations(families, held_out, job.prompt, job.pretraining.habits, draw), TOKENIZER_ROWS)
    texts = (
        text
        for messages, completion in rows
        for text in (f"user assistant model\n\n{messages[0]['content']}", completion)
    )
    return train_tokenizer(texts, job.pretraining.vocabulary, job.architecture.type)


def new_model(shape: Architecture, tokenizer: PreTrainedTokenizerFast, seed: int) -> PreTrainedModel:
    """A randomly initialised model (float32) of the given shape, with the tokenizer's special tokens in its config."""
    torch.manual_seed(seed)
    kind, config_kind = {"llama": (LlamaForCausalLM, LlamaConfig), "gemma2": (Gemma2ForCausalLM, Gemma2Config)}[
        shape.type
    ]
    # Soft-capping of attention scores needs the eager path.
    attention = {"llama": "sdpa", "gemma2": "eager"}[shape.type]
    config = config_kind(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden_size,
        intermediate_size=shape.intermediate_size,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads,
        head_dim=shape.head_dim,
        max_position_embeddings=shape.max_position,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        attn_implementation=attention,
        **({"query_pre_attn_scalar": shape.head_dim} if shape.type == "gemma2" else {}),
    )
    model = kind(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 2:
                std = EMBEDDING_STD if "embed" in name else parameter.shape[1] ** -0.5
                # Half as much into the residual stream.
                parameter.normal_(0, std / 2 if name.endswith(("o_proj.weight", "down_proj.weight")) else std)
    return model


def optimizers(model: PreTrainedModel, job: PretrainingJob) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, AdamW for the rest."""
    settings = job.pretraining
    matrices = [p for name, p in model.named_parameters() if p.dim() == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.dim() != 2 or "embed" in name]
    return [
        StackedMuon(matrices, lr=settings.muon_learning_rate, momentum=0.95, weight_decay=0.01),
        torch.optim.AdamW(others, lr=settings.adamw_learning_rate, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def learning_rate_factor(step: int, steps: int, warmup_steps: int, decay_from: float) -> float:
    """Linear warm-up, constant, then linear decay to zero from the share `decay_from` of all steps."""
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    return min(1.0, (steps - step) / max(1.0, steps * (1 - decay_from)))


def tokens_at_once() -> int:
    """How many tokens, padding included, a forward pass may take on this GPU."""
    return min(TOKENS_A_GIB * torch.cuda.get_device_properties(0).total_memory // 2**30, MOST_TOKENS)


def backward(model: PreTrainedModel, ids: np.ndarray, labels: np.ndarray, device: str) -> torch.Tensor:
    """Add a batch's gradient to the parameters', on a GPU in as many parts as memory asks for. Returns the loss."""
    on_gpu = device == "cuda"
    parts = math.ceil(ids.size / tokens_at_once()) if on_gpu else 1
    scored = int((labels[:, 1:] != IGNORED).sum())
    total = torch.zeros((), device=device)
    # Parts of nearly one size: no odd shape for the compiler.
    for part in np.array_split(np.arange(len(ids)), parts):
        with torch.autocast("cuda", torch.bfloat16, enabled=on_gpu):
            loss = summed_loss(model, ids[part], labels[part], device) / scored
        torch.autograd.backward(loss)
        total += loss.detach()
    return total


def summed_loss(model: PreTrainedModel, ids: np.ndarray, labels: np.ndarray, device: str) -> torch.Tensor:
    """The cross-entropy of the tokens with a label, summed: `model(labels=…).loss` times their number.

    That makes logits of all tokens, of which half have no label: in `smoke` 11 % (Llama) to 20 % (Gemma-2) of a step.
    """
    # The first token of a row is predicted from nothing.
    rows, places = np.nonzero(labels[:, 1:] != IGNORED)
    targets = torch.from_numpy(labels[rows, places + 1]).to(device)
    hidden = model.model(input_ids=torch.from_numpy(ids).to(device), use_cache=False).last_hidden_state
    at = torch.from_numpy(rows * ids.shape[1] + places).to(device)
    logits = model.lm_head(hidden.flatten(0, 1)[at])
    if cap := getattr(model.config, "final_logit_softcapping", None):
        logits = torch.tanh(logits / cap) * cap
    return torch.nn.functional.cross_entropy(logits.float(), targets, reduction="sum")


def train(model: PreTrainedModel, pools: Pools, job: PretrainingJob) -> None:
    """Train `model` in place for the job's steps; prints the loss as it goes."""
    settings = job.pretraining
    on_gpu = job.device == "cuda"
    # Workers prepare text beside the GPU; the order of the pools is the same with any number of them.
    workers = min(12, len(os.sched_getaffinity(0))) if on_gpu else 0
    loader = torch.utils.data.DataLoader(pools, batch_size=None, collate_fn=list, num_workers=workers)
    # They begin here.
    prepared = iter(loader)
    if on_gpu:
        compile_layers(model)
    batches = islice((batch for pool in prepared for batch in pool), settings.steps)
    optimizer_list = optimizers(model, job)
    base_rates = [optimizer.param_groups[0]["lr"] for optimizer in optimizer_list]
    progress = tqdm(batches, total=settings.steps, desc="pretraining", mininterval=5)
    for step, (ids, labels) in enumerate(progress):
        factor = learning_rate_factor(step, settings.steps, settings.warmup_steps, settings.decay_from)
        for optimizer, rate in zip(optimizer_list, base_rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * factor
        loss = backward(model, ids, labels, job.device)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizer_list:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        if step % 100 == 0 or step == settings.steps - 1:
            progress.write(f"step {step}: loss {loss.item():.4f}")
            check_loss(step, loss.item(), model.config.vocab_size)


def compile_layers(model: PreTrainedModel) -> None:
    """Have the layers compiled on a GPU, by a pass over tokens that mean nothing.

    Layer by layer, any shape: one graph serves them all, and the rest of the model is not worth the wait.
    """
    # Else each number such as `eps` is a tensor on the CPU, for which the compiler writes and builds C++: Gemma-2's
    # first pass took 81 s on an H100, and takes 21.
    torch._dynamo.config.specialize_float = True
    for layer in model.model.layers:
        layer.compile(dynamic=True)
    # No two sizes that are alike, or the graph would take them for one.
    tokens = np.zeros(FIRST_PASS, dtype=np.int64)
    backward(model, tokens, tokens, "cuda")
    model.zero_grad(set_to_none=True)


def check_loss(step: int, loss: float, vocabulary: int) -> None:
    """Raise UserError for a loss that is no number, or after the first step more than that of guessing any token."""
    guessing = math.log(vocabulary)
    if not math.isfinite(loss) or (step > 0 and loss > guessing):
        raise UserError(
            f"the pre-training diverged: at step {step} the loss is {loss:.4g}, and guessing any of {vocabulary} tokens"
            f" has {guessing:.2f}; lower pretraining.muon_learning_rate or adamw_learning_rate, or add warmup_steps"
        )


def pretrained(job: PretrainingJob, held_out: set[Identity], directory: Path) -> None:
    """Pre-train the model of a job and write it to a directory, in bfloat16."""
    tokenizer = new_tokenizer(job, held_out)
    model = new_model(job.architecture, tokenizer, job.seed).to(job.device)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, {len(tokenizer)} tokens")
    train(model, Pools(job, held_out, tokenizer), job)
    model.to(torch.bfloat16).save_pretrained(directory)
    tokenizer.save_pretrained(directory)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, help="PretrainingJob as JSON")
    parser.add_argument("--code", required=True, help="fingerprint of this stage's code")
    parser.add_argument("--held-out", type=Path, nargs="+", required=True, help="questions to keep out of the text")
    parser.add_argument("--cache", type=Path, required=True, help="store of finished models, safe to delete")
    parser.add_argument("--manifest", type=Path, required=True)
    arguments = parser.parse_args()
    gpu_environment.expect_many_shapes()
    job = PretrainingJob.model_validate_json(arguments.settings)
    if job.device == "cuda":
        gpu_environment.repeat_exactly()
    held_out = identities(row for path in arguments.held_out for row in read_jsonl(path, Question))
    defined_by = {
        "job": job.model_dump(mode="json"),
        "code": arguments.code,
        "held_out": [sha256(path) for path in arguments.held_out],
        **{package: version(package) for package in ("torch", "transformers", "tokenizers")},
        "gpu": torch.cuda.get_device_name() if job.device == "cuda" else None,
    }
    finished = arguments.cache / digest(defined_by)[:32]
    with store.one_at_a_time(finished):
        if store.is_kept(finished, finished.name):
            print("this model was pre-trained before and is taken from the store")
        else:
            with store.keep(finished, finished.name) as directory:
                pretrained(job, held_out, directory)
        with replacement(arguments.manifest) as directory:
            for file in finished.iterdir():
                if file.name not in (store.MANIFEST, store.KEY):
                    shutil.copyfile(file, directory / file.name)


if __name__ == "__main__":
    run_stage(main)
