// The doctor's page: what is in the form goes to a worker of this page, and to nobody else.

import { readCapture } from "./doctor-capture.js";

const doctor = document.querySelector("#doctor");
const words = JSON.parse(doctor.dataset.words);
const field = (id) => document.querySelector(`#${id}`);
const form = doctor.querySelector("form");
const verdict = field("verdict");
/** The controls whose values are settings of the doctor by the same name. */
const SETTINGS = ["key", "sign_type", "charset", "rule", "partner", "client_id", "path", "own_key"];

/** Bytes of a file that was opened, until the text is changed by hand: a text field cannot hold all bytes. */
let fileBytes = null;
let asked = 0;
let pressed = null;

const engine = new Worker("/doctor/engine.js", { type: "module" });
engine.addEventListener("error", () => say("engine", words.failed));
engine.addEventListener("message", ({ data }) => {
  if (data.ready) {
    say("engine", words.ready);
    for (const button of doctor.querySelectorAll("[data-example], #examine")) button.disabled = false;
  } else if (data.number === asked) {
    show(data.answer);
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  examine();
});

function examine() {
  const text = field("capture").value;
  const { text: read, from } = fileBytes ? { from: null } : readCapture(text);
  const capture = fileBytes ?? new TextEncoder().encode(read);
  if (!fileBytes) say("capture-note", from ? words.converted[from] : "");
  const settings = Object.fromEntries(SETTINGS.map((id) => [id, field(id).value]));
  settings.other_keys = field("other_keys").value.split(/\n\s*\n/);
  settings.language = doctor.dataset.language;
  asked += 1;
  verdict.hidden = false;
  verdict.dataset.outcome = "working";
  verdict.replaceChildren(element("p", words.working));
  engine.postMessage({ number: asked, capture, settings });
}

field("capture").addEventListener("input", () => {
  fileBytes = null;
  say("capture-note", "");
});
field("open").addEventListener("click", () => field("file").click());
field("file").addEventListener("change", async ({ target }) => {
  if (target.files[0]) await open(target.files[0]);
  target.value = "";
});
field("clear").addEventListener("click", () => {
  form.reset();
  fileBytes = null;
  asked += 1;
  mark(null);
  say("capture-note", "");
  verdict.hidden = true;
  verdict.replaceChildren();
  field("capture").focus();
});

// Anywhere on the page: a file that misses its place would be opened by the browser instead.
for (const type of ["dragenter", "dragover"]) {
  addEventListener(type, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    doctor.dataset.dropping = words.drophere;
  });
}
addEventListener("dragleave", (event) => event.relatedTarget || delete doctor.dataset.dropping);
addEventListener("drop", async (event) => {
  delete doctor.dataset.dropping;
  const [file] = event.dataTransfer.files;
  if (!file) return;
  event.preventDefault();
  await open(file);
});

async function open(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  const { from } = readCapture(text);
  field("capture").value = text;
  fileBytes = from ? null : bytes;
  mark(null);
  const lost = text.includes("\uFFFD");
  say("capture-note", from ? words.converted[from] : lost ? words.binary : words.fileBytes);
  if (field("key").value && !field("examine").disabled) examine();
}

for (const button of doctor.querySelectorAll("[data-example]")) {
  button.addEventListener("click", async () => {
    const { EXAMPLES } = await examples;
    const { capture, settings } = EXAMPLES.find(({ name }) => name === button.dataset.example);
    form.reset();
    fileBytes = null;
    for (const [id, value] of Object.entries(settings)) {
      field(id).value = value;
      // What differs from the usual is to be seen.
      field(id).closest("details")?.setAttribute("open", "");
    }
    field("capture").value = capture;
    mark(button);
    examine();
  });
}
// Now, and not at the click: who reads the promise may pull the plug first.
const examples = import("/doctor/examples.js");

function mark(button) {
  pressed?.removeAttribute("aria-pressed");
  button?.setAttribute("aria-pressed", "true");
  pressed = button;
}

function show({ error, diagnosis, report }) {
  verdict.replaceChildren();
  if (error) {
    const says = words.errors[error] ?? `${words.errors.other} ${error}`;
    verdict.dataset.outcome = "error";
    verdict.append(element("p", says));
    field({ capture_empty: "capture", key_empty: "key", partner: "partner" }[error] ?? "capture").focus();
    return;
  }
  const { outcome, refusal, findings } = diagnosis;
  const [title, lead] = words.outcomes[outcome];
  verdict.dataset.outcome = outcome;
  verdict.append(element("h2", title), element("p", lead));
  if (refusal) {
    const line = element("p", `${words.refusal} `);
    // A verifier's own words: those of its log.
    line.append(Object.assign(element("code", refusal), { lang: "en" }));
    verdict.append(line);
  }
  const proved = findings.filter(({ certainty }) => certainty === "proved");
  if (proved.length > 1) verdict.append(element("p", words.together));
  if (outcome === "valid" && findings.length > 0) verdict.append(element("p", words.hints));
  verdict.append(...findings.map(finding));
  const copy = Object.assign(element("button", words.copy), { type: "button", className: "secondary" });
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(report);
    copy.textContent = words.copied;
  });
  const note = Object.assign(element("p", words.reportHint), { className: "hint" });
  const actions = Object.assign(element("div"), { className: "actions" });
  actions.append(copy, note);
  verdict.append(actions);
  verdict.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

function finding({ code, certainty, field: name, says, mend }) {
  const box = Object.assign(element("article"), { className: "finding" });
  const title = element("h3");
  const sure = Object.assign(element("span", words.certainties[certainty]), { className: `badge ${certainty}` });
  title.append(sure, " ", element("code", code));
  const place = element("p", `${words.field} `);
  place.append(element("code", name ?? ""));
  const what = marked(says);
  const how = marked(mend);
  how.prepend(element("strong", words.mend), " ");
  box.append(title, what, ...(name ? [place] : []), how);
  return box;
}

/** A paragraph in which `…` is code. Never markup: the capture's own names may be in it. */
function marked(text) {
  const paragraph = element("p");
  paragraph.append(...text.split("`").map((part, index) => (index % 2 ? element("code", part) : part)));
  return paragraph;
}

function element(name, text = "") {
  return Object.assign(document.createElement(name), { textContent: text });
}

function say(id, text) {
  field(id).textContent = text;
}
