// The page of one session: asks for its state ten times a second, sends swaps
// and gestures. Nothing here decides anything about the patch.
"use strict";

const token = document.body.dataset.token;
const at = (id) => document.getElementById(id);
const patch = at("patch");
let theirs = "";      // the text that plays
let revision = -1;    // of that text
let swapping = false;
let knobs = new Map(); // path -> {input, output, held}
let shownErrors = "";
let main = "";        // what diagnostics call the patch itself

async function ask(path, options) {
  const sep = path.includes("?") ? "&" : "?";
  const answer = await fetch(`/api/${path}${sep}token=${token}`, options);
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

const post = (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) });

// The UTF-16 offset of a line and a column, both from 1, the column in code points.
function offset(text, line, column) {
  let start = 0;
  for (let l = 1; l < line; l++) {
    const next = text.indexOf("\n", start);
    if (next < 0) return text.length;
    start = next + 1;
  }
  for (let c = 1; c < column && start < text.length && text[start] !== "\n"; c++) {
    start += text.codePointAt(start) > 0xffff ? 2 : 1;
  }
  return start;
}

function jump(line, column) {
  const to = offset(patch.value, line, column);
  patch.focus();
  patch.setSelectionRange(to, to);
  const lineHeight = parseFloat(getComputedStyle(patch).lineHeight);
  patch.scrollTop = Math.max(0, (line - 4) * lineHeight);
}

function showErrors(list) {
  const key = JSON.stringify([main, list]);
  if (key === shownErrors) return;
  shownErrors = key;
  at("errors").replaceChildren(...list.map((d) => {
    const item = document.createElement("li");
    item.className = d.severity;
    const button = document.createElement("button");
    button.type = "button";
    const place = document.createElement("b");
    const here = d.file === main; // else it is in a file that the patch uses
    const file = here || !d.file ? "" : `${d.file}:`;
    place.textContent = d.line ? `${file}${d.line}:${d.column} ${d.severity}: ` : `${d.severity}: `;
    button.append(place, d.message + (d.help ? `\n${d.help}` : ""));
    if (d.line && here) button.addEventListener("click", () => jump(d.line, d.column));
    else button.disabled = true;
    item.append(button);
    return item;
  }));
}

function showStatus(status) {
  let text = status.message;
  if (status.fault) text = `muted: ${status.fault}`;
  if (at("status").textContent !== text) at("status").textContent = text;
  at("status").classList.toggle("bad", !status.ok || status.fault !== "");
  showErrors(status.diagnostics || []);
}

function makeKnob(k) {
  const box = document.createElement("div");
  box.className = "knob";
  const label = document.createElement("label");
  const input = document.createElement("input");
  const output = document.createElement("span");
  input.type = "range";
  input.id = `knob-${k.path}`;
  input.step = "any";
  label.htmlFor = input.id;
  label.append(k.path, output);
  box.append(label, input);
  const knob = { box, input, output, held: false };
  // One request at a time, the newest value last; begin and end are never left out.
  let queue = [], sending = false;
  async function send(kind) {
    const last = queue[queue.length - 1];
    const step = { kind, path: k.path, value: Number(input.value) };
    if (kind === "value" && last && last.kind === "value") queue[queue.length - 1] = step;
    else queue.push(step);
    if (sending) return;
    sending = true;
    try {
      while (queue.length) await post("gesture", queue.shift());
    } catch (error) {
      queue = [];
      at("stats").textContent = error.message;
    }
    sending = false;
  }
  input.addEventListener("input", () => {
    if (!knob.held) { knob.held = true; send("begin"); }
    output.textContent = "";
    send("value");
  });
  const release = () => { if (knob.held) { send("end"); knob.held = false; } };
  input.addEventListener("change", release);
  input.addEventListener("blur", release);
  return knob;
}

function showKnobs(list) {
  const paths = list.map((k) => k.path).join("\n");
  if (paths !== [...knobs.keys()].join("\n")) {
    knobs = new Map(list.map((k) => [k.path, knobs.get(k.path) || makeKnob(k)]));
    at("knobs").replaceChildren(...[...knobs.values()].map((k) => k.box));
    at("no-knobs").hidden = list.length > 0;
  }
  for (const k of list) {
    const knob = knobs.get(k.path);
    knob.input.min = k.min;
    knob.input.max = k.max;
    knob.input.setAttribute("aria-valuetext", k.text);
    knob.output.textContent = k.text;
    if (!knob.held) knob.input.value = k.value;
  }
}

function showText(view) {
  if (view.revision !== revision) {
    const mine = patch.value !== theirs;
    theirs = view.text;
    revision = view.revision;
    if (!mine) patch.value = theirs;
  }
  at("theirs").hidden = patch.value === theirs;
}

function showStats(v) {
  at("stats").textContent = v.active
    ? `${v.blocks} blocks, ${v.load.toFixed(1)} % of the time, longest ${(v.worst_ns / 1000).toFixed(0)} µs` +
      (v.nonfinite ? `, ${v.nonfinite} samples were not finite` : "")
    : "not playing";
}

async function refresh() {
  try {
    const view = await ask(`state?have=${revision}`);
    at("name").textContent = main = view.name;
    at("files").textContent = view.files.length ? `Uses ${view.files.join(", ")}` : "";
    document.title = `mmm: ${view.name}`;
    showText(view);
    showKnobs(view.knobs);
    showStats(view.stats);
    if (!swapping) showStatus(view.status);
    if (document.activeElement !== at("engine")) at("engine").value = view.status.engine;
  } catch (error) {
    at("stats").textContent = `the plugin does not answer: ${error.message}`;
  }
  setTimeout(refresh, 100);
}

async function swap() {
  if (swapping) return;
  swapping = true;
  at("swap").disabled = true;
  at("status").textContent = "compiling";
  try {
    showStatus(await ask("swap", { method: "POST", body: patch.value }));
  } catch (error) {
    at("status").textContent = error.message;
  }
  at("swap").disabled = false;
  swapping = false;
}

// The examples, shelf by shelf. One that is chosen takes the place of the text,
// after a question if that was edited, and plays.
async function offerExamples() {
  const list = await ask("examples");
  const menu = at("examples");
  for (const shelf of new Set(list.map((e) => e.shelf))) {
    const group = document.createElement("optgroup");
    group.label = shelf;
    list.forEach((e, i) => {
      if (e.shelf !== shelf) return;
      const option = new Option(e.title, i);
      option.title = e.about;
      group.append(option);
    });
    menu.append(group);
  }
  menu.addEventListener("change", () => {
    const chosen = list[menu.value];
    menu.value = "";
    if (!chosen || (patch.value !== theirs && !confirm("Leave the text that you have edited?"))) return;
    patch.value = chosen.text;
    swap();
  });
}

let leave = false; // Escape was pressed: Tab moves on
patch.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    swap();
  } else if (event.key === "Tab" && !event.shiftKey && !leave) {
    event.preventDefault();
    patch.setRangeText("  ", patch.selectionStart, patch.selectionEnd, "end");
  }
  leave = event.key === "Escape";
});
at("swap").addEventListener("click", swap);
at("theirs").addEventListener("click", () => { patch.value = theirs; patch.focus(); });
at("engine").addEventListener("change", () => post("engine", { engine: at("engine").value }).catch(() => {}));
offerExamples().catch(() => { at("examples").parentElement.hidden = true; });
refresh();
