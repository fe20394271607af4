/** What {@link render} writes; every member but `integrity` becomes an attribute of the element. */
export interface AlipayRenderOptions {
  /** Origin of the edge. */
  edge: string;
  /** The order, signed by the shop's backend. */
  orderToken: string;
  /** Integrity of `alipay-checkout.css`, as `integrity.json` has it. */
  integrity?: string;
  /** BCP 47 tag of the page. */
  locale?: string;
  /** Other attributes, by the names of their properties: `appearance`, `theme`, `size`, `helpUrl`… */
  [property: string]: string | boolean | null | undefined;
}

/** The element as HTML: paints and pays with no script at all, until the script takes it over. */
export declare function render(options: AlipayRenderOptions): string;
