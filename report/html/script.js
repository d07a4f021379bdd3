"use strict";
(() => {
  const $ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const form = document.getElementById("filters");
  const tools = document.getElementById("tools");
  if (!form) return;
  form.hidden = tools.hidden = false;

  const findings = $(".finding").map((element) => ({ element, data: element.dataset, fold: element.firstElementChild, text: null }));
  const files = $(".file").map((element) => ({ element, findings: findings.filter((f) => f.element.parentElement === element) }));
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");
  const search = form.elements.search;
  const selects = $("select", form);

  const matches = (finding, words, wanted) => {
    for (const [name, value] of wanted) {
      const is = finding.data[name];
      if (name === "targets" ? !is.split(" ").includes(value) : is !== value) return false;
    }
    if (!words.length) return true;
    finding.text ??= (finding.element.parentElement.firstElementChild.textContent + " " + finding.element.textContent).toLowerCase();
    return words.every((word) => finding.text.includes(word));
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = selects.filter((s) => s.value).map((s) => [s.name, s.value]);
    let count = 0;
    for (const file of files) {
      let any = false;
      for (const finding of file.findings) {
        const match = matches(finding, words, wanted);
        finding.element.hidden = !match;
        if (match) { any = true; count++; }
      }
      file.element.hidden = !any;
    }
    nothing.hidden = count > 0;
    shown.textContent = count === findings.length ? `All ${count} findings are shown.` : `${count} of ${findings.length} findings are shown.`;
  };

  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, findings.length > 500 ? 150 : 0); });
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));

  const fold = (open) => { for (const f of findings) if (!f.element.hidden) f.fold.open = open; };
  document.getElementById("unfold").addEventListener("click", () => fold(true));
  document.getElementById("fold").addEventListener("click", () => fold(false));
  addEventListener("beforeprint", () => fold(true));
  addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && document.activeElement === search) { search.value = ""; filter(); }
  });

  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = target && (target.closest("details") || target.querySelector("details"));
    if (details) { details.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", follow);
  follow();
  filter();
})();
