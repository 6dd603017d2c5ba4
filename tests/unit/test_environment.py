"""What stands in the user's shell changes no result."""

from finmath_grpo.workflow.environment import make_own


def test_variables_of_other_launchers_reach_no_job():
    kept = {"PATH": "/bin", "CUDA_VISIBLE_DEVICES": "1", "SLURM_JOB_ID": "7", "OMP_NUM_THREADS": "1", "FRANK": "x"}
    others = {
        **{"ACCELERATE_MIXED_PRECISION": "bf16", "ACCELERATE_GRADIENT_ACCUMULATION_STEPS": "4"},
        **{"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "LOCAL_WORLD_SIZE": "1", "TORCHELASTIC_RUN_ID": "none"},
        **{"MASTER_ADDR": "node1", "MASTER_PORT": "29500", "PYTHONOPTIMIZE": "2", "PYTHONHASHSEED": "random"},
    }
    environment = {**kept, **others}
    make_own(environment)
    assert environment == {**kept, "PYTHONHASHSEED": "0"}
