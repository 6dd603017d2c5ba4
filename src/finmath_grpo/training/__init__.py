"""Training of a base model: GRPO and DPO with a LoRA adapter, and the merge."""
