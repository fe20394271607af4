"""python-alipay-sdk and Antom's SDK for Python, from the body's bytes to their verdict: sdks.py CASES.json

Reads lines `NAME MILLISECONDS`, answers `COUNT NANOSECONDS`.
"""

import json
import sys
import time
from urllib.parse import parse_qsl

from alipay import AliPay
from com.alipay.ams.api.tools.webhook_tool import check_signature

BATCH = 4

with open(sys.argv[1], encoding="utf-8") as file:
    CASES = json.load(file)


def pem(kind, base64):
    return f"-----BEGIN {kind}-----\n{base64}\n-----END {kind}-----"


def gateway(case, sign_type):
    sdk = AliPay(
        appid="2021000000000000",
        app_private_key_string=pem("PRIVATE KEY", CASES["own"]),
        alipay_public_key_string=pem("PUBLIC KEY", case["key"]),
        sign_type=sign_type,
    )

    def verify():
        fields = dict(parse_qsl(case["body"]))
        return sdk.verify(fields, fields.pop("sign"))

    return verify


def antom(case):
    return lambda: check_signature(
        "POST", case["path"], case["client"], case["time"], case["body"], case["signature"], case["key"]
    )


VERIFY = {
    "rsa": gateway(CASES["rsa"], "RSA"),
    "rsa2": gateway(CASES["rsa2"], "RSA2"),
    "antom": antom(CASES["antom"]),
}

for line in sys.stdin:
    name, milliseconds = line.split()
    verify = VERIFY[name]
    began = now = time.perf_counter_ns()
    end = began + int(milliseconds) * 1_000_000
    count = 0
    while now < end:
        for _ in range(BATCH):
            if not verify():
                sys.exit(f"{name} did not verify")
        count += BATCH
        now = time.perf_counter_ns()
    print(count, now - began, flush=True)
