// Before the first paint, so that nothing flashes; and when the system changes in the evening.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    const kept = localStorage.getItem("console-theme");
    document.documentElement.classList.toggle("dark", kept ? kept === "dark" : system.matches);
  };
  follow();
  system.addEventListener("change", follow);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`console_timezone=${zone}`)) {
    document.cookie = `console_timezone=${zone};path=/;max-age=31536000;samesite=lax`;
  }
})();
