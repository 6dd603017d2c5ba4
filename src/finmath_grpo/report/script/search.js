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

/** The completions of a question that hold `wanted`, as [model, cell] by cell and then model. */
function hitsOf(place, wanted) {
  const [text, starts] = [deepSearch.texts[place], deepSearch.starts[place]];
  const cells = evaluation.temperatures.length * evaluation.samples;
  const found = [];
  for (let at = text.indexOf(wanted); at >= 0;) {
    let [low, high] = [0, starts.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= at) low = middle;
      else high = middle;
    }
    found.push((low % cells) * models.length + Math.floor(low / cells));
    at = low + 1 < starts.length - 1 ? text.indexOf(wanted, starts[low + 1]) : -1;
  }
  return found.sort((a, b) => a - b).map((key) => [key % models.length, Math.floor(key / models.length)]);
}
