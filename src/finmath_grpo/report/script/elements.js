// Elements of the page. What a model or a user wrote is set as text and never as markup.

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

const UNSEEN = /([\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}])/u;

/** Text nodes of what was written; a character that can't be seen or that turns the line around is named. */
function written(text) {
  return text.split(UNSEEN).filter(Boolean).map((part) => {
    if (part === "\n" || part === "\t" || part.length > 2 || !UNSEEN.test(part)) return part;
    const code = part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    return element("span", { class: "unseen", lang: "en" }, `U+${code}`);
  });
}

/** The text in pieces: each of `ranges` ({start, end, make}) is put into the element that its `make` gives. */
function marked(text, ranges) {
  const bounds = [...new Set([0, text.length, ...ranges.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  const pieces = [];
  for (let place = 0; place + 1 < bounds.length; place += 1) {
    const [start, end] = [bounds[place], bounds[place + 1]];
    const over = ranges.filter((range) => range.start <= start && range.end >= end);
    let inner = written(text.slice(start, end));
    for (const range of over.reverse()) inner = [range.make(inner, range.end === end)];
    pieces.push(...inner);
  }
  return pieces;
}

const RIGHT = 0;
const ROUNDED = 1;

/** A completion with its marks: the answer that scoring reads, the sums that were done again, what was searched for. */
function completion(text, name, sums = [], wanted = "") {
  const ranges = [];
  const opening = text.lastIndexOf("<cevap>");
  if (opening >= 0) {
    const start = opening + "<cevap>".length;
    const closing = text.indexOf("</cevap>", start);
    ranges.push({ start, end: closing < 0 ? text.length : closing, make: (inner) => element("mark", { class: "answer" }, ...inner) });
  }
  for (const [start, end, verdict, value] of sums) {
    ranges.push({ start, end, make: (inner, last) => element("span", {
      class: verdict <= ROUNDED ? "sum right" : "sum wrong",
      "data-is": last && verdict > ROUNDED ? value : null,
      title: verdict === RIGHT ? "holds" : verdict === ROUNDED ? "holds, rounded" : `does not hold: it is ${value}`,
    }, ...inner) });
  }
  for (const [start, end] of places(text, wanted)) {
    ranges.push({ start, end, make: (inner) => element("mark", { class: "hit" }, ...inner) });
  }
  const box = element("pre", { class: "completion", lang: "tr", dir: "ltr", tabindex: "0", role: "region", "aria-label": name });
  box.append(...marked(text, ranges));
  return box;
}

/** A list of terms, each with what it is. */
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
    const input = element("input", { type: "radio", name: fieldset.id, value: place, autocomplete: "off" });
    input.checked = place === chosen;
    input.addEventListener("change", () => choose(place));
    row.append(element("label", {}, input, element("span", {}, name)));
  });
  fieldset.append(row);
}

function check(fieldset, place) {
  fieldset.querySelectorAll("input").forEach((input, at) => { input.checked = at === place; });
}

function options(select, entries) {
  select.append(...entries.map(([value, text]) => element("option", { value }, text)));
}

/** A table of rows of cells; the first cell of a row is its head. A cell is text or an element. */
function table(name, heads, rows) {
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
    element("table", { class: "results small" },
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...rows.map(([head, ...cells]) => element("tr", {},
        element("th", { scope: "row" }, head), ...cells.map((cell) => element("td", {}, cell)))))));
}

function problem(place, message) {
  place.hidden = !message;
  place.replaceChildren(...(message ? written(message) : []));
}
