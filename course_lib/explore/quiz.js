// Predict, commit, reveal. All of it happens in the page: no kernel is asked.

function render({ model, el }) {
  listen();
  const options = model.get("options"), feedback = model.get("feedback"), right = model.get("right");
  const key = model.get("key");
  const form = document.createElement("form");
  form.className = "course-quiz course-box";
  const fieldset = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = model.get("question");
  fieldset.append(legend);
  const group = `course-quiz-${course.groups++}`;
  const labels = options.map((option, i) => {
    const label = document.createElement("label");
    const radio = document.createElement("input");
    Object.assign(radio, { type: "radio", name: group, value: i });
    const sign = document.createElement("span");
    label.append(radio, ` ${option}`, sign);
    return label;
  });
  const commit = document.createElement("button");
  Object.assign(commit, { type: "submit", textContent: "Commit" });
  fieldset.append(...labels);
  const answer = document.createElement("div");
  answer.className = "course-told";
  answer.setAttribute("aria-live", "polite");
  answer.tabIndex = -1; // has the focus after Commit, where the eye is
  const tools = document.createElement("div");
  tools.className = "course-tools";
  const again = button("Ask me again", "The answer folds itself away", () => {
    memory.write("prediction", key, { first: memory.read("prediction", key)?.first });
    choose(-1);
    labels[0].querySelector("input").focus();
  });
  tools.append(commit, again, fullScreen(form));
  form.append(fieldset, answer, tools);
  el.replaceChildren(form);

  function show() {
    const chosen = model.get("chosen"), committed = chosen >= 0;
    fieldset.disabled = committed; // a commitment is one
    commit.hidden = committed;
    again.hidden = !committed;
    if (committed) form.dataset.committed = "yes";
    else delete form.dataset.committed;
    commit.disabled = !committed;
    labels.forEach((label, i) => {
      label.querySelector("input").checked = i === chosen;
      label.classList.toggle("right", committed && i === right);
      label.classList.toggle("wrong", i === chosen && i !== right);
      label.querySelector("span").textContent = !committed ? "" : i === right ? " ✓" : i === chosen ? " ✗" : "";
    });
    const told = [];
    if (committed) told.push((chosen === right ? "Right. " : "Not this one. ") + feedback[chosen]);
    if (committed && chosen !== right) told.push(`The answer is: ${options[right].replace(/\.$/, "")}. ${feedback[right]}`);
    answer.replaceChildren(...told.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
    openAnswers();
  }

  function choose(chosen) {
    model.set("first", memory.read("prediction", key)?.first ?? chosen);
    model.set("chosen", chosen);
    model.save_changes();
    show();
  }

  form.addEventListener("change", () => { commit.disabled = false; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = Number(new FormData(form).get(group));
    memory.write("prediction", key, { first: memory.read("prediction", key)?.first ?? chosen, last: chosen, right });
    choose(chosen);
    answer.focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
    notice(form);
  });
  const remember = (kept) => {
    const last = kept?.last ?? -1;
    if (last < options.length && last !== model.get("chosen")) choose(last);
  };
  const unheard = memory.heard("prediction", key, remember);
  const kept = memory.read("prediction", key);
  show();
  if (kept?.last >= 0) remember(kept);
  notice(form);
  showWhole(form);
  return unheard;
}

export default { render };
