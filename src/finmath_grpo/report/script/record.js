// The record of the run, and the post's figures beside ours. Both lie in data/ without a rule that makes them: they are
// written when a run of the workflow ends.

const MIB = 2 ** 20;

function startRecord() {
  let begun = false;
  starting.set("run", async () => {
    if (begun) return;
    begun = true;
    try {
      byId("record").replaceChildren(...recordOf(await load("run")));
    } catch {
      begun = false;
      byId("record").replaceChildren(element("p", { class: "problem" },
        "There is no record of the run beside this page (data/run.js). A run of the workflow writes it as it ends; so does ",
        element("code", {}, `.venv/bin/python -m finmath_grpo.workflow.provenance --experiment ${carried.experiment}`), "."));
    }
  });
}

function recordOf(record) {
  return [
    element("p", {}, "Written when the last run of the workflow ended. All of it, and the hash of every file, is in ", element("a", { href: "../provenance.json" }, "provenance.json"), "."),
    ...environmentsOf(record), ...jobsOf(record), ...configOf(record),
  ];
}

function environmentsOf({ environments, fetched }) {
  const rows = environments.map((found, place) => {
    const { host, system, processor, cores, memory, gpus } = found.machine;
    return [
      String(place + 1),
      element("code", {}, found.sources.commit ? `${found.sources.commit.slice(0, 12)}${found.sources.dirty ? ", changed" : ""}` : "unknown"),
      `${host}: ${processor}, ${cores} cores, ${Math.round(memory / MIB / 1024)} GiB`,
      gpus.length ? gpus.map((gpu) => (typeof gpu === "string" ? gpu : gpu.name ?? JSON.stringify(gpu))).join(", ") : "none",
      system, found.image ?? "none",
      [`Python ${found.python}`, ...found.tools.map((tool) => `${tool} ${found.packages[tool]}`)].join(", "),
    ];
  });
  const packages = environments.map((found, place) => element("details", {}, element("summary", {}, `All ${Object.keys(found.packages).length} packages of environment ${place + 1}`),
    element("p", { class: "packages" }, ...written(Object.entries(found.packages).sort().map(([name, version]) => `${name} ${version}`).join(", ")))));
  const models = Object.entries(fetched);
  return [
    element("h3", {}, "Where it ran"),
    table("Environments", ["No.", "Commit", "Machine", "GPU", "System", "Image", "Versions"], rows), ...packages,
    ...(models.length ? [element("h3", {}, "Models fetched"), table("Models fetched", ["Model", "Source"],
      models.map(([model, source]) => [model, Object.entries(source).map(([key, value]) => `${key} ${value}`).join(", ")]))] : []),
  ];
}

function bar(value, most) {
  const inner = element("span", { class: "bar", "aria-hidden": "true" });
  inner.style.setProperty("--w", `${most ? (100 * value) / most : 0}%`);
  return inner;
}

/** A name that may go on in a new line after each `/` or `_`. */
function breakable(name) {
  return name.match(/[^/_]*[/_]?/g).filter(Boolean).flatMap((part, place) => [...(place ? [element("wbr", {})] : []), ...written(part)]);
}

function jobsOf({ jobs, environments, unknown }) {
  const [longest, largest] = ["seconds", "peak_memory"].map((key) => Math.max(...jobs.map((job) => job[key] ?? 0)));
  const total = jobs.reduce((sum, job) => sum + job.seconds, 0);
  const rows = jobs.map((job) => [
    element("span", {}, ...breakable(job.name), environments.length > 1 ? ` (${job.environment + 1})` : ""),
    job.started.slice(0, 19).replace("T", " "),
    element("span", { class: "measure" }, `${job.seconds.toFixed(1)} s`, bar(job.seconds, longest)),
    element("span", { class: "measure" }, job.peak_memory ? `${Math.round(job.peak_memory / MIB).toLocaleString("en")} MiB` : "unknown", bar(job.peak_memory ?? 0, largest)),
    element("span", {}, element("a", { href: job.log, "aria-label": `log of ${job.name}` }, "log"), " ", element("a", { href: job.record, "aria-label": `record of ${job.name}` }, "record")),
  ]);
  return [
    element("h3", {}, "Time and memory of each job"),
    element("p", {}, `${jobs.length} jobs, ${Math.round(total).toLocaleString("en")} s in all, one after another.`),
    table("Jobs", ["Job", "Started (UTC)", "Time", "Peak memory", "Files"], rows),
    ...Object.entries(unknown).slice(0, 5).map(([why, count]) => element("p", { class: "hint" }, ...written(`${count} files whose job is not known: ${why}`))),
  ];
}

function configOf({ config }) {
  const value = (text) => (text === null || text === undefined ? element("span", { class: "interval" }, "not set") : element("code", {}, ...written(text)));
  const differing = config.settings.filter(([, own, base]) => own !== base);
  const all = element("details", {}, element("summary", {}, `All ${config.settings.length} settings`),
    table("All settings", ["Setting", "Value"], config.settings.filter(([, own]) => own !== null).map(([key, own]) => [key, value(own)])));
  return [
    element("h3", {}, "Settings"),
    element("p", {}, element("code", {}, config.file), config.base ? `, which extends ${config.base}. What differs from it:` : ", which extends no other config."),
    ...(config.base ? [table("What differs", ["Setting", "Here", `In ${config.base}`], differing.map(([key, own, base]) => [key, value(own), value(base)]))] : []),
    all,
  ];
}

function startBeside() {
  let begun = false;
  starting.set("figures", async () => {
    if (begun || !byId("pairs")) return;
    begun = true;
    let drawn = [];
    try {
      drawn = await load("published");
    } catch {
      begun = false;
    }
    let count = 0;
    for (const pair of byId("pairs").children) {
      const { figure, title, png, html } = pair.dataset;
      pair.hidden = !drawn.includes(figure);
      if (pair.hidden) continue;
      count += 1;
      const folder = "../../published/figures";
      const twin = (address, page, whose) => element("figure", {},
        element("a", { href: page }, element("img", { src: address, alt: `${title}: ${whose}`, loading: "lazy" })), element("figcaption", {}, whose));
      pair.replaceChildren(element("h4", {}, title), element("div", {}, twin(`${folder}/${figure}.png`, `${folder}/${figure}.html`, "the post's numbers"), twin(png, html, `this run, ${carried.experiment}`)));
    }
    byId("beside-state").textContent = count ? "" : "The figures of the post's numbers are not beside this run. ";
    if (!count) byId("beside-state").append(element("code", {}, ".venv/bin/snakemake --cores all published"), " draws them.");
  });
}
