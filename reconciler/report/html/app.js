// What the page of a plan does beyond being read: filter, keys, the graph's zoom, the theme, print. It makes no markup and
// stores nothing but the theme. Everything is in the page already; without this script it is all shown.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const root = document.documentElement;
  const rows = all(".change");
  const heads = new Map(rows.map((row) => [row, row.querySelector("summary")]));
  const view = document.querySelector(".view");
  const drawing = document.querySelector(".drawing");

  for (const part of all(".buttons, .zoom, form#filter")) part.hidden = false;

  // theme: what the system says, until somebody chooses

  const stored = () => { try { return localStorage.getItem("reconciler-theme"); } catch { return null; } };
  const setTheme = (theme) => {
    root.dataset.theme = theme;
    try { localStorage.setItem("reconciler-theme", theme); } catch { /* a page without storage has no memory */ }
  };
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const turnTheme = () => setTheme(isDark() ? "light" : "dark");
  if (["light", "dark"].includes(stored())) root.dataset.theme = stored();
  byId("theme").addEventListener("click", turnTheme);

  // filter

  const search = byId("search");
  const kind = byId("kind");
  const group = byId("group");
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };
  const pressed = (facet) =>
    new Set(all(`[data-facet="${facet}"][aria-pressed="true"]`).map((button) => button.dataset.value));
  const shownRows = () => rows.filter((row) => !row.hidden);

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const actions = pressed("action");
    const effects = all('[data-facet="effect"]').length ? pressed("effect") : null;
    for (const row of rows) {
      const { action, effect, kind: of, groups = "" } = row.dataset;
      row.hidden = !(
        actions.has(action) &&
        (!effects || effects.has(effect)) &&
        (!kind.value || kind.value === of) &&
        (!group.dataset.number || groups.split(" ").includes(group.dataset.number)) &&
        words.every((word) => textOf(row).includes(word))
      );
    }
    const count = shownRows().length;
    byId("shown").textContent = count === rows.length ? `${count} changes` : `${count} of ${rows.length}`;
    byId("none").hidden = count > 0;
    tellAll();
  }

  function press(button) {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    filter();
  }

  function onlyGroup(node) {
    group.hidden = !node;
    group.dataset.number = node ? node.dataset.group : "";
    group.textContent = node ? node.querySelector("text").textContent : "";
    filter();
  }

  function clearFilter() {
    search.value = "";
    kind.value = "";
    for (const button of all("[data-facet]")) button.setAttribute("aria-pressed", "true");
    onlyGroup(null);
  }

  const tellAll = () => {
    byId("all").textContent = shownRows().every((row) => row.open) ? "Close all" : "Open all";
  };
  const turnAll = () => {
    const shown = shownRows();
    const open = !shown.every((row) => row.open);
    for (const row of shown) row.open = open;
    tellAll();
  };

  if (search) {
    byId("filter").addEventListener("submit", (event) => event.preventDefault());
    search.addEventListener("input", filter);
    kind.addEventListener("change", filter);
    group.addEventListener("click", () => onlyGroup(null));
    byId("all").addEventListener("click", turnAll);
    for (const button of all("[data-facet]")) button.addEventListener("click", () => press(button));
    filter();
  }

  // from one change to the next

  function goTo(row) {
    if (!row) return;
    heads.get(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function goBy(step) {
    const shown = shownRows();
    const here = shown.indexOf(document.activeElement && document.activeElement.closest(".change"));
    goTo(here < 0 ? shown[step > 0 ? 0 : shown.length - 1] : shown[Math.min(Math.max(here + step, 0), shown.length - 1)]);
  }

  function openLinked() {
    let id = location.hash.slice(1);
    let row = byId(id);
    try { row = row || byId(decodeURIComponent(id)); } catch { /* no address */ }
    if (!row || !row.classList.contains("change")) return;
    if (row.hidden) clearFilter();
    row.open = true;
    heads.get(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "start" });
  }
  addEventListener("hashchange", openLinked);
  for (const link of all('a[href^="#"]')) {
    link.addEventListener("click", () => { if (link.getAttribute("href") === location.hash) openLinked(); });
  }

  // graph: scrolled, dragged, zoomed; with the keyboard from step to step

  const nodes = drawing ? all("a.node", drawing) : [];
  const size = drawing ? { width: drawing.width.baseVal.value, height: drawing.height.baseVal.value } : null;
  let scale = 1;

  function zoomTo(next, x = view.clientWidth / 2, y = view.clientHeight / 2) {
    next = Math.min(Math.max(next, 0.1), 3);
    const [left, top] = [(view.scrollLeft + x) / scale, (view.scrollTop + y) / scale];
    drawing.style.width = `${size.width * next}px`;
    drawing.style.height = `${size.height * next}px`;
    scale = next;
    view.scrollTo(left * next - x, top * next - y);
  }
  const fit = () => zoomTo(Math.min(1, (view.clientWidth - 2) / size.width, (view.clientHeight - 2) / size.height));
  const zoom = { in: () => zoomTo(scale * 1.25), out: () => zoomTo(scale / 1.25), fit };

  function near(node) {
    for (const edge of all(".edge.near", drawing)) edge.classList.remove("near");
    if (!node) return;
    const number = node.dataset.number;
    for (const edge of all(`[data-from="${number}"], [data-to="${number}"]`, drawing)) edge.classList.add("near");
  }

  const middle = (node) => { const box = node.getBBox(); return [box.x + box.width / 2, box.y + box.height / 2]; };

  const columnOf = (node) => Number(node.dataset.column);

  // to the left and right along arrows where there are any, up and down in the column; the nearest first
  function stepFrom(node, across, down) {
    const y = middle(node)[1];
    const [near, far] = across > 0 ? ["from", "to"] : ["to", "from"];
    const arrows = all(`[data-${near}="${node.dataset.number}"]`, drawing);
    const linked = new Set(arrows.map((arrow) => arrow.dataset[far]));
    const beyond = (other) => across
      ? (columnOf(other) - columnOf(node)) * across > 0
      : columnOf(other) === columnOf(node) && (middle(other)[1] - y) * down > 0;
    const distance = (other) =>
      (across && !linked.has(other.dataset.number) ? 1e9 : 0) +
      Math.abs(columnOf(other) - columnOf(node)) * 1e4 +
      Math.abs(middle(other)[1] - y);
    return nodes.filter(beyond).sort((one, two) => distance(one) - distance(two))[0];
  }

  function focusNode(node) {
    if (!node) return;
    for (const each of nodes) each.setAttribute("tabindex", each === node ? "0" : "-1");
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function graphKey(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const node = event.target.closest("a.node");
    if (node && ways[event.key]) focusNode(stepFrom(node, ...ways[event.key]));
    else if (event.key === "+" || event.key === "=") zoom.in();
    else if (event.key === "-") zoom.out();
    else if (event.key === "0") zoom.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  if (drawing) {
    for (const [number, node] of nodes.entries()) {
      node.setAttribute("tabindex", number ? "-1" : "0"); // one stop for Tab, the arrows do the rest
      node.addEventListener("pointerenter", () => near(node));
      node.addEventListener("pointerleave", () => near(null));
      node.addEventListener("focus", () => near(node));
      node.addEventListener("blur", () => near(null));
      if (node.dataset.group) node.addEventListener("click", () => onlyGroup(node));
    }
    for (const button of all("[data-zoom]")) button.addEventListener("click", zoom[button.dataset.zoom]);
    view.addEventListener("keydown", graphKey);
    view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = view.getBoundingClientRect();
      zoomTo(scale * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    let held = null;
    view.addEventListener("pointerdown", (event) => {
      if (event.button || event.pointerType !== "mouse" || event.target.closest("a")) return;
      held = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
      view.setPointerCapture(event.pointerId);
      view.classList.add("held");
    });
    view.addEventListener("pointermove", (event) => {
      if (held) view.scrollTo(held.x - event.clientX, held.y - event.clientY);
    });
    const release = () => { held = null; view.classList.remove("held"); };
    view.addEventListener("pointerup", release);
    view.addEventListener("pointercancel", release);
    // a wide drawing begins at its left edge, at a size that can be read
    if (size.width > view.clientWidth) zoomTo(Math.max(0.7, (view.clientWidth - 2) / size.width), 0, 0);
  }

  // keys

  const keys = byId("keys");
  byId("help").addEventListener("click", () => keys.showModal());
  byId("close").addEventListener("click", () => keys.close());

  const commands = {
    "/": () => { if (search) { search.focus(); search.select(); } },
    j: () => goBy(1),
    k: () => goBy(-1),
    ArrowDown: () => goBy(1),
    ArrowUp: () => goBy(-1),
    e: () => { if (search) turnAll(); },
    d: () => goTo(shownRows().find((row) => ["replace", "destroy"].includes(row.dataset.action))),
    g: () => focusNode(nodes.find((node) => node.getAttribute("tabindex") === "0")),
    t: turnTheme,
    "?": () => keys.showModal(),
    Escape: () => { if (search) { clearFilter(); document.activeElement.blur(); } },
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || keys.open) return;
    const { target, key } = event;
    const typing = target.matches("input, select");
    if (target === search && (key === "Enter" || key === "ArrowDown")) goTo(shownRows()[0]);
    else if (typing && key !== "Escape") return;
    else if (key.startsWith("Arrow") && !target.closest(".change > summary")) return; // the page scrolls
    else if (Object.hasOwn(commands, key)) commands[key]();
    else return;
    event.preventDefault();
  });

  // a print has everything, opened

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });

  openLinked();
})();
