// Which questions are listed. A filter looks at the completions of its scope: the one shown, those of its temperature,
// or all. The counts are those of the tables: "more often right" over any completion is the gain of contrasts.csv.

const SCORERS = { exact: "exact match", no_punctuation: "no punctuation", numeric: "right value" };
const NONE = { find: "", deep: "", unit: "", family: "", difficulty: "", scorer: "numeric", solved: "", unsolved: "", better: "", worse: "", outcome: "", of: "", scope: "here" };
const SELECTS = ["unit", "family", "difficulty", "scorer", "solved", "unsolved", "better", "worse", "outcome", "of", "scope"];
const [ANY, EVERY] = ["(any)", "(every)"]; // no model can be named so

/** The cells of a question that a scope takes, from the first to before the last. */
function cellsOf(scope, chosen) {
  const { temperatures, samples } = evaluation;
  if (scope === "all") return [0, temperatures.length * samples];
  const first = chosen.temperature * samples;
  return scope === "temperature" ? [first, first + samples] : [first + chosen.sample, first + chosen.sample + 1];
}

function scorerBit(filter) {
  return 1 << evaluation.scorers.indexOf(filter.scorer);
}

const digits = (text) => Uint8Array.from(text, (digit) => digit.charCodeAt(0) - 48);

/** Unpack the digits of the index. */
function unpackIndex() {
  for (const question of evaluation.questions) {
    question.solved = question.solved.map(digits);
    question.outcomes = question.outcomes.map(digits);
  }
}

/** How many completions of the scope each model has right. */
function rightCounts(question, filter, chosen) {
  const [from, to] = cellsOf(filter.scope, chosen);
  const bit = scorerBit(filter);
  return question.solved.map((cells) => {
    let count = 0;
    for (let cell = from; cell < to; cell += 1) if (cells[cell] & bit) count += 1;
    return count;
  });
}

/** The completions of the scope, as [model, cell], that have the filter's outcome; all of them if it names none. */
function wantedCells(question, filter, chosen) {
  const [from, to] = cellsOf(filter.scope, chosen);
  const outcome = evaluation.outcomes.indexOf(filter.outcome);
  const found = [];
  for (let cell = from; cell < to; cell += 1) {
    models.forEach((model, index) => {
      if (filter.of && filter.of !== model.id) return;
      if (outcome < 0 || question.outcomes[index][cell] === outcome) found.push([index, cell]);
    });
  }
  return found;
}

/** Whether a question passes all filters but the search. */
function passes(question, filter, chosen, counts) {
  for (const key of ["unit", "family", "difficulty"]) if (filter[key] && question[key] !== filter[key]) return false;
  const holds = (value) => {
    if (value === ANY) return counts.some(Boolean);
    if (value === EVERY) return counts.every(Boolean);
    return counts[models.findIndex(({ id }) => id === value)] > 0;
  };
  if (filter.solved && !holds(filter.solved)) return false;
  if (filter.unsolved && holds(filter.unsolved)) return false;
  if (filter.better && filter.worse) {
    const [better, worse] = [filter.better, filter.worse].map((id) => counts[models.findIndex((model) => model.id === id)]);
    if (better <= worse) return false;
  }
  return !filter.outcome || wantedCells(question, filter, chosen).length > 0;
}

/** The completions of the questions at `shown` as CSV: a row per completion of the scope that has the outcome. */
function csvOf(shown, filter, chosen) {
  const quote = (value) => {
    const text = String(value);
    // A spreadsheet would take such a cell as a formula.
    const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const { questions, temperatures, samples, scorers, outcomes } = evaluation;
  const rows = [["question_id", "unit", "family", "difficulty", "model", "temperature", "sample", "outcome", ...scorers]];
  for (const place of shown) {
    const question = questions[place];
    for (const [model, cell] of wantedCells(question, filter, chosen)) {
      rows.push([
        question.id, question.unit, question.family, question.difficulty, models[model].id, temperatures[Math.floor(cell / samples)], cell % samples,
        outcomes[question.outcomes[model][cell]], ...scorers.map((_, bit) => (question.solved[model][cell] >> bit) & 1),
      ]);
    }
  }
  return rows.map((row) => row.map(quote).join(",")).join("\r\n") + "\r\n";
}
