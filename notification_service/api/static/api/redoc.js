(() => {
  const element = document.getElementById("redoc");
  const fonts = { fontFamily: "system-ui, sans-serif", headings: { fontFamily: "system-ui, sans-serif" } };
  Redoc.init(element.dataset.url, { theme: { typography: fonts } }, element);
})();
