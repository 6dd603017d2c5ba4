// What was sampled in training: a run, a step, a group of completions of one question.

function startTraining() {
  const chosen = { run: 0, step: 0, group: 0 };
  const names = carried.training;
  let runs = null; // by model, its steps and their texts
  const steps = () => runs[names[chosen.run]].steps;
  const label = (id) => models.find((model) => model.id === id)?.label ?? id;
  const fixed = (value) => (value === null ? "none" : value.toFixed(3).replace("-", "−"));

  async function show() {
    const wanted = { ...chosen };
    let step;
    try {
      const run = runs[names[wanted.run]];
      run.content ??= inflate(run.texts);
      step = (await run.content)[wanted.step];
    } catch (error) {
      problem(byId("training-notice"), error.message);
      return;
    }
    if (wanted.run !== chosen.run || wanted.step !== chosen.step || wanted.group !== chosen.group) return;
    chosen.group = Math.min(chosen.group, step.groups.length - 1);
    byId("training-run").value = chosen.run;
    byId("step").max = steps().length - 1;
    byId("step").value = chosen.step;
    byId("step").setAttribute("aria-valuetext", `step ${steps()[chosen.step]}`);
    byId("step-number").textContent = `${steps()[chosen.step]} of ${steps().at(-1)}`;
    segments(byId("group"), step.groups.map((group) => group.id), chosen.group, (group) => choose({ group }));
    const group = step.groups[chosen.group];
    byId("rollout-question").replaceChildren(
      element("h3", {}, ...written(group.id)), questionText(group),
      facts([...goldFacts(group), ["Shown", `${step.groups.length} of ${step.of} groups of step ${step.step}`]]));
    byId("rollouts").replaceChildren(...group.completions.map((row, place) => card(row, place, group.completions.length)));
  }

  function card([text, advantage, rewards], place, count) {
    const model = models.find(({ id }) => id === names[chosen.run]);
    const total = Object.values(rewards).reduce((sum, value) => sum + (value ?? 0), 0);
    return element("article", { class: "card", colour: model?.colour ?? "currentColor", "aria-label": `Completion ${place + 1} of ${count}` },
      element("header", {}, element("h4", {}, `Completion ${place + 1}`),
        element("span", { class: `badge ${advantage > 0 ? "above" : advantage < 0 ? "below" : ""}` }, `advantage ${fixed(advantage)}`)),
      facts([["Reward", fixed(total)], ...Object.entries(rewards).map(([name, value]) => [name, fixed(value)])]),
      completion(text, `Completion ${place + 1} of ${count}`));
  }

  function choose(change) {
    problem(byId("training-notice"), "");
    Object.assign(chosen, change);
    chosen.step = Math.min(chosen.step, steps().length - 1);
    address.write({ run: names[chosen.run], step: steps()[chosen.step], group: chosen.group });
    return show();
  }

  async function ready() {
    try {
      runs ??= await load("training");
    } catch (error) {
      problem(byId("training-notice"), error.message);
    }
    return runs !== null;
  }

  following.training = async (entries) => {
    if (!await ready()) return;
    const unknown = [];
    const run = names.indexOf(entries.get("run"));
    if (run < 0) unknown.push(`no run ${entries.get("run")}`);
    chosen.run = Math.max(0, run);
    const step = entries.has("step") ? steps().indexOf(Number(entries.get("step"))) : 0;
    if (step < 0) unknown.push(`step ${entries.get("step")} is not among those shown`);
    chosen.step = Math.max(0, step);
    const group = Number(entries.get("group") ?? "0");
    if (!Number.isInteger(group) || group < 0) unknown.push(`no group ${entries.get("group")}`);
    chosen.group = Number.isInteger(group) && group >= 0 ? group : 0;
    await show();
    problem(byId("training-notice"), unknown.length ? `The address asks for what is not here: ${unknown.join("; ")}.` : "");
  };
  starting.set("training", async () => {
    if (!location.hash.includes("=") && await ready()) show();
  });

  options(byId("training-run"), names.map((name, place) => [place, label(name)]));
  byId("training-run").addEventListener("change", (event) => choose({ run: Number(event.target.value) }));
  byId("step").addEventListener("input", (event) => choose({ step: Number(event.target.value) }));
}
