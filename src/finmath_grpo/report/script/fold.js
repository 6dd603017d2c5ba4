// Search takes letters by their base: bilesik finds bileşik and BİLEŞİK. I, ı, İ and i are one letter.

/** `text` in small letters without marks. */
function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replaceAll("ı", "i").replaceAll("ς", "σ");
}

/** Where `wanted`, which is folded, stands in `text`: pairs of start and end, none within another. */
function places(text, wanted) {
  if (!wanted) return [];
  const folded = fold(text);
  if (!folded.includes(wanted)) return [];
  // For each character of the folded text, the place in `text` that it comes from.
  const from = [];
  let at = 0;
  for (const character of text) {
    for (let count = fold(character).length; count > 0; count -= 1) from.push(at);
    at += character.length;
  }
  from.push(at);
  const found = [];
  for (let start = folded.indexOf(wanted); start >= 0; start = folded.indexOf(wanted, start + wanted.length)) {
    let end = from[start + wanted.length - 1];
    end += String.fromCodePoint(text.codePointAt(end)).length;
    while (end < text.length && /^\p{M}/u.test(text.slice(end, end + 2))) end += String.fromCodePoint(text.codePointAt(end)).length;
    found.push([from[start], end]);
  }
  return found;
}
