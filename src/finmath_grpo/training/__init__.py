"""Training: GRPO and DPO of an adapter, the rollouts' engines, and the merge with its proof."""

from finmath_grpo.gpu_environment import set_environment

# TRL imports vLLM when it is imported itself, and what vLLM reads must stand by then.
set_environment()
