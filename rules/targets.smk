# What can be asked for: an experiment by its name, or any file of it.


def default_experiment():
    """`FINMATH_EXPERIMENT`, or `smoke`, or in the CUDA image `small` where a GPU is visible; and why."""
    chosen = os.environ.get("FINMATH_EXPERIMENT")
    if chosen:
        if chosen not in EXPERIMENTS:
            sys.exit(f"error: FINMATH_EXPERIMENT={chosen}: expected one of {', '.join(EXPERIMENTS)}")
        return chosen, "FINMATH_EXPERIMENT says so"
    if os.environ.get("FINMATH_STACK") == "cuda" and Path("/dev/nvidiactl").exists():
        return "small", "a GPU is visible"
    return "smoke", "it runs anywhere; set FINMATH_EXPERIMENT for another"


def artifacts(experiment):
    """Every final artifact of an experiment; the files between them follow."""
    return expand("results/{e}/figures/{f}.{ext}", e=experiment, f=figures_of(experiment), ext=["png", "html"])


DEFAULT, WHY = default_experiment()
if not any("--mode" in word or "--target-jobs" in word for word in sys.argv):
    print(f"Default experiment: {DEFAULT} ({WHY}).", file=sys.stderr)
