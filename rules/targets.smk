# What can be asked for: an experiment by its name, or any file of it.


def artifacts(experiment):
    """Every final artifact of an experiment; the files between them follow."""
    return [
        *expand("results/{e}/figures/{f}.{ext}", e=experiment, f=figures_of(experiment), ext=["png", "html"]),
        *expand("results/{e}/{file}", e=experiment, file=["claims.json", "claims.md", "report/index.html"]),
    ]


try:
    DEFAULT, WHY = experiments.default_experiment(EXPERIMENTS, os.environ, gpu=experiments.gpu_visible())
except UserError as error:
    sys.exit(f"error: {error}")
if not any("--mode" in word or "--target-jobs" in word for word in sys.argv):
    print(f"Default experiment: {DEFAULT} ({WHY}).", file=sys.stderr)
