// A shop in React. Compiled by package.test.mjs and never run; what is marked as an error must be one.

import "alipay-checkout";
import type { AlipayCheckout } from "alipay-checkout";
import type {} from "alipay-checkout/react";
import { useRef } from "react";

export function Pay({ token }: { token: string }) {
  const button = useRef<AlipayCheckout>(null);
  return (
    <>
      <alipay-checkout
        ref={button}
        order-token={token}
        appearance="black"
        qr
        className="pay"
        onalipay-start={(event) => event.detail.out_trade_no.length === 0 && event.preventDefault()}
        onalipay-status={({ detail }) => detail.state === "paid" && button.current?.scrollIntoView()}
      >
        <img slot="logo" src="/logo.svg" alt="" />
      </alipay-checkout>
      {/* @ts-expect-error: a property's name; before the script has come it would become another attribute. */}
      <alipay-checkout orderToken={token} />
      {/* @ts-expect-error: no such size. */}
      <alipay-checkout size="huge" />
    </>
  );
}
