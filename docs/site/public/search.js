// The search: a section is found when it has every word that is typed. The index is loaded at the first letter.

const MOST = 12;
const AROUND = 60;

/** How well a section answers, 0 being not at all: words of its headings count more than those of its text. */
function score({ page, heading, text, background }, words) {
  let sum = 0;
  for (const word of words) {
    const found = (heading.toLowerCase().includes(word) ? 8 : 0) + (page.toLowerCase().includes(word) ? 3 : 0)
      + (text.toLowerCase().includes(word) ? 1 : 0);
    if (found === 0) return 0;
    sum += found;
  }
  return background ? sum / 4 : sum;
}

/** The best sections for what was typed; those that come first on the site come first. */
export function find(sections, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return sections.map((section) => ({ section, points: score(section, words) })).filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points).slice(0, MOST).map(({ section }) => section);
}

function excerpt(text, word) {
  const at = Math.max(0, text.toLowerCase().indexOf(word) - AROUND);
  const end = at + AROUND * 3;
  return `${at > 0 ? "… " : ""}${text.slice(at, end)}${end < text.length ? " …" : ""}`;
}

/** Makes the search of the page work, and visible. */
export function openSearch(search) {
  const input = search.querySelector("input");
  const results = search.querySelector("ul");
  const status = search.querySelector("[role=status]");
  const { index, root, none, found, unavailable } = input.dataset;
  let sections;
  search.hidden = false;

  async function show() {
    sections ??= fetch(index).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))));
    const typed = input.value;
    let all;
    try {
      all = await sections;
    } catch {
      // The next letter tries again.
      sections = undefined;
      status.textContent = unavailable;
      return;
    }
    // Something else was typed meanwhile: its own call shows it.
    if (input.value !== typed) return;
    const hits = find(all, typed);
    const word = typed.toLowerCase().split(/\s+/).find(Boolean) ?? "";
    results.replaceChildren(...hits.map((section) => item(section, word)));
    if (hits.length === 0 && word !== "") results.append(nothing());
    results.hidden = word === "";
    status.textContent = word === "" ? "" : hits.length === 0 ? none : `${hits.length} ${found}`;
  }

  function item({ url, page, heading, text }, word) {
    const link = document.createElement("a");
    link.href = root + url;
    const strong = document.createElement("strong");
    strong.textContent = heading === page ? page : `${page}: ${heading}`;
    const words = document.createElement("span");
    words.textContent = excerpt(text, word);
    link.append(strong, words);
    const li = document.createElement("li");
    li.append(link);
    return li;
  }

  function nothing() {
    const li = document.createElement("li");
    li.textContent = none;
    return li;
  }

  function close() {
    results.hidden = true;
    status.textContent = "";
  }

  input.addEventListener("input", show);
  search.addEventListener("keydown", (event) => {
    const links = [...results.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      close();
      input.focus();
    } else if (event.key === "ArrowDown" && !results.hidden && links.length > 0) {
      event.preventDefault();
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (at === 0 ? input : links[at - 1]).focus();
    }
  });
  search.addEventListener("focusout", ({ relatedTarget }) => {
    if (!search.contains(relatedTarget)) close();
  });
  // Whoever chose a place on this very page is there now.
  results.addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  });
}
