// The reader of completions and of what was sampled in training. Texts come as scripts in data/, added when they are
// needed, as a page that is opened from a disk can't fetch. They are set as text and never as markup.
"use strict";

const carried = JSON.parse(document.getElementById("carried").textContent);
const { models, evaluation, training } = carried;
const byId = (id) => document.getElementById(id);

// ---- Data files -------------------------------------------------------------------------------------------------

const loading = new Map();

/** Called by each data file, with its name and what is in it. */
function deliver(name, value) {
  loading.get(name)?.resolve(value);
}

/** A promise of the content of data file `name`. */
function load(name) {
  if (!loading.has(name)) {
    const entry = {};
    entry.promise = new Promise((resolve, reject) => {
      entry.resolve = resolve;
      const script = document.createElement("script");
      script.src = `${name}.js`;
      script.onerror = () => {
        loading.delete(name);
        reject(new Error(`${name}.js can't be read. The folder data/ belongs beside this page.`));
      };
      document.head.append(script);
    });
    loading.set(name, entry);
  }
  return loading.get(name).promise;
}

// ---- Elements ---------------------------------------------------------------------------------------------------

/** An element with attributes and children; a string child is text. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "colour") made.style.setProperty("--c", value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Text nodes of what a model or user wrote; a character that can't be seen or that turns the line around is named. */
function written(text) {
  return text.split(/([\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}])/u).filter(Boolean).map((part) => {
    if (part === "\n" || part === "\t" || !/^[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]$/u.test(part)) return part;
    const code = part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    return element("span", { class: "unseen", lang: "en" }, `U+${code}`);
  });
}

/** A completion, with the answer that scoring extracts marked: after the last <cevap>, up to the next </cevap>. */
function completion(text, name) {
  const box = element("pre", { class: "completion", lang: "tr", dir: "ltr", tabindex: "0", role: "region", "aria-label": name });
  const opening = text.lastIndexOf("<cevap>");
  if (opening < 0) {
    box.append(...written(text));
  } else {
    const start = opening + "<cevap>".length;
    const closing = text.indexOf("</cevap>", start);
    const end = closing < 0 ? text.length : closing;
    box.append(...written(text.slice(0, start)), element("mark", {}, ...written(text.slice(start, end))), ...written(text.slice(end)));
  }
  return box;
}

/** A list of terms, each with what it is; `code` is set as what was written. */
function facts(entries) {
  const list = element("dl", { class: "facts" });
  for (const [term, value, style] of entries) {
    list.append(element("div", { class: style ?? null }, element("dt", {}, term), element("dd", {}, ...written(String(value)))));
  }
  return list;
}

function questionText(question) {
  return element("p", { class: "text", lang: "tr" }, ...written(question.question));
}

function goldFacts(question) {
  return [["Recorded answer", question.answer], ["Value", question.value], ...(question.answer_unit ? [["In", question.answer_unit]] : [])];
}

/** Radio buttons in a fieldset; `choose` gets the place of the one chosen. */
function segments(fieldset, names, chosen, choose) {
  fieldset.querySelector(".row")?.remove();
  fieldset.hidden = names.length < 2;
  const row = element("div", { class: "row" });
  names.forEach((name, place) => {
    const input = element("input", { type: "radio", name: fieldset.id, value: place });
    input.checked = place === chosen;
    input.addEventListener("change", () => choose(place));
    row.append(element("label", {}, input, element("span", {}, name)));
  });
  fieldset.append(row);
}

function check(fieldset, place) {
  const input = fieldset.querySelectorAll("input")[place];
  if (input) input.checked = true;
}

function options(select, entries) {
  select.append(...entries.map(([value, text]) => element("option", { value }, text)));
}

/** What the address says after `#`, and putting it there without a step back in the history. */
const address = {
  read: () => new URLSearchParams(location.hash.slice(1)),
  write: (entries) => history.replaceState(null, "", `#${new URLSearchParams(entries)}`),
};

// ---- Completions ------------------------------------------------------------------------------------------------

const OUTCOMES = {
  right: "right", separators: "separators swapped", rounding: "rounding", unit: "contradicting unit",
  wrong: "wrong value", unreadable: "no single number", no_answer: "no answer tag", cut_off: "cut off",
};
const SCORERS = { exact: "exact match", no_punctuation: "no punctuation", numeric: "right value" };

function startReader() {
  const { questions, temperatures, samples, scorers } = evaluation;
  const chosen = { question: 0, temperature: 0, sample: 0, model: null };
  let shown = questions.map((_, place) => place);
  let deep = null; // texts of all questions, once the search is in them too
  const file = (place) => `data/questions/${String(place).padStart(3, "0")}`;
  const items = [];
  const narrow = window.matchMedia("(max-width: 60rem)"); // as in report.css: the list stands above the texts

  const cell = () => chosen.temperature * samples + chosen.sample;
  const bit = () => 1 << scorers.indexOf(byId("scorer").value);
  const has = (question, model, place) => (Number(questions[question].solved[model][place]) & bit()) > 0;

  function solves(question, model) {
    if (byId("scope").value === "here") return has(question, model, cell());
    return [...questions[question].solved[model]].some((digit) => Number(digit) & bit());
  }

  function matches(place) {
    const question = questions[place];
    if (byId("unit").value && question.unit !== byId("unit").value) return false;
    if (byId("family").value && question.family !== byId("family").value) return false;
    const solved = models.map((_, model) => solves(place, model));
    const test = { "": null, any: solved.some(Boolean), every: solved.every(Boolean) };
    models.forEach((model, index) => { test[`model ${model.id}`] = solved[index]; });
    if (test[byId("solved").value] === false || test[byId("unsolved").value] === true) return false;
    const wanted = fold(byId("search").value.trim());
    if (!wanted) return true;
    const texts = [question.id, question.unit, question.family, question.question, question.answer, question.value];
    if (texts.some((text) => fold(text).includes(wanted))) return true;
    return deep !== null && deep[place].some((rows) => rows.some(([text]) => text !== null && fold(text).includes(wanted)));
  }

  // In Turkish I and ı, İ and i are pairs; to a search all four are one letter.
  function fold(text) {
    return text.toLocaleLowerCase("tr").replaceAll("ı", "i");
  }

  function makeList() {
    questions.forEach((question, place) => {
      const dots = element("span", { class: "dots", "aria-hidden": "true" }, ...models.map((model) => element("span", { colour: model.colour })));
      const item = element("li", { role: "option", id: `option-${place}`, "aria-selected": "false" },
        element("span", { class: "line" }, element("span", {}, ...written(question.id)), dots),
        element("span", { class: "text", lang: "tr" }, ...written(question.question)));
      item.addEventListener("click", () => {
        choose({ question: place });
        if (narrow.matches) byId("question").scrollIntoView();
      });
      items.push(item);
    });
    byId("questions").append(...items);
  }

  /** Filters, marks and counts: whatever of the list depends on the choices. */
  function refreshList() {
    shown = questions.map((_, place) => place).filter(matches);
    const visible = new Set(shown);
    items.forEach((item, place) => {
      item.hidden = !visible.has(place);
      const solvers = models.filter((model, index) => {
        const right = solves(place, index);
        item.querySelectorAll(".dots span")[index].classList.toggle("on", right);
        return right;
      });
      item.setAttribute("aria-label", `${questions[place].id}, solved by ${solvers.map((model) => model.label).join(", ") || "no model"}`);
    });
    byId("count").textContent = `${shown.length} of ${questions.length} questions`;
  }

  /** Change the choice, then show it. */
  function show(change, move = true) {
    Object.assign(chosen, { model: null }, change);
    check(byId("temperature"), chosen.temperature);
    check(byId("sample"), chosen.sample);
    refreshList();
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen.question)));
    byId("questions").setAttribute("aria-activedescendant", `option-${chosen.question}`);
    if (move) within(byId("questions"), items[chosen.question]);
    showQuestion();
    return showCards();
  }

  /** Scroll the list so that the item is seen; the page stays where it is. */
  function within(list, item) {
    const [outer, inner] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
    if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top;
    else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
  }

  function choose(change) {
    const done = show(change);
    address.write(place());
    return done;
  }

  function place(model) {
    const entries = { q: questions[chosen.question].id, t: temperatures[chosen.temperature], s: chosen.sample };
    return model ? { ...entries, m: model } : entries;
  }

  function showQuestion() {
    const question = questions[chosen.question];
    const right = models.filter((_, model) => has(chosen.question, model, cell())).length;
    byId("question").replaceChildren(
      element("h3", {}, ...written([question.id, question.unit, question.family].filter(Boolean).join(" · "))),
      questionText(question),
      facts([...goldFacts(question), [`Here, by ${SCORERS[byId("scorer").value]}`, `${right} of ${models.length} models`]]));
  }

  async function showCards() {
    const wanted = chosen.question;
    let rows;
    try {
      rows = await load(file(wanted));
    } catch (error) {
      byId("cards").replaceChildren(element("p", { class: "problem", role: "alert" }, error.message));
      return;
    }
    if (wanted !== chosen.question) return;
    byId("cards").replaceChildren(...models.map((model, index) => card(model, index, rows[index])));
    byId("cards").querySelector(".linked")?.scrollIntoView({ block: "center" });
  }

  function card(model, index, rows) {
    const [text, finish, tokens, outcome, extracted] = rows[cell()];
    const name = evaluation.outcomes[outcome];
    const digit = Number(questions[chosen.question].solved[index][cell()]);
    const passed = scorers.filter((_, place) => digit & (1 << place)).map((scorer) => SCORERS[scorer]);
    const passes = passed.length === scorers.length ? "every scorer" : passed.join(", ") || "no scorer";
    const link = element("a", { href: `#${new URLSearchParams(place(model.id))}`, "aria-label": `Link to this completion of ${model.label}` }, "link");
    return element("article", { class: chosen.model === model.id ? "card linked" : "card", colour: model.colour, "aria-label": model.label },
      element("header", {}, element("h4", {}, model.label), element("span", { class: `badge ${name}` }, OUTCOMES[name])),
      facts([
        ["Answer", extracted || "(empty)", "answer"], ["Passes", passes],
        ["Tokens", tokens], ...(finish === null ? [] : [["Finish", finish]]),
      ]),
      text === null
        ? element("p", { class: "completion" }, "The record keeps the scores of this completion and not its text.")
        : completion(text, `Completion of ${model.label}`),
      element("div", { class: "foot" }, strip(model, index, rows), link));
  }

  /** All completions of a model for this question as small squares: a column a temperature, a row a sample. */
  function strip(model, index, rows) {
    const grid = element("div", { class: "strip", "aria-hidden": "true" });
    grid.style.gridTemplateColumns = `repeat(${temperatures.length}, max-content)`;
    for (let sample = 0; sample < samples; sample += 1) {
      temperatures.forEach((temperature, column) => {
        const at = column * samples + sample;
        const square = element("i", { title: `temperature ${temperature}, completion ${sample + 1}: ${OUTCOMES[evaluation.outcomes[rows[at][3]]]}` });
        square.classList.toggle("on", has(chosen.question, index, at));
        square.classList.toggle("here", at === cell());
        square.addEventListener("click", () => choose({ temperature: column, sample }));
        grid.append(square);
      });
    }
    return grid;
  }

  function step(places) {
    const at = shown.indexOf(chosen.question);
    const next = at < 0 ? shown.find((place) => place > chosen.question) ?? shown[0] : shown[at + places];
    if (next !== undefined) choose({ question: next });
  }

  function turn(key, places, count) {
    const next = chosen[key] + places;
    if (next >= 0 && next < count) choose({ [key]: next });
  }

  async function searchDeep() {
    if (byId("deep").checked && deep === null) {
      byId("count").textContent = "Reading all completions …";
      try {
        deep = await Promise.all(questions.map((_, place) => load(file(place))));
      } catch (error) {
        byId("deep").checked = false;
        byId("count").textContent = error.message;
        return;
      }
    }
    if (!byId("deep").checked) deep = null;
    refreshList();
  }

  /** Follow the address; false if it names no completion. */
  function follow() {
    const entries = address.read();
    if (!entries.has("q")) return false;
    const question = questions.findIndex(({ id }) => id === entries.get("q"));
    if (question < 0) {
      byId("question").replaceChildren(element("p", { class: "problem", role: "alert" }, "There is no question ", ...written(entries.get("q")), "."));
      byId("cards").replaceChildren();
      return true;
    }
    show({
      question,
      temperature: Math.max(0, temperatures.indexOf(entries.get("t"))),
      sample: Math.min(Math.max(0, Number.parseInt(entries.get("s") ?? "0", 10) || 0), samples - 1),
      model: entries.get("m"),
    });
    if (!entries.has("m")) byId("completions").scrollIntoView();
    return true;
  }

  const distinct = (key) => [...new Set(questions.map((question) => question[key]).filter(Boolean))].sort((a, b) => a.localeCompare(b, "tr"));
  const everyone = [...models.map((model) => [`model ${model.id}`, model.label])];
  options(byId("unit"), [["", "all"], ...distinct("unit").map((name) => [name, name])]);
  options(byId("family"), [["", "all"], ...distinct("family").map((name) => [name, name])]);
  options(byId("solved"), [["", "(whoever)"], ["any", "some model"], ["every", "every model"], ...everyone]);
  options(byId("unsolved"), [["", "(no one)"], ["any", "any model"], ["every", "every model"], ...everyone]);
  options(byId("scorer"), [...scorers].reverse().map((name) => [name, SCORERS[name]]));
  segments(byId("temperature"), temperatures, 0, (temperature) => choose({ temperature }));
  segments(byId("sample"), Array.from({ length: samples }, (_, sample) => String(sample + 1)), 0, (sample) => choose({ sample }));
  makeList();
  byId("filters").open = !narrow.matches;

  document.querySelector(".finder").addEventListener("submit", (event) => event.preventDefault());
  byId("search").addEventListener("input", refreshList);
  byId("deep").addEventListener("change", searchDeep);
  byId("deep").closest("label").hidden = !evaluation.written.some(Boolean);
  for (const id of ["unit", "family", "solved", "unsolved", "scope"]) byId(id).addEventListener("change", refreshList);
  byId("scorer").addEventListener("change", () => show({}));
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("questions").addEventListener("keydown", (event) => {
    const places = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (places) {
      event.preventDefault();
      step(places);
    }
  });
  const keys = {
    j: () => step(1), k: () => step(-1),
    l: () => turn("temperature", 1, temperatures.length), h: () => turn("temperature", -1, temperatures.length),
    "]": () => turn("sample", 1, samples), "[": () => turn("sample", -1, samples),
    "/": () => byId("search").focus(),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea");
    // AltGr, which types [ and ] on a Turkish keyboard, comes as Ctrl and Alt together on some systems.
    const modified = event.metaKey || (event.ctrlKey !== event.altKey);
    if (typing || modified || !byId("shortcuts").checked || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  window.addEventListener("hashchange", follow);
  if (!follow()) show({}, false);
}

// ---- Training ---------------------------------------------------------------------------------------------------

function startTraining() {
  const chosen = { run: 0, step: 0, group: 0 };
  const steps = () => training[chosen.run].steps;
  const label = (id) => models.find((model) => model.id === id)?.label ?? id;
  const fixed = (value) => (value === null ? "none" : value.toFixed(3).replace("-", "−"));

  async function show(change) {
    Object.assign(chosen, change);
    chosen.step = Math.min(chosen.step, steps().length - 1);
    byId("run").value = chosen.run;
    byId("step").max = steps().length - 1;
    byId("step").value = chosen.step;
    byId("step").setAttribute("aria-valuetext", `step ${steps()[chosen.step]}`);
    byId("step-number").textContent = `${steps()[chosen.step]} of ${steps().at(-1)}`;
    const wanted = { ...chosen };
    let step;
    try {
      step = (await load(`data/training/${training[wanted.run].model}`))[wanted.step];
    } catch (error) {
      byId("rollouts").replaceChildren(element("p", { class: "problem", role: "alert" }, error.message));
      return;
    }
    if (wanted.run !== chosen.run || wanted.step !== chosen.step || wanted.group !== chosen.group) return;
    chosen.group = Math.min(chosen.group, step.groups.length - 1);
    segments(byId("group"), step.groups.map((group) => group.id), chosen.group, (group) => choose({ group }));
    const group = step.groups[chosen.group];
    byId("rollout-question").replaceChildren(
      element("h3", {}, ...written(group.id)), questionText(group),
      facts([...goldFacts(group), ["Shown", `${step.groups.length} of ${step.of} groups of step ${step.step}`]]));
    byId("rollouts").replaceChildren(...group.completions.map((row, place) => card(row, place, group.completions.length)));
  }

  function card([text, advantage, rewards], place, count) {
    const model = models.find(({ id }) => id === training[chosen.run].model);
    const total = Object.values(rewards).reduce((sum, value) => sum + (value ?? 0), 0);
    return element("article", { class: "card", colour: model?.colour ?? "currentColor", "aria-label": `Completion ${place + 1} of ${count}` },
      element("header", {}, element("h4", {}, `Completion ${place + 1}`),
        element("span", { class: `badge ${advantage > 0 ? "above" : advantage < 0 ? "below" : ""}` }, `advantage ${fixed(advantage)}`)),
      facts([["Reward", fixed(total)], ...Object.entries(rewards).map(([name, value]) => [name, fixed(value)])]),
      completion(text, `Completion ${place + 1} of ${count}`));
  }

  function choose(change) {
    const done = show(change);
    address.write({ run: training[chosen.run].model, step: steps()[chosen.step], group: chosen.group });
    return done;
  }

  function follow() {
    const entries = address.read();
    const run = training.findIndex(({ model }) => model === entries.get("run"));
    if (run < 0) return false;
    show({
      run,
      step: Math.max(0, training[run].steps.indexOf(Number(entries.get("step")))),
      group: Math.max(0, Number.parseInt(entries.get("group") ?? "0", 10) || 0),
    });
    byId("training").scrollIntoView();
    return true;
  }

  options(byId("run"), training.map(({ model }, place) => [place, label(model)]));
  byId("run").addEventListener("change", (event) => choose({ run: Number(event.target.value) }));
  byId("step").addEventListener("input", (event) => choose({ step: Number(event.target.value) }));
  window.addEventListener("hashchange", follow);
  if (follow()) return;
  // Its texts are read when the section comes into sight.
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    if (!byId("rollouts").childElementCount) show({});
  });
  watch.observe(byId("training"));
}

if (evaluation) startReader();
if (training.length) startTraining();
