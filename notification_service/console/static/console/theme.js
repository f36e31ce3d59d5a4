// Before the first paint, so that nothing flashes; and when the system changes in the evening.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    const kept = localStorage.getItem("console-theme");
    document.documentElement.classList.toggle("dark", kept ? kept === "dark" : system.matches);
  };
  follow();
  system.addEventListener("change", follow);
  // Only the browser knows the zone. A page that was made before it told is asked for once more.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const told = () => document.cookie.split("; ").includes(`console_timezone=${zone}`);
  if (zone && !told()) {
    document.cookie = `console_timezone=${zone};path=/;max-age=31536000;samesite=lax`;
    const shown = document.querySelector("meta[name=console-zone]");
    if (told() && shown && shown.content !== zone) location.reload();
  }
})();
