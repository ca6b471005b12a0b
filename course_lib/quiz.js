// Predict, commit, reveal. All of it happens in the page: no kernel is asked.

let groups = 0;

function render({ model, el }) {
  const form = document.createElement("form");
  form.className = "course-quiz";
  const fieldset = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = model.get("question");
  fieldset.append(legend);
  const group = `course-quiz-${groups++}`;
  const labels = model.get("options").map((option, i) => {
    const label = document.createElement("label");
    const radio = document.createElement("input");
    Object.assign(radio, { type: "radio", name: group, value: i });
    label.append(radio, ` ${option}`);
    return label;
  });
  const commit = document.createElement("button");
  Object.assign(commit, { type: "submit", textContent: "Commit", disabled: true });
  const answer = document.createElement("p");
  answer.setAttribute("aria-live", "polite");
  fieldset.append(...labels, commit);
  form.append(fieldset, answer);
  el.replaceChildren(form);

  function show() {
    const chosen = model.get("chosen"), right = model.get("right");
    if (chosen < 0) return;
    fieldset.disabled = true; // a commitment is one
    commit.hidden = true;
    labels.forEach((label, i) => {
      label.querySelector("input").checked = i === chosen;
      if (i === right) label.append(" ✓");
      else if (i === chosen) label.append(" ✗");
      label.classList.toggle("right", i === right);
      label.classList.toggle("wrong", i === chosen && i !== right);
    });
    const feedback = model.get("feedback");
    const told = [(chosen === right ? "Right. " : "Not this one. ") + feedback[chosen]];
    if (chosen !== right) told.push(`The answer is: ${model.get("options")[right]}. ${feedback[right]}`);
    answer.textContent = told.join(" ");
  }

  form.addEventListener("change", () => { commit.disabled = false; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    model.set("chosen", Number(new FormData(form).get(group)));
    model.save_changes();
    show();
  });
  // JupyterLab reads single keys as commands; inside the question they belong to the question.
  form.setAttribute("data-lm-suppress-shortcuts", "true");
  show();
}

export default { render };
