// What the page is about, and the texts beside it. They come as scripts in data/, added when they are needed, as a page
// that is opened from a disk can't fetch.

const carried = JSON.parse(document.getElementById("carried").textContent);
const { models, evaluation } = carried;
const byId = (id) => document.getElementById(id);

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
      script.src = `data/${name}.js`;
      script.onerror = () => {
        loading.delete(name);
        reject(new Error(`data/${name}.js can't be read. The folder data/ belongs beside this page.`));
      };
      document.head.append(script);
    });
    loading.set(name, entry);
  }
  return loading.get(name).promise;
}

/** The value whose JSON was compressed by zlib and written in base64. */
async function inflate(packed) {
  if (!window.DecompressionStream) throw new Error("This browser can't inflate the texts. Chrome 80, Firefox 113 and Safari 16.4 can.");
  const binary = atob(packed);
  const bytes = new Uint8Array(binary.length);
  for (let place = 0; place < binary.length; place += 1) bytes[place] = binary.charCodeAt(place);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

const KEPT = 12; // questions whose texts stay inflated
const inflated = new Map();

/** A promise of a question's texts: by model and cell, [text, finish, tokens, extracted, sums]. */
async function textsOf(place) {
  if (inflated.has(place)) return inflated.get(place);
  const file = await load(`completions/${String(place % evaluation.files).padStart(2, "0")}`);
  const rows = await inflate(file[place]);
  inflated.set(place, rows);
  if (inflated.size > KEPT) inflated.delete(inflated.keys().next().value);
  return rows;
}
