"""One measurement in one process: `python tests/gpu/measure.py WHAT MANIFEST…` prints its result as JSON, last."""

import dataclasses
import json
import shutil
import sys
import time
from pathlib import Path
from random import Random

from finmath_grpo import gpu_environment

gpu_environment.set_environment()
gpu_environment.require("tests/gpu", "vllm")

import torch  # noqa: E402

from finmath_grpo.evaluation.engine import Request, completion_seed  # noqa: E402
from finmath_grpo.evaluation.vllm_engine import load_llm, sampling, stop_tokens  # noqa: E402
from finmath_grpo.models.weights import load_model, load_tokenizer, load_with_adapter  # noqa: E402
from finmath_grpo.prompts import PromptSettings, prompt_tokens  # noqa: E402
from finmath_grpo.questions.families.elementary import FAMILIES  # noqa: E402
from finmath_grpo.questions.rows import Question  # noqa: E402

PROMPT = PromptSettings(system="Soruyu çöz.\n<cevap>\n...\n</cevap>")
LIMIT = 96
RANK = 32


def questions(count: int) -> list[Question]:
    draw = Random(5)
    problems = [draw.choice(FAMILIES).draw(draw) for _ in range(count)]
    return [
        Question(
            id=f"q{number}",
            unit="",
            family="",
            question=problem.question,
            answer="0",
            answer_unit=problem.answer_unit,
            value="0",
        )
        for number, problem in enumerate(problems)
    ]


def requests(manifest: Path, count: int, temperature: float) -> list[Request]:
    asked = questions(count)
    prompts = prompt_tokens(load_tokenizer(manifest), PROMPT, manifest, asked, LIMIT)
    return [
        Request(prompt, temperature, completion_seed(question.id, temperature, 0))
        for question, prompt in zip(asked, prompts, strict=True)
    ]


def run(llm, wanted: list[Request], ends: list[int], **more) -> list:
    parameters = [sampling(request, 1.0, LIMIT, ends) for request in wanted]
    for parameter in parameters:
        for name, value in more.get("overrides", {}).items():
            setattr(parameter, name, value)
    prompts = [{"prompt_token_ids": list(request.prompt)} for request in wanted]
    return llm.generate(prompts, parameters, use_tqdm=False, lora_request=more.get("lora_request"))


def ids_of(outputs: list) -> list[list[int]]:
    return [list(output.outputs[0].token_ids) for output in outputs]


def alike(left: list, right: list) -> float:
    return sum(a == b for a, b in zip(left, right, strict=True)) / len(left)


def repeat(manifest: Path) -> dict:
    """The same seeds twice, in another order, and one in eight alone; prompts as vLLM saw them."""
    directory, tokenizer = manifest.parent, load_tokenizer(manifest)
    wanted, ends = requests(manifest, 1024, 1.0), stop_tokens(directory, tokenizer)
    llm = load_llm(directory, max(len(r.prompt) for r in wanted) + LIMIT)
    run(llm, wanted[:64], ends)
    started = time.perf_counter()
    outputs = run(llm, wanted, ends)
    seconds = time.perf_counter() - started
    first = ids_of(outputs)
    order = Random(1).sample(range(len(wanted)), len(wanted))
    shuffled = dict(zip(order, ids_of(run(llm, [wanted[place] for place in order], ends)), strict=True))
    return {
        "bos_in_each_prompt": sorted({output.prompt_token_ids.count(tokenizer.bos_token_id) for output in outputs}),
        "twice": alike(first, ids_of(run(llm, wanted, ends))),
        "shuffled": alike(first, [shuffled[place] for place in range(len(wanted))]),
        "fewer": alike(first[::8], ids_of(run(llm, wanted[::8], ends))),
        "tokens_per_second": sum(map(len, first)) / seconds,
        "stopped_at_an_end": sum(ids[-1] in ends for ids in first) / len(first),
        "finish_agrees": all(
            (o.outputs[0].finish_reason == "stop") == (ids[-1] in ends) for o, ids in zip(outputs, first, strict=True)
        ),
        "ends": [tokenizer.convert_ids_to_tokens(end) for end in ends],
        "forced_ends": {tokenizer.convert_ids_to_tokens(end): forced(llm, wanted[0], end, ends) for end in ends},
        "text_with_special_tokens": sum(
            any(token in tokenizer.decode(ids, skip_special_tokens=True) for token in tokenizer.all_special_tokens)
            for ids in first
        ),
    }


def forced(llm, request: Request, token: int, ends: list[int]) -> str:
    """How a completion ends whose every token would be `token`."""
    (done,) = run(llm, [request], ends, overrides={"logit_bias": {token: 100.0}})
    return f"{done.outputs[0].finish_reason} after {len(done.outputs[0].token_ids)}"


def soft_capping(manifest: Path) -> dict:
    """Log-probabilities of Gemma-2 by vLLM and by transformers, with caps so low that leaving them out would show."""
    directory = manifest.parent.with_name("capped")
    shutil.copytree(manifest.parent, directory, dirs_exist_ok=True)
    config = json.loads((directory / "config.json").read_text())
    caps = {"attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0}
    (directory / "config.json").write_text(json.dumps({**config, **caps}))
    wanted = requests(manifest, 16, 1.0)
    llm = load_llm(directory, max(len(r.prompt) for r in wanted) + 2)
    outputs = run(llm, wanted, [], overrides={"prompt_logprobs": 0, "skip_reading_prefix_cache": True, "max_tokens": 1})
    by_vllm = [
        torch.tensor([next(iter(place.values())).logprob for place in output.prompt_logprobs[1:]]) for output in outputs
    ]

    def by_transformers(capped: bool) -> list[torch.Tensor]:
        model = load_model(manifest, "cuda")
        for name, cap in (caps if capped else {name: None for name in caps}).items():
            setattr(model.config, name, cap)
            for module in model.modules():
                if hasattr(module, name):
                    setattr(module, name, cap)
        found = []
        for request in wanted:
            ids = torch.tensor([request.prompt], device="cuda")
            with torch.inference_mode():
                logprobs = model(ids).logits.float().log_softmax(-1)[0, :-1]
            found.append(logprobs.gather(1, ids[0, 1:, None])[:, 0].cpu())
        return found

    def distance(other: list[torch.Tensor]) -> float:
        return torch.cat([(a - b).abs() for a, b in zip(by_vllm, other, strict=True)]).mean().item()

    return {"with_caps": distance(by_transformers(True)), "without_caps": distance(by_transformers(False))}


def greedy(manifest: Path, adapter_manifest: Path | None = None) -> dict:
    """Greedy tokens of a model, and of the model with an adapter; with it also sampled ones, twice."""
    from vllm.lora.request import LoRARequest

    drawn = requests(manifest, 256, 1.0)
    wanted = [dataclasses.replace(request, temperature=0.0) for request in drawn[:64]]
    ends = stop_tokens(manifest.parent, load_tokenizer(manifest))
    llm = load_llm(manifest.parent, max(len(r.prompt) for r in drawn) + LIMIT, rank=RANK if adapter_manifest else None)
    found = {"alone": ids_of(run(llm, wanted, ends))}
    if adapter_manifest:
        lora = LoRARequest("adapter", 1, str(adapter_manifest.parent))
        found["with_adapter"] = ids_of(run(llm, wanted, ends, lora_request=lora))
        for name in ("sampled", "sampled_again"):
            found[name] = ids_of(run(llm, drawn, ends, lora_request=lora))
    return found


def make_adapter(manifest: Path, adapter_manifest: Path, merged: Path) -> dict:
    """A random adapter that changes answers, and the model merged from it as the merge stage does."""
    from peft import LoraConfig, get_peft_model

    from finmath_grpo.models.manifest import write_manifest

    torch.manual_seed(0)
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    model = get_peft_model(
        load_model(manifest, "cpu"), LoraConfig(task_type="CAUSAL_LM", r=RANK, lora_alpha=RANK, target_modules=targets)
    )
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.02)
    model.save_pretrained(adapter_manifest.parent)
    files = ["adapter_config.json", "adapter_model.safetensors"]
    write_manifest(adapter_manifest, [adapter_manifest.parent / file for file in files])
    whole = load_with_adapter(manifest, adapter_manifest, "cpu", torch.float32).merge_and_unload().to(torch.bfloat16)
    whole.save_pretrained(merged.parent)
    load_tokenizer(manifest).save_pretrained(merged.parent)
    write_manifest(merged, [file for file in merged.parent.iterdir() if file.is_file()])
    return {}


def captured(manifest: Path) -> dict:
    """For rollouts of 6 and of 102 completions: the batches that the engine captured a decode graph for."""
    from vllm import LLM
    from vllm.config import CUDAGraphMode

    found = {}
    for completions in (6, 102):
        llm = LLM(
            model=str(manifest.parent),
            dtype="bfloat16",
            max_model_len=256,
            max_num_seqs=gpu_environment.captured_batch(completions),
            gpu_memory_utilization=0.1,
            compilation_config=gpu_environment.VLLM_COMPILATION,
        )
        runner = llm.llm_engine.model_executor.driver_worker.model_runner
        manager = getattr(runner, "cudagraph_manager", None)
        graphs = manager.graphs if manager else runner.cudagraph_dispatcher.cudagraph_keys[CUDAGraphMode.FULL]
        found[str(completions)] = sorted({graph.num_tokens for graph in graphs})
        del llm, runner, manager, graphs
    return found


if __name__ == "__main__":
    functions = (repeat, soft_capping, greedy, make_adapter, captured)
    measurements = {function.__name__: function for function in functions}
    print(json.dumps(measurements[sys.argv[1]](*map(Path, sys.argv[2:]))))
