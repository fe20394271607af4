/** The words of one language; `widget/README.md` lists the keys. */
export type AlipayTexts = Record<string, string>;

export type AlipayState =
  | "idle"
  | "creating"
  | "redirecting"
  | "away"
  | "confirming"
  | "paid"
  | "pending"
  | "closed"
  | "failed";

export type AlipayStatus = "created" | "redirected" | "paid" | "closed" | "refunded";

export interface AlipayStartDetail {
  readonly out_trade_no: string;
}

export interface AlipayRedirectDetail {
  readonly out_trade_no: string;
  readonly pay_url: string;
}

/** `status`, `amount` and `currency` are absent while the edge has not said anything. */
export interface AlipayStatusDetail {
  readonly state: AlipayState;
  readonly out_trade_no: string;
  readonly status?: AlipayStatus;
  readonly trade_no?: string;
  /** In minor units of `currency`. */
  readonly amount?: number;
  readonly currency?: string;
}

export interface AlipayErrorDetail {
  readonly code: string;
  readonly detail: string;
}

export interface AlipayCheckoutEventMap {
  /** Before a payment is started; `preventDefault()` keeps it from starting. */
  "alipay-start": CustomEvent<AlipayStartDetail>;
  /** Just before the page is left. */
  "alipay-redirect": CustomEvent<AlipayRedirectDetail>;
  /** The edge has said something new, or is late. */
  "alipay-status": CustomEvent<AlipayStatusDetail>;
  /** No payment could be started. */
  "alipay-error": CustomEvent<AlipayErrorDetail>;
}

/** The `<alipay-checkout>` element. Importing this file defines it. */
export declare class AlipayCheckout extends HTMLElement {
  /** Adds or corrects the words of a language, for every button on the page. */
  static addTexts(tag: string, texts: AlipayTexts): void;
  /** The order, signed by the shop's backend. */
  orderToken: string;
  /** Origin of the edge; default: where this file came from. */
  edge: string;
  /** BCP 47 tag; default: the page's language. */
  locale: string;
  /** Hosts it may navigate to besides Alipay's, separated by spaces. */
  payHosts: string;
  readonly state: AlipayState | null;

  addEventListener<K extends keyof AlipayCheckoutEventMap>(
    type: K,
    listener: (this: AlipayCheckout, event: AlipayCheckoutEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: AlipayCheckout, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "alipay-checkout": AlipayCheckout;
  }
}
