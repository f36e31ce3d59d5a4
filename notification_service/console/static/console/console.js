// The theme switch, and live regions: an element with data-live is requested again every data-live seconds.
(() => {
  const root = document.documentElement;
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) {
      localStorage.setItem("console-theme", root.classList.toggle("dark") ? "dark" : "light");
    }
    if (event.target.closest("[data-print]")) print();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  // Going back to a summary, or reloading it, opens the form and sends nothing.
  if (document.querySelector("[data-review]")) history.replaceState(null, "", location.href);

  // On a narrow screen the sections scroll sideways: the present one is in sight, and that there are more.
  const sections = document.querySelector(".top nav");
  function hint() {
    const rest = sections.scrollWidth - sections.clientWidth - sections.scrollLeft;
    sections.classList.toggle("more-before", sections.scrollLeft > 4);
    sections.classList.toggle("more-after", rest > 4);
  }
  function showSection() {
    const section = sections.querySelector("[aria-current]");
    if (section) sections.scrollLeft = section.offsetLeft - sections.offsetLeft - 48;
    hint();
  }
  if (sections) {
    showSection();
    addEventListener("resize", showSection);
    sections.addEventListener("scroll", hint, { passive: true });
  }

  // Drafts have what people typed: they end with a logout, and are nobody else's.
  const DRAFTS = "console-draft-";
  const user = document.body.dataset.user;
  function forgetDrafts(isForgotten) {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(DRAFTS) && isForgotten(key)) localStorage.removeItem(key);
    }
  }
  if (document.querySelector("[data-logged-out-page]")) forgetDrafts(() => true);
  if (user) forgetDrafts((key) => !key.startsWith(`${DRAFTS}${user}-`));
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-forget]")) forgetDrafts(() => true);
  });

  // The form was accepted: delete its draft.
  const written = new URLSearchParams(location.search).get("written");
  if (written) {
    localStorage.removeItem(`${DRAFTS}${user}-${written}`);
    history.replaceState(null, "", location.pathname);
  }

  const region = () => document.querySelector("[data-live]");
  let asked = Date.now();
  let answered = new Date();
  const wanted = () => {
    const live = region();
    return live && !document.hidden && !live.contains(document.querySelector("details[open]"));
  };
  setInterval(() => {
    if (wanted() && Date.now() - asked >= Number(region().dataset.live) * 1000) ask();
  }, 250);
  document.addEventListener("visibilitychange", () => { if (wanted()) ask(); });

  function ask() {
    asked = Date.now();
    htmx.trigger(region(), "live");
  }
  function tell(words, { login = false } = {}) {
    const line = document.querySelector("[data-stale]");
    if (!line) return;
    line.hidden = !words;
    line.querySelector("a").hidden = !login;
    if (words) line.querySelector("span").textContent = words;
  }
  function tellLoggedOut() {
    tell(document.querySelector("[data-stale]")?.dataset.loggedOut, { login: true });
  }
  function isLogin(request) {
    return new URL(request.responseURL || location.href, location.href).pathname.startsWith("/login");
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isLogin(event.detail.xhr)) return;
    event.detail.shouldSwap = false;
    tellLoggedOut();
  });
  document.addEventListener("htmx:afterSwap", () => { answered = new Date(); tell(""); });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const line = document.querySelector("[data-stale]");
      if (event.detail.xhr?.status === 403) tellLoggedOut();
      else if (line) tell(line.dataset.unreachable.replace("{time}", answered.toLocaleTimeString(root.lang)));
    });
  }
})();
