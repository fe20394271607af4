// Shows prices and total while the shopper chooses. The backend adds it up again; this is only to look at.

const form = document.querySelector("form");
const total = document.querySelector("#total");

const show = () => {
  const { size, quantity, provider } = form.elements;
  const chosen = form.querySelector("[name=size]:checked");
  if (!size || !chosen) return;
  // Without a choice of who collects it there is one currency.
  const currency = provider?.selectedOptions[0].dataset.currency ?? total.dataset.currency;
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
  const minor = (one) => Number(one.dataset[currency.toLowerCase()]);
  const text = (amount) => format.format(`${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, "0")}`);
  for (const one of form.querySelectorAll("[name=size]")) {
    one.closest("label").querySelector(".size-price").textContent = text(minor(one));
  }
  total.value = `${total.dataset.label} ${text(minor(chosen) * Number(quantity.value))}`;
  total.hidden = false;
};

form.addEventListener("change", show);
// After Back the browser restores the choices without a change event.
addEventListener("pageshow", show);
