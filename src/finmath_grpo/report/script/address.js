// The address says what is shown: `#claims` and `#figure-outcomes` a place, `#q=…&t=…` a completion and the filters,
// `#run=…&step=…` what was sampled in training. One section is shown at a time.

const tabs = [...document.querySelectorAll("main > .tab")];
const starting = new Map(); // by section, what to do when it is shown
const following = {}; // what follows an address of the reader, and one of the training

const address = {
  read: () => new URLSearchParams(location.hash.slice(1)),
  /** Put it there without a step back in the history. */
  write: (entries) => history.replaceState(null, "", `#${new URLSearchParams(entries)}`),
};

function showTab(section) {
  for (const tab of tabs) tab.classList.toggle("shown", tab === section);
  for (const link of document.querySelectorAll("#tabs a")) {
    if (link.hash === `#${section.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  starting.get(section.id)?.();
}

/** Show what the address says. What it says that there is not is said where the reader looks. */
function follow() {
  let name = location.hash.slice(1);
  try {
    name = decodeURIComponent(name);
  } catch {
    // Not an address that a browser or this page writes; it is taken as it stands.
  }
  problem(byId("unknown"), "");
  if (name.includes("=")) {
    const kind = address.read().has("run") ? "training" : "completions";
    if (following[kind]) {
      showTab(byId(kind));
      scrollTo(0, 0);
      following[kind](address.read());
      return;
    }
    problem(byId("unknown"), `This page has no ${kind} to show, which the address asks for.`);
  }
  const target = name && !name.includes("=") ? document.getElementById(name) : null;
  const section = target?.closest("main > .tab") ?? (name === "main" ? document.querySelector(".tab.shown") : null) ?? tabs[0];
  if (name && !target) problem(byId("unknown"), byId("unknown").textContent || `This page has no part ${name}, which the address asks for.`);
  showTab(section);
  if (section === target || !target || name === "main") scrollTo(0, 0);
  if (name === "main") byId("main").focus();
  else if (target && target !== section) {
    target.querySelector(":scope > details")?.setAttribute("open", "");
    target.scrollIntoView();
  }
}
