// Begin: one section is shown, the one that the address says.

document.documentElement.classList.add("tabbed");
if (evaluation) startReader();
if (carried.training.length) startTraining();
startRecord();
startBeside();
window.addEventListener("hashchange", follow);
// After Back a browser restores what controls held; the address says what holds.
window.addEventListener("pageshow", () => following.controls?.());
follow();
