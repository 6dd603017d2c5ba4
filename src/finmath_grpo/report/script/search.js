// Search in all completions. Their folded texts are kept, one string per question, so that a key costs a scan and no
// folding. Loading and folding is done once, when the box is first ticked.

const deepSearch = { texts: null, starts: [] };

/** Read and fold all completions; `progress` gets how many questions are done. */
async function readAll(progress) {
  const texts = [];
  for (let place = 0; place < evaluation.questions.length; place += 1) {
    const file = await load(`completions/${String(place % evaluation.files).padStart(2, "0")}`);
    const rows = await inflate(file[place]);
    const folded = rows.flat().map(([text]) => fold(text ?? ""));
    const starts = new Uint32Array(folded.length + 1);
    folded.forEach((text, at) => { starts[at + 1] = starts[at] + text.length + 1; });
    texts.push(folded.join("\n"));
    deepSearch.starts[place] = starts;
    progress(place + 1);
  }
  deepSearch.texts = texts;
}

/** Which completions of a question hold `wanted`: how many, and a flag for each, by model and then cell. */
function holding(place, wanted) {
  const [text, starts] = [deepSearch.texts[place], deepSearch.starts[place]];
  const flags = new Uint8Array(starts.length - 1);
  let count = 0;
  for (let at = text.indexOf(wanted), one = 0; at >= 0; at = text.indexOf(wanted, starts[one])) {
    while (starts[one + 1] <= at) one += 1;
    flags[one] = 1;
    count += 1;
    one += 1;
    if (one === flags.length) break;
  }
  return { count, flags };
}

/** The same as pairs of model and cell, by cell and then model: the order in which hits are stepped through. */
function hitsIn({ flags }) {
  const cells = evaluation.temperatures.length * evaluation.samples;
  const found = [];
  for (let cell = 0; cell < cells; cell += 1) {
    for (let model = 0; model < models.length; model += 1) if (flags[model * cells + cell]) found.push([model, cell]);
  }
  return found;
}
