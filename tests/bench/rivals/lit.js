// The button of hand-written.js as one writes it with Lit.

import { LitElement, css, html } from "lit";

class LitButton extends LitElement {
  static properties = { orderToken: { attribute: "order-token" }, busy: { state: true } };
  static styles = css`
    :host { display: block; max-inline-size: 400px; min-block-size: 100px; font: 600 16px/1.25 system-ui, sans-serif }
    button { box-sizing: border-box; inline-size: 100%; min-block-size: 48px; padding: 8px 16px; border: 1px solid transparent;
      border-radius: 8px; background: #0e66e6; color: #fff; font: inherit; cursor: pointer }
    button:focus-visible { outline: 3px solid #0958d9; outline-offset: 2px }
    button[aria-disabled="true"] { background: #595f69 }`;

  render() {
    return html`<button type="button" aria-disabled=${this.busy ? "true" : "false"} @click=${this.start}>
      ${this.busy ? "Opening Alipay…" : "Pay with Alipay"}</button><div role="status"></div>`;
  }

  async start() {
    if (this.busy) return;
    this.busy = true;
    const answer = await fetch("/checkout", { method: "POST", body: new URLSearchParams({ order_token: this.orderToken }) });
    location.assign((await answer.json()).pay_url);
  }
}

customElements.define("lit-button", LitButton);
