#!/usr/bin/env python3
"""Writes single_trade_query.json: answers in XML, signed by OpenSSL and hashlib with public test keys.

No answer signed by Alipay is public; these follow docs/alipay/query.md and share no code with the crate.

Run it in this folder: python3 make_query.py
"""
import base64, hashlib, json, subprocess, tempfile

vectors = json.load(open("gateway.json"))
MD5_TEST_KEY = "10000000000000000000000000000000"
TRADE = {
    "buyer_id": "2088202561123456", "gmt_create": "2024-03-05 10:20:10", "out_trade_no": "WB-20240305-0001",
    "payment_type": "100", "seller_id": "2088101122136241", "subject": "红包 <A> & B's", "total_fee": "8.00",
    "trade_no": "2024030521001004000200000001", "trade_status": "TRADE_FINISHED", "use_coupon": "",
}


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&apos;")


def sign(trade, sign_type, charset):
    text = "&".join(f"{k}={trade[k]}" for k in sorted(trade) if trade[k]).encode(charset)
    if sign_type == "MD5":
        return hashlib.md5(text + MD5_TEST_KEY.encode()).hexdigest()
    key, digest = ("chloerei-test-rsa-1024-priv", "-sha1") if sign_type == "RSA" else ("wannan-test-rsa-2048-priv", "-sha256")
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as pem:
        pem.write(vectors["keys"][key]["pem"])
        pem.flush()
        raw = subprocess.run(["openssl", "dgst", digest, "-sign", pem.name], input=text, check=True, capture_output=True).stdout
    return base64.b64encode(raw).decode()


def answer(trade, sign_type, charset="utf-8"):
    fields = "".join(f"<{k}>{escape(v)}</{k}>" if v else f"<{k}/>" for k, v in reversed(trade.items()))
    xml = (
        f'<?xml version="1.0" encoding="{charset}"?><alipay><is_success>T</is_success><request>'
        '<param name="service">single_trade_query</param><param name="out_trade_no">WB-20240305-0001</param></request>'
        f"<response><trade>{fields}</trade></response><sign>{sign(trade, sign_type, charset)}</sign><sign_type>{sign_type}</sign_type></alipay>"
    )
    return base64.b64encode(xml.encode(charset)).decode()


out = {
    "about": "self-made answers to single_trade_query; xml_b64 is the body; signed with public test keys",
    "md5": answer(TRADE, "MD5"),
    "rsa": answer(TRADE, "RSA"),
    "rsa2": answer(TRADE, "RSA2"),
    "md5_gbk": answer(TRADE, "MD5", "gbk"),
    "other_seller": answer(TRADE | {"seller_id": "2088621891276675"}, "MD5"),
    "other_trade": answer(TRADE | {"out_trade_no": "WB-20240305-0002"}, "MD5"),
    "resplit": answer(TRADE | {"subject": "s&total_fee=800.00"}, "MD5"),
    "no_total_fee": answer({k: v for k, v in TRADE.items() if k != "total_fee"}, "MD5"),
    "waiting": answer(TRADE | {"trade_status": "WAIT_BUYER_PAY"}, "MD5"),
}
with open("single_trade_query.json", "w") as file:
    json.dump(out, file, indent=1)
    file.write("\n")
