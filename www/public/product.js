// Adds up the total while the shopper chooses. The backend adds it up again; this is only to look at.

const form = document.querySelector("form");
const total = document.querySelector("#total");

const show = () => {
  const { size, quantity } = form.elements;
  const chosen = form.querySelector("[name=size]:checked");
  if (!size || !chosen) return;
  const cents = Number(chosen.dataset.amount) * Number(quantity.value);
  const text = `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency",
    currency: total.dataset.currency,
  });
  total.value = `${total.dataset.label} ${format.format(text)}`;
  total.hidden = false;
};

form.addEventListener("change", show);
// After Back the browser restores the choices without a change event.
addEventListener("pageshow", show);
