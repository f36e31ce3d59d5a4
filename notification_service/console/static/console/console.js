// The theme switch, and live regions: an element with data-live is asked for anew every data-live seconds.
(() => {
  const root = document.documentElement;
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) {
      localStorage.setItem("console-theme", root.classList.toggle("dark") ? "dark" : "light");
    }
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

  // Going back to a summary, or asking for it anew, opens the form, and sends nothing again.
  if (document.querySelector("[data-review]")) history.replaceState(null, "", location.href);

  // On a narrow screen the sections scroll sideways: the present one is in sight.
  const section = document.querySelector(".top nav [aria-current]");
  const show = () => { section.parentElement.scrollLeft = section.offsetLeft - section.parentElement.offsetLeft - 32; };
  if (section) { show(); addEventListener("resize", show); }

  // The form was taken: its draft is no longer one.
  const written = new URLSearchParams(location.search).get("written");
  if (written) {
    localStorage.removeItem(`console-draft-${document.body.dataset.user}-${written}`);
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
  function tell(words) {
    const line = document.querySelector("[data-stale]");
    if (!line) return;
    line.hidden = !words;
    if (words) line.textContent = words;
  }
  function isLogin(request) {
    return new URL(request.responseURL || location.href, location.href).pathname.startsWith("/login");
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isLogin(event.detail.xhr)) return;
    event.detail.shouldSwap = false;
    tell(document.querySelector("[data-stale]")?.dataset.loggedOut);
  });
  document.addEventListener("htmx:afterSwap", () => { answered = new Date(); tell(""); });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const line = document.querySelector("[data-stale]");
      if (line && event.detail.xhr?.status === 403) tell(line.dataset.loggedOut);
      else if (line) tell(line.dataset.unreachable.replace("{time}", answered.toLocaleTimeString(root.lang)));
    });
  }
})();
