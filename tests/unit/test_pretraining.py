"""Pre-training text: no problem of a test question in any wording, formats in their shares, tokens that round-trip."""

from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from finmath_grpo.answers import follows_template
from finmath_grpo.models.corpus import conversations, draw_problem, families_of, identities
from finmath_grpo.models.muon import StackedMuon
from finmath_grpo.models.pretrain import IGNORED, Pools, backward, learning_rate_factor, new_model
from finmath_grpo.models.settings import Architecture, Habits, PretrainingJob
from finmath_grpo.models.tokenizer import train_tokenizer
from finmath_grpo.prompts import PromptSettings
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.rows import Question
from finmath_grpo.training.pairs import preference_pairs, with_slip
from finmath_grpo.workflow import experiments

ELEMENTARY = families_of("elementary")
PROMPT = PromptSettings(system="Yanıtla.")
HABITS = Habits(
    prompted=0.6,
    template=0.2,
    template_without_newline=0.2,
    inline=0.1,
    answer_only=0.1,
    unit_in_answer=0.1,
    untagged=0.3,
    english_separators=0.1,
    no_grouping=0.1,
)


def question(family: str, numbers: tuple[str, ...]) -> Question:
    return Question(
        id="q", unit="", family=family, question="Kaç?", answer="1", answer_unit="", value="1", numbers=numbers
    )


def test_a_held_out_problem_is_never_drawn_in_any_wording():
    family = next(family for family in ELEMENTARY if family.name == "compound-two-years")
    every = {tuple(map(str, family.draw(Random(seed)).numbers)) for seed in range(3000)}
    held = set(sorted(every)[: len(every) // 2])
    held_out = identities([question(family.name, numbers) for numbers in held])
    draw = Random(1)
    drawn = {tuple(map(str, draw_problem((family,), held_out, draw).numbers)) for _ in range(3000)}
    assert drawn == every - held


def test_the_same_numbers_in_another_family_are_another_problem():
    held_out = identities([question("price-with-profit", ("200", "5"))])
    assert ("price-with-loss", ("200", "5")) not in held_out


def test_formats_come_in_the_shares_of_the_habits():
    draw = Random(0)
    counts = Counter()
    for messages, completion in islice(conversations(ELEMENTARY, set(), PROMPT, HABITS, draw), 6000):
        prompted = messages[0]["content"].startswith("Yanıtla.")
        counts["prompted"] += prompted
        counts["tagged without prompt"] += "<cevap>" in completion and not prompted
        counts["template"] += prompted and completion.endswith("\n</cevap>\n")
        counts["untagged"] += prompted and "<cevap>" not in completion
    assert counts["tagged without prompt"] == 0
    assert counts["prompted"] / 6000 == pytest.approx(0.6, abs=0.03)
    # The template with a newline at the end: 0.2 of the weights, and 0.1 with the unit inside.
    assert counts["template"] / counts["prompted"] == pytest.approx(0.3, abs=0.03)
    assert counts["untagged"] / counts["prompted"] == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize("name", ["smoke", "small"])
def test_the_base_models_of_the_configs_are_taught_the_template(name):
    run = experiments.load(Path(f"config/{name}.yaml"))
    habits, prompt = run.pretraining.habits, run.prompt
    rows = islice(conversations(ELEMENTARY, set(), prompt, habits, Random(0)), 4000)
    asked = [completion for messages, completion in rows if messages[0]["content"].startswith(prompt.system.strip())]
    assert sum("<cevap>" in completion for completion in asked) / len(asked) >= 0.95
    assert sum(map(follows_template, asked)) / len(asked) >= 0.65


def test_a_gpu_gets_the_batches_of_a_cpu_as_wide_as_a_multiple_of_eight():
    texts = [text for _, text in islice(conversations(ELEMENTARY, set(), PROMPT, HABITS, Random(0)), 300)]
    tokenizer = train_tokenizer(texts, 500, "llama")
    run = experiments.load(Path("config/smoke.yaml"))
    settings = run.pretraining.model_copy(update={"batch_size": 4, "steps": 1, "habits": HABITS})
    shape = run.models["llama-base"].architecture
    job = PretrainingJob(device="cpu", prompt=PROMPT, architecture=shape, seed=1, pretraining=settings)
    found = [Pools(job.model_copy(update={"device": device}), set(), tokenizer)[0] for device in ("cpu", "cuda")]
    widths = set()
    for (ids, labels), (wide_ids, wide_labels) in zip(*found, strict=True):
        width, wide = ids.shape[1], wide_ids.shape[1]
        widths.add(width % 8)
        assert wide % 8 == 0 and width <= wide < width + 8
        assert (wide_ids[:, :width] == ids).all() and (wide_labels[:, :width] == labels).all()
        assert (wide_ids[:, width:] == tokenizer.pad_token_id).all() and (wide_labels[:, width:] == IGNORED).all()
    assert len(widths) > 1


@pytest.mark.parametrize("architecture", ["llama", "gemma2"])
def test_tokens_give_back_the_text_and_digits_stand_alone(architecture):
    texts = [text for _, text in islice(conversations(ELEMENTARY, set(), PROMPT, HABITS, Random(0)), 300)]
    tokenizer = train_tokenizer(texts, 800, architecture)
    for text in [*texts, "Görülmemiş bir söz: ₺ 1.234,56!  \n\n"]:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert tokenizer.decode(ids) == text
        for token in tokenizer.convert_ids_to_tokens(ids):
            assert len(token) == 1 or not any(character.isdigit() for character in token)


def test_the_rejected_answer_of_a_slip_is_wrong_and_tagged():
    for seed in range(300):
        draw = Random(seed)
        problem = draw.choice(ELEMENTARY).draw(draw)
        slip = with_slip(problem, draw)
        answer = slip.split("<cevap>\n")[1].split("\n</cevap>")[0]
        from finmath_grpo.numbers import parse_turkish

        assert parse_turkish(answer) not in (None, problem.value)


def test_preference_pairs_are_a_function_of_the_seed():
    first, again, other = (list(islice(preference_pairs(ELEMENTARY, set(), PROMPT, s), 20)) for s in (1, 1, 2))
    assert first == again != other


def test_the_learning_rate_warms_up_holds_and_falls_to_zero():
    factors = [learning_rate_factor(step, 100, 10, 0.5) for step in range(100)]
    assert factors[0] == 0.1 and factors[9:50] == [1.0] * 41
    assert factors[50:] == sorted(factors[50:], reverse=True) and 0 < factors[-1] <= 0.02


def test_a_family_that_is_all_held_out_does_not_hang_the_draw_of_the_others():
    one = Family("one", "", lambda draw: Problem((1,), "?", "1", 1, "TL"))
    two = Family("two", "", lambda draw: Problem((2,), "?", "2", 2, "TL"))
    drawn = {draw_problem((one, two), {("one", ("1",))}, Random(seed)).numbers for seed in range(20)}
    assert drawn == {(2,)}


@pytest.mark.parametrize("architecture", ["llama", "gemma2"])
def test_the_loss_and_its_gradients_are_those_that_transformers_computes_over_all_tokens(architecture):
    texts = ["bir iki üç dört beş altı yedi sekiz dokuz on"] * 20
    tokenizer = train_tokenizer(texts, 300, architecture)
    shape = {"hidden_size": 32, "layers": 2, "heads": 2, "key_value_heads": 1, "head_dim": 16, "intermediate_size": 48}
    model = new_model(Architecture(type=architecture, max_position=64, **shape), tokenizer, seed=1)
    drawn = np.random.default_rng(1)
    ids = drawn.integers(0, len(tokenizer), (5, 12))
    labels = np.where(drawn.random((5, 12)) < 0.4, ids, IGNORED)
    labels[2] = IGNORED
    labels[3, 0] = ids[3, 0]
    loss = backward(model, ids, labels, "cpu")
    gradients = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    model.zero_grad()
    expected = model(input_ids=torch.from_numpy(ids), labels=torch.from_numpy(labels)).loss
    expected.backward()
    torch.testing.assert_close(loss, expected.detach())
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(gradients[name], parameter.grad, atol=1e-6, rtol=1e-4)


def test_muon_by_stacks_of_one_shape_updates_as_torch_does_matrix_by_matrix():
    def matrices() -> list[torch.nn.Parameter]:
        torch.manual_seed(0)
        return [torch.nn.Parameter(torch.randn(shape)) for shape in ((16, 16), (48, 16), (16, 16), (16, 48), (48, 16))]

    ours, theirs = matrices(), matrices()
    settings = {"lr": 0.01, "momentum": 0.95, "weight_decay": 0.1}
    stacked = StackedMuon(ours, **settings)
    torchs = torch.optim.Muon(theirs, adjust_lr_fn="match_rms_adamw", **settings)
    for step in range(3):
        for optimizer in (stacked, torchs):
            optimizer.param_groups[0]["lr"] = 0.01 / (1 + step)
        for one, other in zip(ours, theirs, strict=True):
            one.grad = torch.randn_like(one)
            other.grad = one.grad.clone()
        stacked.step()
        torchs.step()
    before = matrices()
    for one, other, old in zip(ours, theirs, before, strict=True):
        assert not torch.equal(one, old)
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)
