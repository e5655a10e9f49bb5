"use strict";
// Sorts, filters and lights up; without it the page says the same. It makes no markup from text.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const article = document.querySelector(".reading");

  // What belongs together: pieces of a quote with its cue and source, words of an entity, evidence.
  const groups = new Map();
  const join = (key, element) => {
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(element);
  };
  const numbers = (text) => text.trim().split(" ");
  for (const element of all("[data-q], [data-a], [data-e], [data-s]")) {
    const { q, a, e, s } = element.dataset;
    if (q) join("q" + q, element);
    if (a) for (const n of numbers(a)) join("q" + n, element);
    if (e) for (const n of numbers(e)) join("e" + n, element);
    if (s) for (const n of numbers(s)) join("s" + n, element);
  }
  let lit = [];
  const light = (keys, name, way) => {
    for (const element of lit) element.classList.remove("lit", "shows", "pro", "con", "mix", "neu");
    lit = keys.flatMap((key) => groups.get(key) ?? []);
    for (const element of lit) element.classList.add(...(way ? [name, way] : [name]));
  };
  const point = (target) => {
    if (!(target instanceof Element)) return;
    const mark = target.closest("[data-m]");
    const row = target.closest("[data-row], [data-entity], li[id^=s]");
    const words = target.closest("[data-q], [data-a]");
    if (mark) {
      const way = ["pro", "con", "mix", "neu"].find((name) => mark.classList.contains(name));
      light(numbers(mark.dataset.m).map((n) => "s" + n), "shows", way);
    } else if (row?.dataset.row) light(["q" + row.dataset.row], "lit");
    else if (row?.dataset.entity) light(["e" + row.dataset.entity], "lit");
    else if (row) light([row.id], "shows");
    else if (words) {
      const { q, a } = words.dataset;
      light(a ? numbers(a).map((n) => "q" + n) : ["q" + q], "lit");
    } else if (lit.length) light([], "lit");
  };
  document.addEventListener("pointerover", (event) => point(event.target));
  document.addEventListener("focusin", (event) => point(event.target));

  // A note that is in the way goes with Escape and comes back with the next visit.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const at of all(".at:hover, .at:focus-within")) at.classList.add("shut");
  });
  for (const at of all(".at")) {
    for (const name of ["pointerleave", "focusout"]) at.addEventListener(name, () => at.classList.remove("shut"));
  }

  for (const form of all("form[hidden]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  for (const box of all("[data-toggle]")) {
    box.checked = box.defaultChecked;
    box.addEventListener("change", () => {
      const off = box.dataset.toggle.startsWith("no-");
      document.body.classList.toggle(box.dataset.toggle, off ? !box.checked : box.checked);
    });
  }

  // A speaker in the legend can be looked at alone.
  const voices = all(".legend [data-v]");
  for (const item of voices) {
    const line = item.querySelector(".line");
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.title = "show this speaker alone";
    line.replaceWith(button);
    button.append(line);
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      for (const other of voices) {
        other.querySelector("button").setAttribute("aria-pressed", String(on && other === item));
      }
      document.body.classList.toggle("dim", on);
      const rows = all(`[data-row][data-voice="${item.dataset.v}"]`);
      for (const quote of all(".q.chosen")) quote.classList.remove("chosen");
      if (on) for (const row of rows) {
        for (const quote of groups.get("q" + row.dataset.row) ?? []) quote.classList.add("chosen");
      }
    });
  }

  const plain = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  for (const table of all("table.sortable")) {
    const body = table.tBodies[0];
    for (const head of all("th[data-sort]", table)) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const value = (row) => {
          const cell = row.cells[head.cellIndex];
          const label = cell.querySelector(":scope > bdi, :scope > a");
          return head.dataset.sort === "number" ? Number(cell.dataset.v) : (label ?? cell).textContent.trim();
        };
        const rows = [...body.rows].map((row) => [value(row), row]);
        const order = head.dataset.sort === "number" ? (a, b) => a - b : plain.compare;
        rows.sort((a, b) => (down ? -1 : 1) * order(a[0], b[0]));
        body.append(...rows.map(([, row]) => row));
      });
    }
  }

  for (const form of all("form.filter")) {
    const body = document.getElementById(form.dataset.for).tBodies[0];
    const search = form.querySelector("input");
    const selects = all("select", form);
    const status = form.querySelector("[role=status]");
    const texts = new Map([...body.rows].map((row) => [row, row.textContent.toLowerCase()]));
    let waiting;
    const apply = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [row, text] of texts) {
        const fits = words.every((word) => text.includes(word)) &&
          selects.every((select) => !select.value || row.dataset[select.dataset.col] === select.value);
        row.hidden = !fits;
        shown += fits;
      }
      status.textContent = shown === texts.size ? `all ${texts.size}` : `${shown} of ${texts.size}`;
    };
    const later = () => {
      clearTimeout(waiting);
      waiting = setTimeout(apply, 120);
    };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    apply();
  }

  // Pointing at a name of the network leaves its own lines.
  for (const layers of all(".layers")) {
    const lines = all("line, text", layers);
    const show = (event) => {
      const node = event.target.closest("[data-n]");
      const side = node?.closest(".left") ? "f" : "t";
      layers.classList.toggle("some", Boolean(node));
      for (const line of lines) line.classList.toggle("lit", Boolean(node) && line.dataset[side] === node.dataset.n);
    };
    const clear = () => layers.classList.remove("some");
    layers.addEventListener("pointerover", show);
    layers.addEventListener("pointerleave", clear);
    layers.addEventListener("focusin", show);
    layers.addEventListener("focusout", clear);
  }

  // A link to something folded away unfolds it.
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const folded = target ? all("details:not([open])").filter((details) => details.contains(target)) : [];
    for (const details of folded) details.open = true;
    if (folded.length) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) unfold();
  });
  unfold();

  addEventListener("beforeprint", () => {
    for (const details of all("details:not([open])")) {
      details.open = true;
      details.dataset.printed = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const details of all("details[data-printed]")) {
      details.open = false;
      delete details.dataset.printed;
    }
  });
})();
