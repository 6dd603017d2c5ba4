# What holds for every run and is no stage: one run at a time, a machine that can do it, and where each file came from.

from snakemake.io import _IOFile

from finmath_grpo.errors import in_words
from finmath_grpo.figures import browser
from finmath_grpo.workflow import doctor as doctors
from finmath_grpo.workflow import cluster, console, gpu_slot, metadata, provenance, unchanged

if workflow.is_main_process and not COMMAND.only_reads:
    ASKED = command.asked_for(COMMAND.targets, experiments, DEFAULT)
    with in_words():
        # Before `hold` deletes temporary files.
        cluster.refuse_beside_orphans(Path())
        HELD = hold.hold(Path("results"))
        # Jobs on this machine end when this process is killed, so that none runs beside the next run's.
        os.environ[hold.HOLDER] = str(os.getpid())
        unchanged.check(unchanged.made_for(ASKED))
    provenance.catch_up(ASKED, experiments)


# Whatever is asked, `-n` too: what changed is what has other content.
if workflow.is_main_process:
    metadata.compare_by_content(_IOFile, metadata.edited(metadata.read_makings("results/").values()))


# One GPU unless --resources says otherwise; on a cluster's node as many as the job asked for.
if not workflow.remote_exec:
    GPU_JOBS = workflow.global_resources.setdefault("gpu", 1).value
    if workflow.is_main_process:
        os.environ[gpu_slot.AT_ONCE] = str(GPU_JOBS)
    # Asked once jobs are planned: before that Snakemake does not know whether they run here.
    needs.jobs_per_gpu = lambda: gpu_slot.jobs_per_gpu(os.environ) if workflow.local_exec else 1


# Before the first job. The machine matters for jobs of this one only: a cluster's nodes have other hardware.
onstart:
    with in_words():
        unchanged.check_planned((job.input, job.output) for job in workflow.dag.needrun_jobs())
    if workflow.local_exec:
        doctors.check(
            [
                (job.rule.name, job.wildcards.get("experiment"), needs.gpus_asked(job.rule.name, job.wildcards))
                for job in workflow.dag.needrun_jobs()
            ],
            experiments,
            GPU_JOBS,
        )
        figures = sum(job.rule.name == "figure" for job in workflow.dag.needrun_jobs())
        # Jobs in images (`--sdm apptainer`) have browsers of their own.
        if figures > 1 and not workflow.deployment_settings.deployment_method:
            browser.share(Path("results/.snakemake/browser.log"))


if workflow.is_main_process:
    if COMMAND.leaves_target:
        print(f"Default experiment: {DEFAULT} ({WHY}).", file=sys.stderr)
    # The terminal gets one line per job; the file that a run names at its end has everything.
    if not (workflow.output_settings.verbose or workflow.output_settings.printshellcmds):
        console.be_brief(logger, COMMAND.only_reads, lambda: console.where(workflow.dag.jobs))


# No rule: it collects what the jobs recorded, after a failed run as well, and is never a reason to run anything.
onsuccess:
    provenance.write_all(console.experiments_of(workflow.dag.jobs), experiments)
    print(console.where(workflow.dag.jobs), file=sys.stderr)


onerror:
    provenance.write_all(console.experiments_of(workflow.dag.jobs), experiments)


rule doctor:
    log:
        "results/.snakemake/doctor.log",
    localrule: True
    shell:
        "python -m finmath_grpo.workflow.doctor 2>&1 | tee {log:q}"
