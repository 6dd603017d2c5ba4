// The reader of completions: a list of questions, and for one of them what every model wrote at one temperature.

function startReader() {
  const { questions, temperatures, samples, scorers, words, outcomes } = evaluation;
  const chosen = { question: 0, temperature: 0, sample: 0, model: null };
  const filter = { ...NONE };
  const pinned = { left: null, right: null }; // completions to compare: {model, temperature, sample}
  let shown = [];
  let hits = null; // by question, the completions that hold what is searched for
  let landing = 0;
  const items = [];
  const narrow = window.matchMedia("(max-width: 60rem)"); // as in report.css: the list stands above the texts
  const fields = questions.map((question) => fold([question.id, question.unit, question.family, question.question, question.answer, question.value].join("\n")));

  const cell = () => chosen.temperature * samples + chosen.sample;
  const wanted = () => fold(filter.find.trim());

  // ---- The address

  function state(model = chosen.model) {
    const entries = { q: questions[chosen.question].id, t: temperatures[chosen.temperature], s: chosen.sample };
    if (model) entries.m = model;
    for (const [key, value] of Object.entries(filter)) if (value !== NONE[key]) entries[key] = value;
    for (const [key, value] of Object.entries(pinned)) if (value) entries[key] = `${value.model},${temperatures[value.temperature]},${value.sample}`;
    return entries;
  }

  const write = () => address.write(state());

  /** Take over what the address says; returns what of it there is not. */
  function take(entries) {
    const unknown = [];
    const known = new Set(["q", "t", "s", "m", "left", "right", ...Object.keys(NONE)]);
    for (const key of new Set(entries.keys())) if (!known.has(key)) unknown.push(`no setting ${key}`);
    for (const key of Object.keys(NONE)) {
      const value = entries.get(key) ?? NONE[key];
      const allowed = SELECTS.includes(key) ? [...byId(key).options].map((option) => option.value) : key === "deep" ? ["", "1"] : null;
      if (allowed && !allowed.includes(value)) unknown.push(`no ${key} ${value}`);
      filter[key] = allowed && !allowed.includes(value) ? NONE[key] : value;
    }
    const at = (name, value, list, fallback) => {
      if (value === null) return fallback;
      const place = list.indexOf(value);
      if (place < 0) unknown.push(`no ${name} ${value}`);
      return place < 0 ? fallback : place;
    };
    const all = Array.from({ length: samples }, (_, sample) => String(sample));
    chosen.question = at("question", entries.get("q"), questions.map(({ id }) => id), entries.has("q") ? chosen.question : -1);
    chosen.temperature = at("temperature", entries.get("t"), temperatures, chosen.temperature);
    chosen.sample = at("sample", entries.get("s"), all, chosen.sample);
    chosen.model = entries.get("m");
    if (chosen.model !== null && !models.some(({ id }) => id === chosen.model)) {
      unknown.push(`no model ${chosen.model}`);
      chosen.model = null;
    }
    for (const key of ["left", "right"]) {
      pinned[key] = null;
      if (!entries.has(key)) continue;
      const [model, temperature, sample] = entries.get(key).split(",");
      const found = { model, temperature: temperatures.indexOf(temperature), sample: all.indexOf(sample ?? "") };
      if (models.some(({ id }) => id === model) && found.temperature >= 0 && found.sample >= 0) pinned[key] = found;
      else unknown.push(`no completion ${entries.get(key)}`);
    }
    return unknown;
  }

  // ---- The list

  function makeList() {
    questions.forEach((question, place) => {
      const dots = element("span", { class: "dots", "aria-hidden": "true" }, ...models.map((model) => element("span", { colour: model.colour })));
      const item = element("li", { role: "option", id: `option-${place}`, "aria-selected": "false" },
        element("span", { class: "line" }, element("span", {}, ...written(question.id)), element("span", { class: "found" }), dots),
        element("span", { class: "text", lang: "tr" }, ...written(question.question)),
        element("span", { class: "unheard" }));
      item.addEventListener("click", () => {
        open(place);
        if (narrow.matches) byId("question").scrollIntoView();
      });
      items.push(item);
    });
    byId("questions").append(...items);
  }

  /** Filters, marks and counts: whatever of the list depends on the choices. */
  function refreshList() {
    const text = wanted();
    hits = text && filter.deep && deepSearch.texts ? new Map() : null;
    shown = [];
    let completions = 0;
    questions.forEach((question, place) => {
      const counts = rightCounts(question, filter, chosen);
      let listed = passes(question, filter, chosen, counts);
      if (listed && text) {
        const found = hits ? holding(place, text) : { count: 0 };
        if (found.count) hits.set(place, found);
        listed = found.count > 0 || fields[place].includes(text);
      }
      const item = items[place];
      item.hidden = !listed;
      if (!listed) return;
      shown.push(place);
      if (filter.outcome) completions += wantedCells(question, filter, chosen).length;
      const dots = item.querySelector(".dots").children;
      counts.forEach((count, index) => dots[index].classList.toggle("on", count > 0));
      const solvers = models.filter((_, index) => counts[index]).map((model) => model.label);
      item.querySelector(".unheard").textContent = `, solved by ${solvers.join(", ") || "no model"}`;
      item.querySelector(".found").textContent = hits?.has(place) ? `${hits.get(place).count} ×` : "";
    });
    const counts = [`${shown.length} of ${questions.length} questions`];
    if (filter.outcome) counts.push(`${completions} completions: ${words[filter.outcome]}`);
    if (hits) counts.push(`${[...hits.values()].reduce((sum, found) => sum + found.count, 0)} completions hold the text`);
    byId("count").textContent = counts.join(" · ");
    byId("hits").hidden = !hits?.size;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen.question)));
    byId("questions").setAttribute("aria-activedescendant", `option-${chosen.question}`);
  }

  /** Scroll the list so that the item is seen; the page stays where it is. */
  function within(list, item) {
    const [outer, inner] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
    if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top;
    else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
  }

  // ---- What is shown

  function showControls() {
    for (const key of SELECTS) byId(key).value = filter[key];
    byId("search").value = filter.find;
    byId("deep").checked = filter.deep !== "";
    check(byId("temperature"), chosen.temperature);
    check(byId("sample"), chosen.sample);
  }

  function show(move = true) {
    showControls();
    refreshList();
    if (chosen.question < 0) chosen.question = shown[0] ?? 0;
    refreshSelection();
    if (move) within(byId("questions"), items[chosen.question]);
    showQuestion();
    return showCards();
  }

  function refreshSelection() {
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen.question)));
    byId("questions").setAttribute("aria-activedescendant", `option-${chosen.question}`);
  }

  /** Change the choice by hand, then show it and say it in the address. */
  function choose(change) {
    problem(byId("notice"), "");
    if ("question" in change && change.question !== chosen.question) Object.assign(pinned, { left: null, right: null });
    Object.assign(chosen, { model: null }, change);
    const done = show();
    write();
    return done;
  }

  /** Choose a question: at its first hit, or its first completion with the outcome, where one is looked for. */
  function open(place) {
    const first = hits?.has(place) ? hitsIn(hits.get(place))[0] : (filter.outcome ? wantedCells(questions[place], filter, chosen)[0] : null);
    return first ? land(place, first) : choose({ question: place });
  }

  function land(place, [model, at]) {
    return choose({ question: place, temperature: Math.floor(at / samples), sample: at % samples, model: models[model].id });
  }

  function change(key, value) {
    problem(byId("notice"), "");
    filter[key] = value;
    refreshList();
    showQuestion();
    write();
  }

  function showQuestion() {
    const question = questions[chosen.question];
    const right = question.solved.filter((cells) => cells[cell()] & scorerBit(filter)).length;
    byId("question").replaceChildren(
      element("h3", {}, ...written([question.id, question.unit, question.family, question.difficulty].filter(Boolean).join(" · "))),
      questionText(question),
      facts([...goldFacts(question), [`Here, by ${SCORERS[filter.scorer]}`, `${right} of ${models.length} models`]]));
  }

  async function showCards(jump = true) {
    const question = chosen.question;
    let rows;
    try {
      rows = await textsOf(question);
    } catch (error) {
      byId("cards").replaceChildren(element("p", { class: "problem", role: "alert" }, error.message));
      return;
    }
    if (question !== chosen.question) return;
    byId("cards").replaceChildren(...models.map((model, index) => card(model, index, rows[index])));
    showDifference(rows);
    if (jump && chosen.model) reveal();
  }

  /** Bring the completion that is linked to, and its first hit, into sight. */
  function reveal() {
    const linked = byId("cards").querySelector(".linked");
    if (!linked) return;
    linked.scrollIntoView({ block: "nearest" });
    const hit = linked.querySelector("mark.hit");
    if (hit) {
      const box = linked.querySelector(".completion");
      box.scrollTop += hit.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
      hit.scrollIntoView({ block: "nearest" });
    }
  }

  function card(model, index, rows) {
    const [text, finish, tokens, extracted, sums] = rows[cell()];
    const question = questions[chosen.question];
    const name = outcomes[question.outcomes[index][cell()]];
    const passed = scorers.filter((_, bit) => question.solved[index][cell()] & (1 << bit));
    const known = [];
    if (extracted !== null) known.push(["Answer", extracted || "(empty)", "answer"]);
    if (passed.length && passed.length < scorers.length) known.push(["Passes", passed.map((scorer) => SCORERS[scorer]).join(", ")]);
    if (sums.length) known.push(["Sums", `${sums.filter(([, , verdict]) => verdict <= ROUNDED).length} of ${sums.length} hold`]);
    known.push(["Tokens", tokens]);
    if (finish !== null && finish !== "stop") known.push(["Finish", finish]);
    const here = { model: model.id, temperature: chosen.temperature, sample: chosen.sample };
    const same = pinned.left && JSON.stringify(pinned.left) === JSON.stringify(here);
    const compare = element("button", { type: "button", class: "quiet", "aria-label": same ? `Compare no longer with ${model.label}` : `${pinned.left ? "Compare with the chosen one" : "Compare"}: ${model.label}` },
      same ? "Chosen" : pinned.left ? "Compare with chosen" : "Compare");
    compare.addEventListener("click", () => {
      if (same) Object.assign(pinned, { left: null, right: null });
      else if (pinned.left) pinned.right = here;
      else pinned.left = here;
      write();
      showCards(false).then(() => { if (pinned.right) byId("difference").scrollIntoView({ block: "nearest" }); });
    });
    const link = element("a", { href: `#${new URLSearchParams(state(model.id))}`, "aria-label": `Link to this completion of ${model.label}` }, "Link");
    return element("article", { class: chosen.model === model.id ? "card linked" : "card", colour: model.colour, "aria-label": model.label },
      element("header", {}, element("h4", {}, ...written(model.label)), element("span", { class: `badge ${name}` }, words[name])),
      facts(known),
      text === null
        ? element("p", { class: "completion" }, "The record keeps the scores of this completion and not its text.")
        : completion(text, `Completion of ${model.label}`, sums, wanted()),
      element("div", { class: "foot" }, strip(model, index), element("span", { class: "actions" }, ...(text === null ? [] : [compare]), link)));
  }

  /** All completions of a model for this question as small squares: a column a temperature, a row a sample. */
  function strip(model, index) {
    const question = questions[chosen.question];
    const grid = element("div", { class: "strip", "aria-hidden": "true" });
    grid.style.gridTemplateColumns = `repeat(${temperatures.length}, max-content)`;
    for (let sample = 0; sample < samples; sample += 1) {
      temperatures.forEach((temperature, column) => {
        const at = column * samples + sample;
        const square = element("i", { title: `temperature ${temperature}, sample ${sample}: ${words[outcomes[question.outcomes[index][at]]]}` });
        square.classList.toggle("on", (question.solved[index][at] & scorerBit(filter)) > 0);
        square.classList.toggle("here", at === cell());
        square.addEventListener("click", () => choose({ temperature: column, sample }));
        grid.append(square);
      });
    }
    return grid;
  }

  /** The two completions chosen to compare, side by side. */
  function showDifference(rows) {
    byId("difference").hidden = !(pinned.left && pinned.right);
    if (byId("difference").hidden) return;
    const [left, right] = [pinned.left, pinned.right].map((one) => {
      const index = models.findIndex(({ id }) => id === one.model);
      return { name: `${models[index].label}, temperature ${temperatures[one.temperature]}, sample ${one.sample}`, text: rows[index][one.temperature * samples + one.sample][0] ?? "" };
    });
    const pieces = differences(left.text, right.text);
    const close = element("button", { type: "button" }, "Close");
    close.addEventListener("click", () => {
      Object.assign(pinned, { left: null, right: null });
      write();
      showCards(false);
    });
    byId("difference").replaceChildren(
      element("header", {}, element("h4", {}, left.text === right.text ? "No difference" : "Difference, word by word"), close),
      element("div", { class: "sides" },
        element("div", {}, element("h5", {}, ...written(left.name)), side(pieces, "left", left.name)),
        element("div", {}, element("h5", {}, ...written(right.name)), side(pieces, "right", right.name))));
  }

  // ---- Steps and search

  function step(places) {
    const at = shown.indexOf(chosen.question);
    const next = at < 0 ? shown.find((place) => place > chosen.question) ?? shown[0] : shown[at + places];
    if (next !== undefined) open(next);
  }

  function turn(key, places, count) {
    const next = chosen[key] + places;
    if (next >= 0 && next < count) choose({ [key]: next });
  }

  function stepHit(places) {
    if (!hits?.size) return;
    const all = shown.flatMap((place) => (hits.has(place) ? hitsIn(hits.get(place)) : []).map((hit) => [place, hit]));
    const model = models.findIndex(({ id }) => id === chosen.model);
    const here = all.findIndex(([place, hit]) => place === chosen.question && hit[0] === model && hit[1] === cell());
    const next = here < 0 ? 0 : (here + places + all.length) % all.length;
    land(...all[next]);
  }

  /** Once typing pauses, go to the first completion that holds the text, unless one that does is shown. */
  function landSoon() {
    clearTimeout(landing);
    landing = setTimeout(() => {
      write();
      if (!hits?.size) {
        showCards(false);
        return;
      }
      const model = models.findIndex(({ id }) => id === chosen.model);
      const there = model >= 0 && hits.get(chosen.question)?.flags[model * temperatures.length * samples + cell()];
      if (there) showCards();
      else stepHit(1);
    }, 300);
  }

  async function searchDeep() {
    if (filter.deep && !deepSearch.texts) {
      byId("deep").disabled = true;
      try {
        await readAll((done) => { byId("count").textContent = `Reading completions: ${done} of ${questions.length} questions`; });
      } catch (error) {
        filter.deep = "";
        problem(byId("notice"), error.message);
      }
      byId("deep").disabled = false;
      showControls();
    }
    refreshList();
    if (filter.deep && wanted()) landSoon();
  }

  async function copyLink() {
    const link = String(location);
    let copied = true;
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      const box = element("textarea", {}, link);
      document.body.append(box);
      box.select();
      copied = document.execCommand("copy");
      box.remove();
    }
    byId("copy").textContent = copied ? "Copied" : "Can't copy; it is in the address bar";
    setTimeout(() => { byId("copy").textContent = "Copy link"; }, 2000);
  }

  function saveCsv() {
    const file = URL.createObjectURL(new Blob([csvOf(shown, filter, chosen)], { type: "text/csv" }));
    const link = element("a", { href: file, download: `${carried.experiment}-completions.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(file), 10_000);
  }

  // ---- Setting up

  const distinct = (key) => [...new Set(questions.map((question) => question[key]).filter(Boolean))].sort((a, b) => a.localeCompare(b, "tr"));
  const everyone = models.map((model) => [model.id, model.label]);
  const hardness = ["easy", "middle", "hard"].filter((name) => questions.some(({ difficulty }) => difficulty === name));
  const there = outcomes.filter((_, place) => questions.some((question) => question.outcomes.some((cells) => cells.includes(String(place)))));
  unpackIndex();
  options(byId("unit"), [["", "all"], ...distinct("unit").map((name) => [name, name])]);
  options(byId("family"), [["", "all"], ...distinct("family").map((name) => [name, name])]);
  options(byId("difficulty"), [["", "all"], ...hardness.map((name) => [name, name])]);
  options(byId("solved"), [["", "(whoever)"], [ANY, "some model"], [EVERY, "every model"], ...everyone]);
  options(byId("unsolved"), [["", "(no one)"], [ANY, "any model"], [EVERY, "every model"], ...everyone]);
  options(byId("better"), [["", "(whoever)"], ...everyone]);
  options(byId("worse"), [["", "(whoever)"], ...everyone]);
  options(byId("outcome"), [["", "all"], ...there.map((name) => [name, words[name]])]);
  options(byId("of"), [["", "any model"], ...everyone]);
  options(byId("scorer"), [...scorers].reverse().map((name) => [name, SCORERS[name]]));
  segments(byId("temperature"), temperatures, 0, (temperature) => choose({ temperature }));
  segments(byId("sample"), Array.from({ length: samples }, (_, sample) => String(sample)), 0, (sample) => choose({ sample }));
  byId("difficulty").closest("label").hidden = !hardness.length;
  makeList();
  byId("filters").open = !narrow.matches;

  document.querySelector(".finder").addEventListener("submit", (event) => event.preventDefault());
  byId("search").addEventListener("input", () => {
    // The address is written once typing pauses.
    problem(byId("notice"), "");
    filter.find = byId("search").value;
    refreshList();
    landSoon();
  });
  byId("search").addEventListener("change", write);
  byId("search").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    clearTimeout(landing);
    stepHit(event.shiftKey ? -1 : 1);
  });
  byId("deep").addEventListener("change", () => {
    change("deep", byId("deep").checked ? "1" : "");
    searchDeep();
  });
  byId("deep").closest("label").hidden = !evaluation.written.some(Boolean);
  for (const key of SELECTS) byId(key).addEventListener("change", (event) => {
    change(key, event.target.value);
    if (key === "scorer") showCards(false);
  });
  byId("reset").addEventListener("click", () => {
    Object.assign(filter, NONE);
    choose({});
  });
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("previous-hit").addEventListener("click", () => stepHit(-1));
  byId("next-hit").addEventListener("click", () => stepHit(1));
  byId("copy").addEventListener("click", copyLink);
  byId("csv").addEventListener("click", saveCsv);
  byId("questions").addEventListener("keydown", (event) => {
    const places = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5, Home: -Infinity, End: Infinity }[event.key];
    if (!places || !shown.length) return;
    event.preventDefault();
    const at = Math.max(0, shown.indexOf(chosen.question));
    open(shown[Math.min(Math.max(0, at + places), shown.length - 1)]);
  });
  const keys = {
    j: () => step(1), k: () => step(-1),
    l: () => turn("temperature", 1, temperatures.length), h: () => turn("temperature", -1, temperatures.length),
    "]": () => turn("sample", 1, samples), "[": () => turn("sample", -1, samples),
    n: () => stepHit(1), p: () => stepHit(-1),
    "/": () => byId("search").focus(),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea");
    // AltGr, which types [ and ] on a Turkish keyboard, comes as Ctrl and Alt together on some systems.
    const modified = event.metaKey || (event.ctrlKey !== event.altKey);
    if (typing || modified || !byId("shortcuts").checked || !keys[event.key] || !byId("completions").classList.contains("shown")) return;
    event.preventDefault();
    keys[event.key]();
  });

  following.controls = showControls;
  following.completions = (entries) => {
    const unknown = take(entries);
    const asked = entries.get("q");
    const deep = filter.deep && !deepSearch.texts;
    show();
    const instead = `Shown instead: ${questions[chosen.question].id}, temperature ${temperatures[chosen.temperature]}, sample ${chosen.sample}.`;
    problem(byId("notice"), unknown.length ? `The address asks for what is not here: ${unknown.join("; ")}. ${instead}` : "");
    if (narrow.matches && asked !== null) byId("notice").parentElement.scrollIntoView();
    if (deep) searchDeep();
  };
  starting.set("completions", () => {
    // By the name of the section alone: what was shown last.
    if (!location.hash.includes("=")) show();
  });
}
