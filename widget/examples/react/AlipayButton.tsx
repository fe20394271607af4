// The payment button in React 19, which sets attributes of custom elements and listens to their events by itself.

import "alipay-checkout";
import type { AlipayCheckoutProps } from "alipay-checkout/react";

type Props = AlipayCheckoutProps & { onPaid?: (out_trade_no: string) => void };

/** Every attribute of the element can be given by its own name: `<AlipayButton order-token={token} edge="…" />`. */
export function AlipayButton({ onPaid, ...attributes }: Props) {
  return (
    <alipay-checkout
      {...attributes}
      onalipay-status={({ detail }) => detail.state === "paid" && onPaid?.(detail.out_trade_no)}
    />
  );
}
