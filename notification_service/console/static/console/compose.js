// Writing a mailing: the length of the text while one types, and a draft that outlives the session.
(() => {
  const form = document.querySelector("form[data-compose]");
  if (!form) return;
  const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  const EXTENSION = "\f^{}\\[~]|€";
  // What a browser brings back of itself may have been sent since; the draft has not.
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

  // One control: a time that no longer holds is not kept where nobody sees it.
  const { starts, start_at: startAt } = form.elements;
  function settleStart() {
    if (starts.value === "now" && !starts.disabled) startAt.value = "";
  }
  starts.addEventListener("change", settleStart);
  startAt.addEventListener("input", () => { starts.value = "at"; });

  const key = `console-draft-${document.body.dataset.user}-${form.dataset.compose}`;
  const kept = ["text", "operator_codes", "tags", "untagged", "starts", "start_at", "end_at", "limit_hours", "window_from", "window_to", "gateway", "failover", "on_unknown"].filter((name) => form.elements[name]);
  const values = () => Object.fromEntries(kept.map((name) => {
    const field = form.elements[name];
    return [name, field.type === "checkbox" ? field.checked : field.value];
  }));
  const note = form.querySelector("[data-draft]");
  if (form.dataset.pristine === "yes") {
    const draft = JSON.parse(localStorage.getItem(key) || "null");
    if (draft && draft.text) {
      for (const name of kept) {
        const field = form.elements[name];
        if (!(name in draft) || field.disabled) continue;
        if (field.type === "checkbox") field.checked = draft[name]; else field.value = draft[name] ?? "";
      }
      note.hidden = false;
      settleStart();
      showSize();
    }
  }
  form.addEventListener("input", () => localStorage.setItem(key, JSON.stringify(values())));
  form.addEventListener("change", () => localStorage.setItem(key, JSON.stringify(values())));
  form.querySelector("[data-forget-draft]")?.addEventListener("click", () => { localStorage.removeItem(key); location.reload(); });
  document.querySelector("[data-trial]").hidden = false;
  addEventListener("load", () => htmx.trigger(form, "preview"));
})();
