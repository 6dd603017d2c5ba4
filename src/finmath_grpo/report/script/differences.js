// What differs between two texts, word by word: a longest common subsequence.

const LARGEST = 4e6; // cells of the table of subsequences

/** Pieces {kind: "same" | "left" | "right", text} that make up both texts. */
function differences(left, right) {
  for (const cut of [/(\s+)/, /(\n)/]) {
    const [a, b] = [left.split(cut).filter(Boolean), right.split(cut).filter(Boolean)];
    let head = 0;
    while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
    let tail = 0;
    while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
    const [n, m] = [a.length - head - tail, b.length - head - tail];
    if (n * m > LARGEST) continue;
    const middle = subsequence(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
    return [piece("same", a.slice(0, head)), ...middle, piece("same", a.slice(a.length - tail))].filter(({ text }) => text);
  }
  return [{ kind: "left", text: left }, { kind: "right", text: right }];
}

function piece(kind, words) {
  return { kind, text: words.join("") };
}

function subsequence(a, b) {
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = a[i] === b[j] ? longest[(i + 1) * width + j + 1] + 1 : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const pieces = [];
  const add = (kind, text) => {
    if (pieces.at(-1)?.kind === kind) pieces.at(-1).text += text;
    else pieces.push({ kind, text });
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add("same", a[i]);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) {
      add("left", a[i]);
      i += 1;
    } else {
      add("right", b[j]);
      j += 1;
    }
  }
  return pieces;
}

/** One side of a difference: the text, with what the other lacks marked. */
function side(pieces, kind, name) {
  const tag = kind === "left" ? "del" : "ins";
  return element("pre", { class: "completion whole", lang: "tr", dir: "ltr", tabindex: "0", role: "region", "aria-label": name },
    ...pieces.filter((part) => part.kind === "same" || part.kind === kind)
      .flatMap((part) => (part.kind === "same" ? written(part.text) : [element(tag, {}, ...written(part.text))])));
}
