// Writing a mailing: the length of the text while it is typed, and a draft that outlives the session.
(() => {
  const form = document.querySelector("form[data-compose]");
  if (!form) return;
  const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  const EXTENSION = "\f^{}\\[~]|€";
  // A form that the browser restores may have been sent already; the draft has not.
  form.setAttribute("autocomplete", "off");
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  const text = form.elements.text;
  const size = form.querySelector("[data-sms]");

  function measure(value) {
    const characters = [...value];
    const gsm = characters.every((c) => BASIC.includes(c) || EXTENSION.includes(c));
    const units = characters.map((c) => (gsm ? (EXTENSION.includes(c) ? 2 : 1) : c.length));
    const single = gsm ? 160 : 70;
    const part = gsm ? 153 : 67;
    const encoding = gsm ? "GSM-7" : "UCS-2";
    if (units.reduce((a, b) => a + b, 0) <= single) {
      return { characters: characters.length, segments: characters.length ? 1 : 0, encoding, per: single };
    }
    let segments = 1;
    let used = 0;
    for (const unit of units) {
      if (used + unit > part) { segments += 1; used = 0; }
      used += unit;
    }
    return { characters: characters.length, segments, encoding, per: part };
  }
  function showSize() {
    const found = measure(text.value);
    size.textContent = size.dataset.sms.replace(/\{(\w+)\}/g, (_, name) => found[name]);
  }
  text.addEventListener("input", showSize);
  showSize();

  // One control: a time that no longer counts must not stay where nobody sees it.
  const { starts, start_at: startAt } = form.elements;
  function settleStart() {
    if (starts.value === "now" && !starts.disabled) startAt.value = "";
  }
  starts.addEventListener("change", settleStart);
  startAt.addEventListener("input", () => { starts.value = "at"; });

  const key = `console-draft-${document.body.dataset.user}-${form.dataset.compose}`;
  const kept = ["name", "text", "operator_codes", "tags", "untagged", "outcome_of_mailing", "outcome_of_statuses", "where", "segment", "exclude", "topic", "requires_consent", "ignores_opt_outs", "starts", "start_at", "end_at", "limit_hours", "window_from", "window_to", "window_days", "window_holidays", "ignores_contact_hours", "spread_minutes", "gateway", "failover", "on_unknown"].filter((name) => form.elements[name]);
  const values = () => Object.fromEntries(kept.map((name) => {
    const field = form.elements[name];
    if (field instanceof RadioNodeList) return [name, [...field].filter((each) => each.checked).map((each) => each.value)];
    return [name, field.type === "checkbox" ? field.checked : field.value];
  }));
  const note = form.querySelector("[data-draft]");
  if (form.dataset.pristine === "yes") {
    const draft = JSON.parse(localStorage.getItem(key) || "null");
    if (draft && draft.text) {
      for (const name of kept) {
        const field = form.elements[name];
        if (!(name in draft) || field.disabled) continue;
        if (field instanceof RadioNodeList) {
          for (const each of field) each.checked = (draft[name] || []).includes(each.value);
        } else if (field.type === "checkbox") field.checked = draft[name]; else field.value = draft[name] ?? "";
      }
      // The server makes rows of it; those of the empty form must not win.
      const builder = form.querySelector("[data-builder]");
      if (builder && (draft.where || draft.exclude)) {
        for (const field of builder.querySelectorAll("[name$='-joint']")) field.remove();
        addEventListener("load", () => htmx.trigger(builder, "restore"));
      }
      note.hidden = false;
      settleStart();
      showSize();
    }
  }
  let isTouched = false;
  function keep() {
    isTouched = true;
    localStorage.setItem(key, JSON.stringify(values()));
  }
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  // The count brings what the rows say.
  document.body.addEventListener("htmx:afterSettle", () => { if (isTouched) keep(); });
  form.querySelector("[data-forget-draft]")?.addEventListener("click", () => { isTouched = false; localStorage.removeItem(key); location.reload(); });
  // A template, or a placeholder, comes into the text as if it had been typed.
  const typed = () => text.dispatchEvent(new Event("input", { bubbles: true }));
  form.querySelector("[data-template]")?.addEventListener("change", (event) => {
    event.stopPropagation(); // the text's own event follows
    if (!event.target.value) return;
    text.value = event.target.value;
    typed();
  });
  const menu = form.querySelector("[data-placeholders]");
  menu.addEventListener("toggle", () => { if (menu.open) htmx.trigger(menu.querySelector("[hx-post]"), "menu"); });
  menu.addEventListener("click", (event) => {
    const code = event.target.closest("[data-placeholder]")?.dataset.placeholder;
    if (!code) return;
    text.setRangeText(code, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    typed();
  });
  document.querySelector("[data-test-send]").hidden = false;
  addEventListener("load", () => htmx.trigger(form, "preview"));
})();
