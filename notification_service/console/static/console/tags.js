// Tags that clients have are offered while one types: by mouse, or by the arrow keys and Enter.
(() => {
  const field = document.querySelector("[data-tags]");
  const list = document.getElementById("tag-options");
  if (!field || !list) return;
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
  for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);
  let last = ""; // the one that was selected: an answer that comes later has it again
  let isDone = false; // with this tag: what arrives late opens nothing
  const options = () => [...list.querySelectorAll("[role=option]")];
  const selected = () => options().find((option) => option.ariaSelected === "true");

  function select(option) {
    last = option ? option.dataset.field : "";
    for (const other of options()) other.ariaSelected = String(other === option);
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }
  function open(is) {
    list.hidden = !is;
    field.setAttribute("aria-expanded", String(is));
    if (!is) select(null);
  }
  function take(option) {
    field.value = option.dataset.field;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  }
  function close() {
    isDone = true;
    open(false);
  }
  function move(step) {
    const all = options();
    const at = all.indexOf(selected());
    select(all[(at + step + all.length + (at < 0 && step < 0 ? 1 : 0)) % all.length]);
  }
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && selected()) take(selected());
    else return;
    event.preventDefault();
  });
  field.addEventListener("input", (event) => { if (event.isTrusted) isDone = false; });
  field.addEventListener("focus", () => { isDone = false; });
  field.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the field keeps the focus
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
  list.addEventListener("htmx:afterSwap", () => {
    select(options().find((option) => option.dataset.field === last));
    open(options().length > 0 && !isDone);
  });
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-chips] [data-field]");
    if (!chip) return;
    field.value = chip.dataset.field;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  // A column of a spreadsheet: a field of one line would run its tags together.
  field.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!/[\r\n]/.test(text.trim())) return;
    event.preventDefault();
    field.setRangeText(text.trim().replace(/\s*[\r\n]+\s*/g, ", "), field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
