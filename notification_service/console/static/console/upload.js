// Sending a file: one that is too large is refused before it is sent; progress is shown for the others.
(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const problem = document.getElementById("upload-problem");
  const progress = form.querySelector("[data-upload-progress]");
  const tell = (words) => {
    problem.hidden = !words;
    problem.querySelector("span").textContent = words;
  };
  form.addEventListener("submit", (event) => {
    const file = form.elements.file.files[0];
    if (!file) return;
    event.preventDefault();
    if (file.size > Number(form.dataset.mostBytes)) { tell(form.dataset.tooLarge); return; }
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    tell("");
    const request = new XMLHttpRequest();
    const over = (words) => {
      delete form.dataset.sent;
      progress.textContent = "";
      tell(words);
    };
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) progress.textContent = form.dataset.sending.replace("{percent}", Math.floor((sent.loaded * 100) / sent.total));
    });
    request.addEventListener("load", () => {
      if (request.status < 400) { location.assign(request.responseURL); return; }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      over(page.querySelector("#upload-problem span")?.textContent || page.querySelector("h1")?.textContent || form.dataset.broken);
    });
    request.addEventListener("error", () => over(form.dataset.broken));
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
})();
