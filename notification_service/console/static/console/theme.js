// Before the first paint, so that nothing flashes.
(() => {
  const kept = localStorage.getItem("console-theme");
  const dark = kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.classList.toggle("dark", dark);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`console_timezone=${zone}`)) {
    document.cookie = `console_timezone=${zone};path=/;max-age=31536000;samesite=lax`;
  }
})();
